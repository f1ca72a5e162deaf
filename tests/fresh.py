"""A Python that has what is installed here, and not the course's library: what a student has before they install it."""

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path


def fresh_python(folder):
    """A new virtual environment that takes everything else from this one, without a download. Returns its program."""
    venv.create(folder, with_pip=False)
    return with_what_is_here(folder)


def with_what_is_here(folder):
    """Lends an environment the packages that are installed here: a line in a .pth file, and no .pth file is read of the
    folder that it names, so the course's own library, installed in place, is not among them."""
    python = folder / "bin" / "python"
    asked = [python, "-c", "import site; print(site.getsitepackages()[0])"]
    where = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    for old in where.glob("setuptools*"):  # Python 3.11's own, older than torch's: with a network pip renews it
        shutil.rmtree(old)
    (where / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return python


def alone(**environment):
    """An environment's variables without what a developer may have set, and without a network for pip."""
    dropped = ("PYTHONPATH", "ATTENTIF_CHECKS", "NBGRADER_EXECUTION", "VIRTUAL_ENV", "PIP_INDEX_URL", "PIP_FIND_LINKS")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **environment}
