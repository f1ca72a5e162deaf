"""What collecting a class's hand-ins says of what it left aside, and of lists that it cannot read."""

from __future__ import annotations

from attentif.words.text import Text

BROKEN_ARCHIVE = Text(
    "une archive coupée ou endommagée : demandez-la de nouveau", "a cut or damaged archive: ask for it again"
)
BROKEN_MEMBER = Text(
    "endommagé dans son archive, ou plus gros qu'elle ne dit", "damaged in its archive, or larger than it says"
)
ARCHIVE_IN_ARCHIVE = Text("trop d'archives l'une dans l'autre", "too many archives inside each other")
HEAVY_ARCHIVE = Text(
    "une archive qui contient trop de fichiers, ou de trop gros : demandez le notebook seul",
    "an archive that holds too many files, or too large ones: ask for the notebook alone",
)
OTHER_ARCHIVE = Text(
    "une archive d'un format qui n'est pas ouvert ici : demandez un .zip ou le notebook",
    "an archive of a format that is not opened here: ask for a .zip or the notebook",
)
ENCRYPTED = Text("chiffré par un mot de passe", "encrypted with a password")
BAD_NAME = Text(
    "un nom qui mène hors de l'archive, ou illisible", "a name that leads out of the archive, or unreadable"
)
TWICE_IN_ARCHIVE = Text(
    "le même nom revient plus loin dans l'archive : le dernier est pris",
    "the same name comes again later in the archive: the last one is taken",
)
NOT_OF_THE_COURSE = Text("un notebook qui n'est pas de ce cours", "a notebook that is not of this course")
NO_NOTEBOOK = Text("ni notebook, ni fichier qu'un notebook du cours lit", "neither a notebook nor a file of the course")
OLDER = Text("une version plus ancienne", "an older version")
SAME = Text("la même version, encore", "the same version again")
BLANK = Text("sans réponse, alors qu'une autre version en a", "without an answer, where another version has some")
INCOMPLETE = Text(
    "des cellules notées y manquent, et une autre version les a", "lacks graded cells that another version has"
)
NOBODY = Text("expéditeur inconnu : absent de la liste de classe", "unknown sender: not in the class list")
ANONYMOUS = Text(
    "remise anonyme : révélez les identités dans la plateforme, puis téléchargez de nouveau",
    "an anonymous hand-in: reveal identities in the platform, then download again",
)
EMPTY_LIST = Text("La liste ne contient aucun étudiant.", "The list holds no student.")
LIST_TOO_LONG = Text("Le fichier est trop gros pour une liste de classe.", "The file is too large for a class list.")
NO_CSV = Text(
    "Le fichier n'est pas un CSV : dans le tableur, « Enregistrer sous… », format CSV.",
    "The file is no CSV: in the spreadsheet, “Save as…”, format CSV.",
)


def other_atelier(atelier: str) -> Text:
    """A notebook of the course, but not of the atelier that is collected."""
    return Text(f"un notebook de {atelier}", f"a notebook of {atelier}")


def unreadable(reason: Text) -> Text:
    """What is called a notebook and cannot be read as one: it is taken where there is nothing better."""
    return Text(f"illisible : {reason.fr}", f"unreadable: {reason.en}")


def several(names: str) -> Text:
    """A sender's name that more than one of the class has."""
    return Text(f"plusieurs étudiants possibles : {names}", f"several students are possible: {names}")


def no_folder(student: str) -> Text:
    """An identifier in the gradebook that cannot be a folder's name."""
    return Text(
        f"l'identifiant « {student} » ne peut pas nommer un dossier : corrigez-le dans le carnet de notes",
        f"the identifier “{student}” cannot name a folder: mend it in the gradebook",
    )


def no_source(name: str) -> Text:
    """A path given that is nothing that can be collected from."""
    return Text(
        f"{name} n'est ni un dossier, ni une archive zip, ni un notebook.",
        f"{name} is neither a folder, nor a zip archive, nor a notebook.",
    )


def unreadable_source(name: str, why: str) -> Text:
    """A path given that cannot be read."""
    return Text(f"{name} ne peut pas être lu : {why}.", f"{name} cannot be read: {why}.")


def too_much(limit: int) -> Text:
    """More bytes than a class may send at once; ``limit`` in MiB."""
    return Text(
        f"Plus de {limit} Mio en tout : donnez l'archive en plusieurs morceaux.",
        f"More than {limit} MiB in all: give the archive in several parts.",
    )


def no_headings(found: str) -> Text:
    """A list whose first line names no known column."""
    return Text(
        f"La première ligne ne nomme aucune colonne connue (trouvé : {found}). Il faut par exemple "
        "« Prénom », « Nom », « Numéro d'identification » et « Adresse de courriel », comme dans l'export de Moodle.",
        f"The first line names no known column (found: {found}). For example “First name”, “Last name”, "
        "“ID number” and “Email address”, as Moodle exports them.",
    )


def ids_twice(ids: str) -> Text:
    """Identifiers that two lines have."""
    return Text(f"Le même identifiant revient deux fois : {ids}.", f"An identifier comes twice: {ids}.")
