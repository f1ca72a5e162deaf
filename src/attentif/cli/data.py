"""``attentif data``: model and data in one archive, for a class without a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from attentif.cli.errors import UserError, course_here

ARCHIVE = "attentif-data.zip"


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = "put the course's model and data into one archive, or take them out again: for a class without a network"
    parser = commands.add_parser("data", help=text, description=text)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    bundle = actions.add_parser("bundle", help="write the archive; the model is downloaded first if need be")
    bundle.add_argument("--output", type=Path, default=Path(ARCHIVE), help=f"the archive (default: {ARCHIVE})")
    bundle.set_defaults(run=run_bundle)
    unpack = actions.add_parser("unpack", help="the archive's model into the cache, its data into a folder")
    unpack.add_argument("archive", type=Path)
    unpack.add_argument("--into", type=Path, default=Path("data"), help="the folder of the data (default: data)")
    unpack.set_defaults(run=run_unpack)


def run_bundle(arguments: argparse.Namespace) -> int:
    """Writes the archive, and says what it weighs and how it is used."""
    from attentif.models.bundle import write_bundle
    from attentif.models.catalogue import PACKAGED
    from attentif.models.errors import ModelUnavailable
    from attentif.models.local import local_model

    course = course_here()
    try:
        count = write_bundle(arguments.output, {name: local_model(name) for name in PACKAGED}, course.root / "data")
    except ModelUnavailable as error:
        raise UserError(error.text.en) from error
    except OSError as error:
        raise UserError(f"{arguments.output}: {error.strerror}") from error
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{arguments.output}: {count} files, {arguments.output.stat().st_size / 1e6:.0f} MB, with checksums.")
    console.print(f"Students without a network: python -m attentif.models unpack {arguments.output.name}")
    return 0


def run_unpack(arguments: argparse.Namespace) -> int:
    """Takes an archive apart; what is damaged leaves nothing behind."""
    from attentif.models.bundle import unpack_bundle
    from attentif.models.cache import cache_folder
    from attentif.models.errors import ModelUnavailable

    try:
        unpacked = unpack_bundle(arguments.archive, arguments.into, cache_folder())
    except ModelUnavailable as error:
        raise UserError(error.text.en) from error
    except OSError as error:
        raise UserError(f"{arguments.into}: {error.strerror}") from error
    console = Console(soft_wrap=True, highlight=False)
    for folder in unpacked.models:
        console.print(f"model: {folder}", markup=False)
    kept = f"{arguments.into} was there already: nothing in it was changed"
    console.print(f"data: {unpacked.data or kept}", markup=False)
    return 0
