"""Archives that `nbgrader zip_collect` unpacks: nothing of them lands outside, and no link is made."""

import contextlib
import io
import tarfile
import zipfile

import pytest
from nbgrader.utils import unzip

NAMES = ("../outside.txt", "../../outside.txt", "/{0}/outside.txt", "a/../../outside.txt", "link")


def make_zip(path, name):
    """One member of that name, and one that is as it should be."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside.txt", "x")
        member = zipfile.ZipInfo(name)
        member.external_attr = (0o120777 if name == "link" else 0o100644) << 16
        archive.writestr(member, "/etc/passwd")


def make_tar(path, name):
    """The same as a compressed tar file."""
    with tarfile.open(path, "w:gz") as archive:
        for each in ("inside.txt", name):
            member = tarfile.TarInfo(each)
            if each == "link":
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(member)
            else:
                member.size = 1
                archive.addfile(member, io.BytesIO(b"x"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("file", "make"), [("a.zip", make_zip), ("a.tar.gz", make_tar)])
def test_nothing_leaves_the_folder(tmp_path, file, make, name):
    folder = tmp_path / "downloaded" / "eve"
    folder.mkdir(parents=True)
    make(folder / file, name.format(str(tmp_path).strip("/")))
    with contextlib.suppress(Exception):  # some versions refuse the archive, some pass over the member
        unzip(str(folder / file), str(folder))
    found = [path for path in tmp_path.rglob("*") if path.is_symlink() or not path.is_dir()]
    assert folder / "inside.txt" in found
    assert all(path.is_relative_to(folder) for path in found)
    assert not any(path.is_symlink() for path in found)
