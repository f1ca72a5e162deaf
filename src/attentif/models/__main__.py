"""``python -m attentif.models``: what a student's terminal needs, without the grader's command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from attentif.models.bundle import Unpacked, unpack_bundle
from attentif.models.cache import cache_folder
from attentif.models.catalogue import DEFAULT, HUB, PACKAGED
from attentif.models.errors import ModelUnavailable
from attentif.models.local import local_model


def main(arguments: Sequence[str] | None = None) -> int:
    """Downloads a model, or unpacks the class's archive; the exit status: 1 where that failed."""
    parser = argparse.ArgumentParser(prog="python -m attentif.models", description="Modèles et données du cours.")
    commands = parser.add_subparsers(dest="command", metavar="COMMANDE", required=True)
    download = commands.add_parser("download", help="télécharger un modèle (reprend où une coupure l'a arrêté)")
    download.add_argument("name", nargs="?", default=DEFAULT, help=", ".join([*PACKAGED, *HUB]))
    unpack = commands.add_parser("unpack", help="prendre modèle et données dans l'archive de la classe")
    unpack.add_argument("archive", type=Path)
    unpack.add_argument("--into", type=Path, default=Path("data"), help="dossier des données (par défaut : data)")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "download":
            print(local_model(chosen.name))
        else:
            print(told(unpack_bundle(chosen.archive, chosen.into, cache_folder()), chosen.into))
    except ModelUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def told(unpacked: Unpacked, data: Path) -> str:
    """What was unpacked, a line for each folder."""
    models = [f"modèle : {folder}" for folder in unpacked.models]
    kept = f"données : {data} était déjà là, rien n'y a été changé"
    return "\n".join([*models, f"données : {unpacked.data}" if unpacked.data else kept])


if __name__ == "__main__":
    sys.exit(main())
