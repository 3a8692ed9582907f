"""A design: one record with its table, its operating characteristics, its decisions, its words and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from onearm import __version__
from onearm.design.characteristics_table import Rates
from onearm.design.command import Settings, command, value_text
from onearm.design.decision import Decision
from onearm.design.table import DesignTable
from onearm.design.words import sentence
from onearm.results import Boundaries, CharacteristicsCurves, TimeBoundaries

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from onearm.stats.monitoring import Boundary

Path = Sequence[tuple[Any, ...]]
"""The path of a trial: at each point (patients, events of each kind); for times (events, total time)."""


class Body(Protocol):
    """What a kind of rule does behind a `Design`: counts, times, or a log-rank test."""

    def table(self, title: str, footnotes: tuple[str, ...], each_look: bool) -> DesignTable:
        """The boundary as a table."""
        ...

    def characteristics(self, p: ArrayLike) -> Any:
        """The kernel's record."""
        ...

    def characteristics_table(self, title: str, rates: Rates) -> DesignTable:
        """The operating characteristics as a table."""
        ...

    def decide(self, x: object, n: object = None, **more: object) -> Decision:
        """The decision on data."""
        ...

    def sentences(self, rates: Rates) -> tuple[str, ...]:
        """The paragraph's middle: rule, looks, operating characteristics."""
        ...

    def picture(self, id: str, label: str, notes: tuple[str, ...], path: Path) -> Boundaries | TimeBoundaries:
        """The boundary to draw."""
        ...

    @property
    def has_curves(self) -> bool:
        """Whether operating characteristics are known over a range of rates."""
        ...

    def curves(self, id: str, label: str, rates: Rates) -> CharacteristicsCurves:
        """The operating characteristics to draw."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A design or a monitoring rule, made by one of the constructors of `onearm.design`.

    Parameters
    ----------
    kind
        Name of the constructor and of the command: ``simon``, ``safety`` ...
    title
        Words for a heading.
    settings
        What it was made from, by name.
    body
        The rule itself and what it does.
    conventions
        How its numbers are meant: r or r + 1, strict or inclusive, whose n, which sign.
    notes
        Assumptions, and limits of the search that were met.
    rates
        True rates for which operating characteristics are shown, with their names.
    record
        The kernel's own record, with all it knows.
    details
        How a search went about ties and rounding: under the table, not in the paragraph.

    Examples
    --------
    >>> from onearm import design
    >>> found = design.simon(0.1, 0.3, 0.05, 0.2)
    >>> found.boundary.low.tolist(), found.decide(1, 10).word
    ([[1, 5]], 'stop for futility')
    """

    kind: str
    title: str
    settings: Settings
    body: Body
    conventions: tuple[str, ...]
    notes: tuple[str, ...]
    rates: Rates
    record: Any
    details: tuple[str, ...] = ()

    @property
    def boundary(self) -> Boundary | None:
        """The integers of a rule on counts; nothing where the rule is on times or a log-rank test."""
        return getattr(self.body, "boundary", None)

    @property
    def times(self) -> Any:
        """The boundary of a rule on times to an event; nothing for the others."""
        return getattr(self.body, "times", None)

    @property
    def command(self) -> str:
        """The command line that makes this design."""
        if self.kind.startswith("monitoring."):
            return "onearm run DIR"
        return command(self.kind, self.settings)

    def table(self, *, each_look: bool = False) -> DesignTable:
        """The boundary. Looks in a row with the same limits share a row unless ``each_look`` asks for all."""
        notes = tuple(sentence(said) for said in (*self.conventions, *self.notes, *self.details))
        return self.body.table(self.title, notes, each_look)

    def operating_characteristics(self, p: ArrayLike | None = None) -> Any:
        """The kernel's record for true rates ``p``, those of ``rates`` when none are given."""
        if p is not None:
            return self.body.characteristics(p)
        return self.body.characteristics([rate if len(rate) > 1 else rate[0] for _, rate in self.rates])

    def characteristics_table(self, p: ArrayLike | None = None) -> DesignTable:
        """Operating characteristics, one row a set of true rates."""
        return self.body.characteristics_table(f"{self.title}: operating characteristics", self._rates(p))

    def decide(
        self,
        x: object,
        n: object = None,
        *,
        time: float | None = None,
        expected: float | None = None,
        stage: int | None = None,
    ) -> Decision:
        """The decision on the data as they stand.

        Parameters
        ----------
        x
            Events; with two kinds of event one count of each.
        n
            Patients with a known outcome, planned look or not.
        time
            For a rule on times: total time on test, in the unit of the rule.
        expected, stage
            For a log-rank test: events expected under the null hypothesis, and which analysis this is.

        Raises
        ------
        ValueError
            For counts that are not whole or exceed the patients, and for what this kind of rule does not take.
        """
        return self.body.decide(x, n, time=time, expected=expected, stage=stage)

    def paragraph(self) -> str:
        """What a protocol says of the design, every number out of this record."""
        conventions = "".join(f" {sentence(said)}" for said in (*self.conventions, *self.notes))
        named = any(label for label, _ in self.rates)
        rates = self.rates if named else tuple(("true rate", p) for _, p in self.rates)
        body = " ".join(sentence(said) for said in self.body.sentences(rates))
        return f"{body}{conventions} To make these numbers again (onearm {__version__}): {self.command}"

    def picture(self, path: Path = ()) -> Boundaries | TimeBoundaries:
        """The boundary as a record that figures and reports can hold, with the path of a trial upon it."""
        return self.body.picture(self.kind, self.title, self.conventions, path)

    @property
    def has_curves(self) -> bool:
        """Whether characteristics are known over a range of rates.

        They are not for log-rank designs, which know two hazard ratios, and for rules on times without ``accrual``.
        """
        return self.body.has_curves

    def curves(self) -> CharacteristicsCurves:
        """The operating characteristics over true rates, as a record that figures and reports can hold.

        Raises
        ------
        ValueError
            Where ``has_curves`` is not so.
        """
        if not self.has_curves:
            raise ValueError(f"a {self.kind} design as given has no characteristics over a range of rates to draw")
        return self.body.curves(self.kind, self.title, self.rates)

    def figure(self, path: Path = ()) -> Figure:
        """The boundary as a Matplotlib figure; ``path`` holds points (patients, events ...) of a trial."""
        from onearm.figures.alone import figure

        return figure(self.picture(path))

    def characteristics_figure(self) -> Figure:
        """Probabilities and expected patients against the true rate, as a Matplotlib figure; raises as `curves`."""
        from onearm.figures.alone import figure

        return figure(self.curves())

    def values(self) -> dict[str, Any]:
        """The design as plain values, for JSON."""
        shown, does = self.table(each_look=True), self.characteristics_table()
        return {
            "kind": self.kind,
            "title": self.title,
            "settings": {name: value for name, value in self.settings if value is not None},
            "boundary": {"columns": list(shown.columns), "rows": [list(row) for row in shown.rows]},
            "characteristics": {"columns": list(does.columns), "rows": [list(row) for row in does.rows]},
            "conventions": list(self.conventions),
            "notes": [*self.notes, *self.details],
            "paragraph": self.paragraph(),
            "command": self.command,
        }

    def settings_text(self) -> tuple[tuple[str, str], ...]:
        """The settings as they are typed."""
        return tuple((name, value_text(value)) for name, value in self.settings if value is not None)

    def _rates(self, p: ArrayLike | None) -> Rates:
        """Given rates with empty names, or the design's own."""
        if p is None:
            return self.rates
        given = np.asarray(p, dtype=np.float64)
        wide = len(self.rates[0][1])
        if given.ndim > 2 or (wide > 1 and (given.ndim == 0 or given.shape[-1] != wide)) or given.size == 0:
            raise ValueError(f"p must hold true rates, {wide} in each set; found shape {given.shape}")
        return tuple(("", tuple(float(v) for v in row)) for row in given.reshape(-1, wide))
