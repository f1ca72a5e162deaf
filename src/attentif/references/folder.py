"""Which reference a check file compares with: the stored one beside a public file, a drawn one for a hidden file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attentif.exercises.conventions import REFERENCES, is_hidden
from attentif.references import oracles, stored


@dataclass
class FolderReferences:
    """Public references from the ``references`` folder beside a check file; hidden ones from its oracles.

    ``seeds`` are those of the exercises it names; ``seed`` is that of all others.
    """

    seed: int = 0
    draws: int = 3
    seeds: Mapping[str, int] = field(default_factory=dict)
    _loaded: dict[tuple[str, bool], oracles.OracleReference | stored.StoredReference] = field(default_factory=dict)

    def load(self, exercise: str, check_file: Path) -> oracles.OracleReference | stored.StoredReference:
        """Raises ReferenceBroken or OracleBroken, each with a line that says which file and why."""
        hidden = is_hidden(check_file)
        key = (exercise, hidden)
        if key not in self._loaded:
            folder = check_file.parent
            self._loaded[key] = self._drawn(folder, exercise) if hidden else stored.load(folder / REFERENCES, exercise)
        return self._loaded[key]

    def seed_of(self, exercise: str) -> int:
        """What the exercise's hidden inputs are drawn from."""
        return self.seeds.get(exercise, self.seed)

    def _drawn(self, folder: Path, exercise: str) -> oracles.OracleReference | stored.StoredReference:
        return oracles.drawn(folder / "oracle.py", self.seed_of(exercise), self.draws)
