"""A rule on event times behind a design: its boundary in total time on test, simulation, decisions, words, picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from onearm.design.characteristics_table import Rates
from onearm.design.decision import Decision
from onearm.design.table import DesignTable
from onearm.design.words import chance, number, patients, sentence
from onearm.results import CharacteristicsCurves, TimeBoundaries
from onearm.stats.monitoring import TimeBoundary, TimeCharacteristics, time_to_event_characteristics
from onearm.text import rounded

_STEPS, _TOLD = 25, 10
NO_ACCRUAL = "Without accrual, patients entering in a unit of time, nothing is simulated."


@dataclass(frozen=True, slots=True)
class Times:
    """A rule on total time on test, and how a trial under it is simulated."""

    times: TimeBoundary
    n_max: int
    unit: str
    name: str
    accrual: float | None
    follow_up: float
    seed: int
    replicates: int
    minimum: int
    said: tuple[str, ...]

    def table(self, title: str, footnotes: tuple[str, ...], each_look: bool) -> DesignTable:
        """The least total time on test after each number of events."""
        rows = tuple(
            (str(d), patients(t), *((str(days),) if self.unit == "months" else ()))
            for d, t, days in zip(
                self.times.events.tolist(),
                self.times.time_on_test.tolist(),
                self.times.whole_days().tolist(),
                strict=True,
            )
        )
        days = ("The same in days, rounded up",) if self.unit == "months" else ()
        return DesignTable(
            title, ("Events", f"Stop if total time on test is below, {self.unit}", *days), rows, footnotes
        )

    def characteristics(self, p: ArrayLike) -> TimeCharacteristics:
        """The kernel's record for true means: a simulation with a seed."""
        if self.accrual is None:
            raise ValueError("accrual must be given to simulate the rule: patients entering in a unit of time")
        return time_to_event_characteristics(
            self.times, p, accrual=self.accrual, n_max=self.n_max, seed=self.seed, follow_up=self.follow_up,
            replicates=self.replicates, minimum=self.minimum,
        )  # fmt: skip

    def characteristics_table(self, title: str, rates: Rates) -> DesignTable:
        """One row a true mean."""
        columns = ("Scenario", f"True mean, {self.unit}", "Stop", "Monte Carlo error of it",
                   "Mean n", "Median n", "Mean events")  # fmt: skip
        if self.accrual is None:
            return DesignTable(title, columns, (), (NO_ACCRUAL,))
        found = self.characteristics([p[0] for _, p in rates])
        rows = tuple(
            (label, number(p[0]), chance(found.stop[k]), chance(found.stop_error[k]), patients(found.patients[k]),
             str(int(found.patients_quantiles[k, 2])), patients(found.events[k]))
            for k, (label, p) in enumerate(rates)
        )  # fmt: skip
        return DesignTable(title, columns, rows, tuple(sentence(said) for said in found.conventions))

    def decide(self, x: object, n: object = None, **more: object) -> Decision:
        """The decision on ``x`` events in a total time on test of ``time``; ``n`` is not needed."""
        total = more.get("time")
        if more.get("expected") is not None or more.get("stage") is not None:
            raise ValueError("a rule on times takes x and time, not expected or stage")
        if isinstance(x, bool) or not isinstance(x, int | np.integer) or x < 0:
            raise ValueError(f"x must be a whole number of events, 0 or more, found {x!r}")
        if isinstance(total, bool) or not isinstance(total, int | float | np.number):
            raise ValueError(f"time must be given: the total time on test, in {self.unit}; found {total!r}")
        d, value = int(x), float(total)
        word, least = self.times.decide(d, value), self.times.at(d)
        size = int(n) if isinstance(n, int | np.integer) else int(x)
        shown = f"{rounded(value, 2)} {self.unit} in which {x} had {self.name}"
        return Decision(
            word=word,
            reason=f"total time on test of {shown}; the trial goes on from {rounded(least, 2)} {self.unit}",
            n=size,
            x=(int(x),),
            names=(self.name,),
            planned=True,
            judged_at=None,
            limits_at=None,
            low=(None,),
            high=(None,),
            above_low=(None,),
            below_high=(None,),
            measures=(("total time on test", value), ("least time to go on", least), ("time to spare", value - least),
                      (f"P({self.times.parameter} > standard + {number(self.times.delta)} | data)",
                       self.times.probability(d, value))),
            next_n=None,
            notes=(self._next(int(x), value, word),),
        )  # fmt: skip

    def _next(self, x: int, value: float, word: str) -> str:
        """How many events in a row, with no time between them, would stop a trial that goes on."""
        if word == "stop":
            return "More time without events could raise the total time on test above the limit."
        for more in range(1, 1 + max(self.n_max - x, 0)):
            if value < self.times.at(x + more):
                return f"Without more time on test, {more} more event{'' if more == 1 else 's'} would stop the trial."
        return "No number of events among the patients to come would stop the trial without more time on test."

    def sentences(self, rates: Rates) -> tuple[str, ...]:
        """The rule and what it does."""
        limits = [
            f"{rounded(t, 2)} {self.unit} after {d} event{'' if d == 1 else 's'}"
            for d, t in zip(self.times.events.tolist(), self.times.time_on_test.tolist(), strict=True)
            if t > 0
        ]
        rest = ", and so on after more events as in the table" if len(limits) > _TOLD else ""
        rule = (*self.said, f"The trial stops if the total time on test is below {'; '.join(limits[:_TOLD])}{rest}")
        if self.accrual is None:
            return rule
        found = self.characteristics([p[0] for _, p in rates])
        does = [
            f"If the true mean is {number(p[0])} {self.unit}, the trial stops with probability "
            f"{chance(found.stop[k])} (Monte Carlo error {chance(found.stop_error[k])}) and "
            f"{patients(found.patients[k])} patients are expected"
            for k, (label, p) in enumerate(rates)
            if label
        ]
        return (*rule, *does, *found.conventions)

    def picture(self, id: str, label: str, notes: tuple[str, ...], path: Sequence[tuple[Any, ...]]) -> TimeBoundaries:
        """The boundary, and the path of a trial in (events, total time on test), as a record to draw."""
        return TimeBoundaries(
            id=id,
            label=label,
            event=self.name,
            axis=f"Total time on test, {self.unit}",
            events=tuple(self.times.events.tolist()),
            least=tuple(self.times.time_on_test.tolist()),
            n_max=self.n_max,
            path_events=tuple(int(d) for d, _ in path),
            path_time=tuple(float(t) for _, t in path),
            decisions=tuple(self.times.decide(d, t) for d, t in path),
            notes=notes,
        )

    @property
    def has_curves(self) -> bool:
        """Whether accrual is known, without which nothing is simulated."""
        return self.accrual is not None

    def curves(self, id: str, label: str, rates: Rates) -> CharacteristicsCurves:
        """Probability of stopping and mean number of patients over true means."""
        top = 2 * max(p[0] for _, p in rates)
        grid = np.linspace(top / _STEPS, top, _STEPS)
        found = self.characteristics(grid)
        marks = [(name, p[0]) for name, p in rates if name]
        return CharacteristicsCurves(
            id=id,
            label=label,
            rate=f"True mean, {self.unit}",
            p=tuple(grid.tolist()),
            names=("stop",),
            probability=(tuple(found.stop.tolist()),),
            expected_n=tuple(found.patients.tolist()),
            n_max=self.n_max,
            mark_names=tuple(name for name, _ in marks),
            mark_p=tuple(p for _, p in marks),
            notes=tuple(sentence(said) for said in found.conventions),
        )
