"""The archive for a class without a network: what goes in comes out, and nothing of a bad one is left."""

import hashlib
import json
import shutil
import zipfile

import pytest
from models.small_package import FILES, WEIGHTS, only, small_package

from attentif.models import ModelUnavailable, __main__, bundle, catalogue
from attentif.models.cache import model_folder

DATA = {
    "README.md": "# Données\n".encode(),
    "fra.txt": "é\n".encode() * 999,
    "deep/er/one.tsv": b"id\t1\n",
    "empty.txt": b"",
}


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The small model, one of the course's."""
    package, _ = small_package(tmp_path)
    monkeypatch.setitem(catalogue.PACKAGED, "small", package)
    only(monkeypatch, NO_INDEX="1")
    return package


@pytest.fixture
def archive(tmp_path, model):
    """An archive of the model and of some data, as an instructor makes it."""
    folder, data = tmp_path / "the-model", tmp_path / "the-data"
    write(folder, FILES)
    write(data, {**DATA, ".hidden": b"!", "__pycache__/extract.pyc": b"!"})
    (data / "link.txt").symlink_to("/etc/passwd")
    assert bundle.write_bundle(tmp_path / "bundle.zip", {"small": folder}, data) == len(FILES) + len(DATA)
    shutil.rmtree(folder)
    shutil.rmtree(data)
    return tmp_path / "bundle.zip"


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def read(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(archive, folder):
    """Unpacks a bad archive; says why it was refused, after a look at what is left."""
    before = read(folder)
    with pytest.raises(ModelUnavailable) as raised:
        bundle.unpack_bundle(archive, folder / "data", folder / "cache")
    left = {name for name in read(folder) if name != "cache/.lock"}
    assert left == set(before), "something of a refused archive is left"
    assert "Rien n’a été écrit" in str(raised.value)
    return str(raised.value.__cause__)


def rewritten(archive, change, *, honest=True):
    """The same archive after ``change(files)``, its manifest made anew unless it is to be dishonest."""
    with zipfile.ZipFile(archive) as source:
        files = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(files.pop(bundle.MANIFEST))
    letter = files.pop(bundle.LETTER)
    change(files)
    if honest:
        manifest["files"] = {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in {bundle.LETTER: letter, bundle.MANIFEST: json.dumps(manifest), **files}.items():
            target.writestr(name, content)


def test_what_goes_in_comes_out(tmp_path, archive, model):
    data, cache = tmp_path / "a new folder" / "data", tmp_path / "cache"
    assert bundle.unpack_bundle(archive, data, cache) == bundle.Unpacked((model_folder(cache, model),), data)
    assert read(model_folder(cache, model)) == FILES
    assert read(data) == DATA


def test_the_archive_says_how_it_is_used(archive):
    with zipfile.ZipFile(archive) as source:
        assert "python -m attentif.models unpack bundle.zip" in source.read(bundle.LETTER).decode()


def test_equal_contents_give_equal_archives(tmp_path, archive):
    write(tmp_path / "m", FILES)
    write(tmp_path / "d", DATA)
    (tmp_path / "again").mkdir()
    bundle.write_bundle(tmp_path / "again" / "bundle.zip", {"small": tmp_path / "m"}, tmp_path / "d")
    assert (tmp_path / "again" / "bundle.zip").read_bytes() == archive.read_bytes()


def test_data_that_are_there_are_left_alone(tmp_path, archive, model):
    write(tmp_path / "data", {"mine.txt": b"my notes"})
    assert bundle.unpack_bundle(archive, tmp_path / "data", tmp_path / "cache").data is None
    assert read(tmp_path / "data") == {"mine.txt": b"my notes"}
    assert read(model_folder(tmp_path / "cache", model)) == FILES


def test_a_student_s_terminal_does_it_too(tmp_path, archive, model, monkeypatch, capsys):
    monkeypatch.setenv("ATTENTIF_CACHE", str(tmp_path / "cache"))
    assert __main__.main(["unpack", str(archive), "--into", str(tmp_path / "data")]) == 0
    assert str(model_folder(tmp_path / "cache", model)) in capsys.readouterr().out
    assert __main__.main(["download", "small"]) == 0  # no network is needed any more
    assert __main__.main(["unpack", str(tmp_path / "nowhere.zip")]) == 1
    assert "elle est introuvable" in capsys.readouterr().err


@pytest.mark.parametrize("place", [i / 40 for i in range(40)])
def test_a_bit_that_fell_over_on_the_way_is_seen_or_harmless(tmp_path, archive, place):
    content = bytearray(archive.read_bytes())
    content[int(place * len(content))] ^= 4
    archive.write_bytes(content)
    try:
        bundle.unpack_bundle(archive, tmp_path / "data", tmp_path / "cache")
    except ModelUnavailable:
        assert not (tmp_path / "data").exists()
        assert not (tmp_path / "cache" / "models").exists() or not list((tmp_path / "cache" / "models").iterdir())
    else:
        assert read(tmp_path / "data") == DATA


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_copy_that_was_cut_is_refused(tmp_path, archive, share):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(share * len(content))])
    refused(archive, tmp_path)


