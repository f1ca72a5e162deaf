"""What the instructor's page of an atelier says."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.reports import number
from attentif.words.text import Text

TITLE = Text("la classe", "the class")
COUNT = Text("Remises notées", "Graded hand-ins")
MEAN = Text("Moyenne", "Mean")
MEDIAN = Text("Médiane", "Median")
SPREAD = Text("Écart-type", "Standard deviation")
ALPHA = Text("Alpha de Cronbach", "Cronbach's alpha")
SILENT = Text("Inscrits sans note", "Enrolled, without a grade")
DISTRIBUTION = Text("Répartition des notes, en part du total", "Grades, as a share of the total")
DISCRIMINATION = Text("Discrimination de chaque exercice", "Discrimination of each exercise")
HOW_TO_READ = Text(
    "Facilité : part moyenne des points obtenus. Discrimination : corrélation entre les points de l’exercice et ceux "
    "du reste de l’atelier, avec son intervalle à 95 % (bootstrap) ; proche de 0 ou négative, l’exercice mérite une "
    "relecture. Alpha mesure la cohérence de l’ensemble. Ces nombres ne disent rien en dessous de cinq remises.",
    "Facility: mean share of the points. Discrimination: correlation of the exercise's points with those of the rest "
    "of the atelier, with its 95 % interval (bootstrap); near 0 or negative, the exercise deserves another reading. "
    "Alpha measures how far all exercises measure one thing. Below five hand-ins these numbers say nothing.",
)
EXERCISES = Text("Exercices", "Exercises")
EXERCISE_HEADINGS = (
    Text("Notebook", "Notebook"), Text("Exercice", "Exercise"), Text("Points", "Points"), Text("Moyenne", "Mean"),
    Text("Facilité", "Facility"), Text("Tous les points", "All points"), Text("Aucun point", "No point"),
    Text("Discrimination", "Discrimination"), Text("de", "from"), Text("à", "to"),
)  # fmt: skip
MISTAKES = Text("Erreurs les plus fréquentes", "Commonest mistakes")
MISTAKE_HEADINGS = (
    Text("Exercice", "Exercise"), Text("Erreur", "Mistake"), Text("Étudiants", "Students"), Text("Part", "Share"),
    Text("Qui", "Who"),
)  # fmt: skip
LOOKS = Text("À regarder", "Needs a look")
LOOK_HEADINGS = (Text("Étudiant", "Student"), Text("Pourquoi", "Why"), Text("Détail", "Detail"))
STUDENTS = Text("Étudiants", "Students")
STUDENT_HEADINGS = (
    Text("Étudiant", "Student"), Text("Points", "Points"), Text("Part", "Share"),
    Text("Secondes de correction", "Seconds of grading"),
)  # fmt: skip
UNFINISHED = Text("une cellule attend une note manuelle", "a cell waits for a manual score")
NOTHING_GRADED = Text("inscrit, sans remise notée", "enrolled, nothing graded")
NOTHING = Text("Rien.", "Nothing.")


def unread(count: int) -> Text:
    """Results files that could not be read."""
    s = "s" if count > 1 else ""
    its_fr, its_en = ("leurs erreurs", "their") if count > 1 else ("ses erreurs", "its")
    return Text(
        f"{count} fichier{s} de résultats illisible{s} : {its_fr} manquent ici. Notez de nouveau avec --rerun.",
        f"{count} results file{s} could not be read: {its_en} mistakes are missing here; grade again with --rerun.",
    )


def described(pairs: Sequence[tuple[str, str]]) -> Text:
    """A chart in words, for who does not see it: what is measured, and its value."""
    return Text(
        " ; ".join(f"{name} : {value}" for name, value in pairs), "; ".join(f"{name}: {value}" for name, value in pairs)
    )


ALIKE = Text("réponses qui se ressemblent", "answers that are alike")
ACCUSES_NOBODY = Text(
    "Cette page n’accuse personne : deux réponses justes et courtes se ressemblent, et l’on travaille parfois "
    "ensemble. Ce que tous ont reçu, et ce qu’une grande part de la classe écrit, n’est pas compté. Le surligné "
    "est commun aux deux ; lisez, puis parlez avec les étudiants.",
    "This page accuses nobody: short right answers are alike, and people work together. What all were given, and what "
    "a large part of the class writes, does not count. What both have is marked; read, then talk with the students.",
)


FEEDBACK = Text("votre retour", "your feedback")
BY_HAND = Text(
    "Note fixée par votre enseignant : elle remplace celle des vérifications.",
    "Score set by your teacher: it replaces that of the checks.",
)
WAITS = Text(
    "Votre enseignant doit encore lire cette réponse : la note peut changer.",
    "Your teacher has yet to read this answer: the score may change.",
)
COMMENT = Text("Commentaire de votre enseignant", "Your teacher's comment")
MISSING = Text("Ce notebook n’a pas été rendu.", "This notebook was not handed in.")
NO_REPORT = Text("Pas de compte rendu des vérifications pour cette cellule.", "No report of checks for this cell.")
FORUM = Text("Poser une question sur le forum du cours", "Ask on the course's forum")
QUESTIONS = Text("Une question, une erreur de notre part ? Écrivez à", "A question, a mistake of ours? Write to")


def penalty(value: float) -> Text:
    """Points taken off for being late."""
    fr = "point retiré" if value < 2 else "points retirés"
    en = "point" if value == 1 else "points"
    return Text(f"Retard : {number(value, 'fr')} {fr}.", f"Late: {number(value, 'en')} {en} taken off.")


def total(value: float, greatest: float) -> Text:
    """What an atelier's hand-in has earned."""
    return Text(
        f"Total : {number(value, 'fr')} / {number(greatest, 'fr')} points",
        f"Total: {number(value, 'en')} / {number(greatest, 'en')} points",
    )
