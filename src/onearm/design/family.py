"""What a family of rules knows beyond its integers: the rule at any n, its probabilities, and its own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from onearm.design.judge import Measures
from onearm.stats.monitoring import Boundary


class Family(Protocol):
    """One kernel's rule, behind a `Design` of counts."""

    def at(self, n: int) -> Boundary | None:
        """The rule worked out at ``n`` patients, or nothing where it exists at its looks only."""
        ...

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """Words and value of each probability the rule compares with a cut-off, at these counts."""
        ...

    def sentences(self) -> tuple[str, ...]:
        """What the rule is, for a protocol's paragraph."""
        ...


@dataclass(frozen=True, slots=True)
class AtLooks:
    """A rule that is its integers and exists at its looks only."""

    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """Nothing: there is no rule between the looks."""
        return None

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """Nothing: counts are compared with integers."""
        return ()

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said
