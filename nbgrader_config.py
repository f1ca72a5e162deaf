"""The whole pipeline's configuration: every nbgrader command works from this folder without a flag."""

import os
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from attentif.authoring.answer_stubs import ClearAnswers
from attentif.authoring.completion import complete_release
from attentif.exercises.settings import read_settings
from attentif.grading.autograde import install
from attentif.grading.exporter import SubmissionExporter
from attentif.grading.preprocessor import Grade
from attentif.grading.restore import RestoreCells

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "attentif"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
if (language := read_settings(Path(c.CourseDirectory.root)).language) != "fr":
    os.environ.setdefault("ATTENTIF_LANG", language)  # the course's, where nobody says another
c.CourseDirectory.solution_directory = "solutions"
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".pytest_cache",
    "conftest.py",
    "pytest.ini",
    "*.results.json",  # the grader's own: neither a submission's nor part of the feedback
]

# What students see in place of a solution.
c.ClearSolutions.code_stub = {
    "python": '# À VOUS : remplacez la ligne suivante par votre code.\nraise NotImplementedError("à compléter")'
}
c.ClearSolutions.text_stub = "*Votre réponse ici.*"
c.GenerateAssignment.preprocessors = [  # nbgrader's own, but for answers to questions
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ClearAnswers,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
c.GenerateAssignment.post_convert_hook = complete_release  # the library, course.toml, first and last cells

# Submissions: taken in as plain private copies, restored from the gradebook, then run and checked.
install()
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    RestoreCells,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    Grade,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
# What notebooks write and students hand in: an instructor's own, in source/, is never laid over it.
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".tsv"]
c.Autograde.exclude_overwriting = {"atelier4": ["predictions.tsv"]}
c.Grade.timeout = 60
c.Execute.timeout = 300  # solved notebooks train small models

# Pages that people open: Markdown of submissions may hold no script.
c.HTMLExporter.filters = {"markdown2html": "attentif.grading.markup.clean_markdown"}

# The secret behind the hidden draws, which all students of a class share: change it for each class (any text). Each
# report records the seed of its exercise.
c.Grade.seed = os.environ.get("ATTENTIF_SEED", "attentif")
