"""Where things are: the folders of a course, found from any place inside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attentif.exercises import conventions


@dataclass(frozen=True)
class Course:
    """A course repository: ``root`` holds nbgrader_config.py, source/ and grader_tests/."""

    root: Path

    def source(self, atelier: str) -> Path:
        """Folder of the instructor's notebooks of an atelier."""
        return self.root / "source" / atelier

    def release(self, atelier: str) -> Path:
        """Folder of what students receive of an atelier."""
        return self.root / "release" / atelier

    def public_checks(self, atelier: str) -> Path:
        """Folder of the public check files of an atelier."""
        return self.source(atelier) / "checks"

    def references(self, atelier: str) -> Path:
        """Folder of the public reference files of an atelier."""
        return self.public_checks(atelier) / conventions.REFERENCES

    @property
    def state(self) -> Path:
        """Where commands keep what they need from one run to the next."""
        return self.root / conventions.STATE

    def hidden_checks(self, atelier: str) -> Path:
        """Folder of what is hidden of an atelier: a folder for each exercise."""
        return self.root / "grader_tests" / atelier

    def folder(self, atelier: str, exercise: str) -> Path:
        """The hidden half of an exercise: oracle, mistakes and their words, hidden checks."""
        return self.hidden_checks(atelier) / exercise

    def oracle(self, atelier: str, exercise: str) -> Path:
        """The oracle module of an exercise."""
        return self.folder(atelier, exercise) / "oracle.py"

    def ateliers(self) -> list[str]:
        """Names of the folders of source/ that hold a notebook."""
        return sorted(p.name for p in (self.root / "source").glob("*") if any(p.glob("*.ipynb")))

    def exercises(self, atelier: str) -> list[str]:
        """Names of the exercises of an atelier: the folders that hold an oracle."""
        return sorted(path.parent.name for path in self.hidden_checks(atelier).glob("*/oracle.py"))

    def check_files(self, atelier: str, exercise: str) -> list[Path]:
        """The exercise's public check file, then its hidden one; those that exist."""
        files = (
            self.public_checks(atelier) / conventions.public_checks(exercise),
            self.folder(atelier, exercise) / conventions.HIDDEN_CHECKS,
        )
        return [path for path in files if path.is_file()]


def find_course(start: Path) -> Course | None:
    """The course around ``start``: the nearest parent with nbgrader_config.py, or None."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "nbgrader_config.py").is_file():
            return Course(folder)
    return None
