"""A design whose rule is a boundary of counts: its tables, decisions, sentences and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from onearm.design.boundary_table import boundary_table
from onearm.design.characteristics_table import Rates, characteristics_table, outcome, said_of, tests
from onearm.design.decision import Decision
from onearm.design.family import Family
from onearm.design.judge import judge
from onearm.design.looks import looks_sentences
from onearm.design.table import DesignTable
from onearm.design.words import share
from onearm.results import Boundaries, CharacteristicsCurves
from onearm.stats.monitoring import Boundary, OperatingCharacteristics, operating_characteristics

_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A boundary and the family it comes from; how two events of one patient go together.

    ``nested``: the first event is a part of the second (a complete response is a response); ``association``: otherwise
    their odds ratio, 1 for independence.
    """

    boundary: Boundary
    family: Family
    nested: bool = False
    association: float = 1.0

    def table(self, title: str, footnotes: tuple[str, ...], each_look: bool) -> DesignTable:
        """The counts that stop, at each look."""
        return boundary_table(title, self.boundary, footnotes, each_look=each_look)

    def characteristics(self, p: ArrayLike) -> OperatingCharacteristics:
        """The kernel's record: exact."""
        if self.nested:
            first, second = np.asarray(p, dtype=np.float64).reshape(-1, 2).T
            if (first > second).any():
                raise ValueError(f"p: {self.boundary.names[0]} cannot be more frequent than {self.boundary.names[1]}")
            return operating_characteristics(
                self.boundary, cells=np.column_stack([first, 0 * first, second - first, 1 - second])
            )
        more = {"association": self.association} if self.boundary.endpoints > 1 else {}
        return operating_characteristics(self.boundary, p, **more)

    def characteristics_table(self, title: str, rates: Rates) -> DesignTable:
        """One row a set of true rates."""
        return characteristics_table(title, self.characteristics(_stacked(rates)), rates)

    def decide(self, x: object, n: object = None, **more: object) -> Decision:
        """The decision on ``x`` events among ``n`` patients."""
        if any(value is not None for value in more.values()):
            raise ValueError(
                f"a rule on counts takes x and n, not {', '.join(k for k, v in more.items() if v is not None)}"
            )
        patients, counts = _counts(x, n, self.boundary)
        return judge(self.boundary, counts, patients, self.family.at, self.family.measures(counts, patients))

    def sentences(self, rates: Rates) -> tuple[str, ...]:
        """The rule, its looks and what it does, as sentences."""
        found = self.characteristics(_stacked(rates))
        means = (found.success_means,) if tests(self.boundary) else ()
        return (*self.family.sentences(), *looks_sentences(self.boundary), *said_of(found, rates), *means,
                "These probabilities are exact: they are summed patient by patient and not simulated.")  # fmt: skip

    def picture(self, id: str, label: str, notes: tuple[str, ...], path: Sequence[tuple[int, ...]]) -> Boundaries:
        """The boundary, and the path of a trial, as a record to draw; each point of ``path`` is (n, x ...)."""
        rule = self.boundary
        points = [tuple(int(v) for v in point) for point in path]
        return Boundaries(
            id=id,
            label=label,
            names=rule.names,
            n=tuple(rule.n.tolist()),
            low=tuple(tuple(row) for row in rule.low.tolist()),
            high=tuple(tuple(row) for row in rule.high.tolist()),
            low_means=rule.low_means,
            high_means=rule.high_means,
            n_max=rule.n_max,
            together=rule.together,
            path_n=tuple(point[0] for point in points),
            path_x=tuple(tuple(point[1 + k] for point in points) for k in range(rule.endpoints)) if points else (),
            decisions=tuple(self.decide(point[1:], point[0]).word for point in points),
            notes=notes,
        )

    @property
    def has_curves(self) -> bool:
        """Yes: the recursion takes any rates."""
        return True

    def curves(self, id: str, label: str, rates: Rates) -> CharacteristicsCurves:
        """Probabilities and expected patients over true rates of the first kind of event."""
        rule, others = self.boundary, rates[0][1][1:]
        marks = [(name, p[0]) for name, p in rates if name and p[1:] == others]
        most = others[0] if self.nested else 1.0
        grid = np.linspace(0, min(most, 1.5 * max(p[0] for _, p in rates)), _STEPS + 1)
        found = self.characteristics(_stacked(tuple(("", (p, *others)) for p in grid.tolist())))
        first = outcome(found)
        same = not tests(rule) and int(rule.n[-1]) < rule.n_max  # every stop is an early one
        rows = [first] if same else [first, ("stop early", found.early)]
        if len(found.reasons) > 1:
            rows += [(f"stop, {r}", v) for r, v in zip(found.reasons, found.by_reason.T, strict=True)]
        held = "".join(f", that of {n} being {share(p)}" for n, p in zip(rule.names[1:], others, strict=True))
        return CharacteristicsCurves(
            id=id,
            label=label,
            rate=f"True rate of {rule.names[0]}{held}",
            p=tuple(grid.tolist()),
            names=tuple(name for name, _ in rows),
            probability=tuple(tuple(v.tolist()) for _, v in rows),
            expected_n=tuple(found.expected_n.tolist()),
            n_max=rule.n_max,
            mark_names=tuple(name for name, _ in marks),
            mark_p=tuple(p for _, p in marks),
            notes=(*((found.success_means,) if tests(rule) else ()), "Exact, by recursion over the patients."),
        )


def _stacked(rates: Rates) -> ArrayLike:
    """True rates as the kernel takes them: (S,) of one kind of event, (S, K) of several."""
    given = np.array([p for _, p in rates], dtype=np.float64)
    return given[:, 0] if given.shape[1] == 1 else given


def _counts(x: object, n: object, rule: Boundary) -> tuple[int, tuple[int, ...]]:
    """Checked patients, and counts, one for each kind of event."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
        raise ValueError(f"n must be a whole number of patients, 0 or more, found {n!r}")
    given = tuple(x) if isinstance(x, Sequence | np.ndarray) and not isinstance(x, str) else (x,)
    if len(given) != rule.endpoints:
        raise ValueError(f"x must hold {rule.endpoints} counts ({', '.join(rule.names)}), found {len(given)}")
    for name, count in zip(rule.names, given, strict=True):
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 0 <= count <= n:
            raise ValueError(f"x: the count of {name} must be a whole number from 0 to n = {n}, found {count!r}")
    return int(n), tuple(int(count) for count in given)
