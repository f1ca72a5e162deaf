"""The real encoder: in the cache, or downloaded (84 MB, once); left out where neither is possible."""

import json
import re

import pytest
from courses import ROOT, attentif
from models.small_package import only

from attentif.exercises.course import Course
from attentif.models import ModelUnavailable, local_model
from attentif.models.cache import model_folder
from attentif.models.catalogue import DEFAULT, OLDEST_TRANSFORMERS, PACKAGED
from attentif.models.messages import NO_INDEX


@pytest.fixture(scope="module")
def folder():
    try:
        return local_model()
    except ModelUnavailable as error:
        if NO_INDEX.en in error.text.en:
            pytest.skip("no network, and the encoder is not in the cache")
        raise


def test_transformers_loads_it_whole(folder):
    from transformers import BertModel

    model, loading = BertModel.from_pretrained(folder, output_loading_info=True)
    assert not loading["missing_keys"]
    assert not loading["unexpected_keys"]
    assert sum(p.numel() for p in model.parameters()) == 22_713_216


def test_its_tokenizer_loses_french_accents(folder):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.tokenize("Été") == tokenizer.tokenize("ete")
    assert tokenizer.cls_token_id == 101
    assert tokenizer("", truncation=True)["input_ids"] == [101, 102]


def test_it_travels_in_an_archive(folder, tmp_path, monkeypatch):
    """As an instructor and a student without a network do it."""
    course = Course(ROOT)
    done = attentif(course, "data", "bundle", "--output", str(tmp_path / "stick.zip"))
    assert "with checksums" in done.stdout
    assert (tmp_path / "stick.zip").stat().st_size < 95e6
    monkeypatch.setenv("ATTENTIF_CACHE", str(tmp_path / "cache"))
    only(monkeypatch, NO_INDEX="1")
    attentif(course, "data", "unpack", str(tmp_path / "stick.zip"), "--into", str(tmp_path / "data"))
    found = local_model()
    assert found == model_folder(tmp_path / "cache", PACKAGED[DEFAULT])
    assert json.loads((found / "config.json").read_text())["hidden_size"] == 384
    assert (tmp_path / "data" / "udhr" / "fra.txt").read_bytes() == (ROOT / "data/udhr/fra.txt").read_bytes()


def test_a_damaged_archive_is_one_line_in_english(tmp_path):
    (tmp_path / "stick.zip").write_bytes(b"PK")
    done = attentif(Course(tmp_path), "data", "unpack", str(tmp_path / "stick.zip"), check=False)
    assert done.returncode == 2
    assert done.stdout.startswith("attentif: stick.zip is damaged")
    assert "Traceback" not in done.stdout


def test_the_notebooks_require_the_transformers_that_is_asked_for():
    (asked,) = re.findall(r'"transformers>=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert tuple(map(int, asked.split("."))) == OLDEST_TRANSFORMERS