@pytest.mark.parametrize(
    "name",
    ["data/../../escaped", "/escaped", "data//x", "data/./x", "data\\x", "C:/x", "data/c:x", "other/x", "data",
     "data/.bashrc",
     "data/" + "x/" * 9 + "x", "data/" + "x" * 101, "data/a\nb", "data/é"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, archive, name):
    rewritten(archive, lambda files: files.update({name: b"!"}))
    assert "name" in refused(archive, tmp_path)
    assert not list(tmp_path.rglob("escaped*"))


def test_two_names_that_are_one_on_some_disks_are_refused(tmp_path, archive):
    rewritten(archive, lambda files: files.update({"data/FRA.txt": b"!"}))
    assert "take for one" in refused(archive, tmp_path)


def test_a_link_in_an_archive_becomes_a_file(tmp_path, archive):
    rewritten(archive, lambda files: files.update({"data/link": b"/etc/passwd"}))
    with zipfile.ZipFile(archive) as source:
        entries = [(source.getinfo(name), source.read(name)) for name in source.namelist()]
    with zipfile.ZipFile(archive, "w") as target:
        for entry, content in entries:
            entry.external_attr = (0o120777 if entry.filename == "data/link" else 0o644) << 16
            target.writestr(entry, content)
    bundle.unpack_bundle(archive, tmp_path / "data", tmp_path / "cache")
    assert not (tmp_path / "data" / "link").is_symlink()


def test_other_weights_than_the_catalogue_s_are_refused(tmp_path, archive):
    rewritten(archive, lambda files: files.update({"models/small/model.safetensors": b"?" + WEIGHTS[1:]}))
    assert "another model" in refused(archive, tmp_path)


def test_a_model_that_the_course_has_not_is_refused(tmp_path, archive):
    rewritten(archive, lambda files: files.update({"models/other/config.json": b"{}"}))
    refused(archive, tmp_path)


def test_more_bytes_than_promised_are_not_written(tmp_path, archive):
    """A hundred megabytes of zeros weigh nothing in an archive."""
    rewritten(archive, lambda files: files.update({"data/fra.txt": b"\0" * 100_000_000}), honest=False)
    refused(archive, tmp_path)


@pytest.mark.parametrize("change", ["changed", "missing", "more"])
def test_what_the_manifest_does_not_say_is_refused(tmp_path, archive, change):
    edits = {
        "changed": lambda files: files.update({"data/README.md": b"!"}),
        "missing": lambda files: files.pop("data/README.md"),
        "more": lambda files: files.update({"data/more.txt": b"!"}),
    }
    rewritten(archive, edits[change], honest=False)
    refused(archive, tmp_path)


def test_too_many_files_are_refused(tmp_path, archive):
    rewritten(archive, lambda files: files.update({f"data/{i}": b"" for i in range(bundle.MOST_FILES)}))
    assert "too many" in refused(archive, tmp_path)


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"format": 2, "files": {}}', '{"format": 1, "files": []}',
     '{"format": 1, "files": {"data/x": 1}}',
     '{"format": 1, "files": {"data/x": {"size": -1, "sha256": ""}}}',
     '{"format": 1, "files": {"data/x": {"size": 1e3}}}',
     "[" * 100_000, '{"a": "' + "x" * 3_000_000 + '"}'],
)  # fmt: skip
def test_an_odd_manifest_is_refused(tmp_path, archive, manifest):
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(bundle.LETTER, "")
        target.writestr(bundle.MANIFEST, manifest)
    refused(archive, tmp_path)
