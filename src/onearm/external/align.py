"""Who may be compared: eligibility, line, calendar, index date, day one and covariates, step by step, blind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from onearm.cohort.baseline import Baseline
from onearm.cohort.population import meets
from onearm.external.immortal import apart
from onearm.external.index_date import Timing, chosen, several
from onearm.external.period import inside
from onearm.protocol.alignment import Alignment, Index, Missing
from onearm.protocol.comparison import Comparison
from onearm.protocol.population import Condition


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alignment: its name, why some were removed, who is left and who was removed.

    ``label`` are words for those left, empty where the name says enough; ``because`` is the protocol's reason.
    """

    name: str
    reason: str
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    label: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """The baseline of those left, how they came to be, and everybody with their rows (``subject``, ``at``).

    ``units`` says for each subject left whose row it is: rows of one person are one cluster.
    """

    baseline: Baseline
    steps: tuple[Step, ...]
    everybody: pl.DataFrame
    units: tuple[str, ...] = ()

    def after_step(self, name: str, reason: str, everybody: Baseline) -> Aligned:
        """The same with a step in front, when some of ``everybody`` had been left out before."""
        first = set(self.steps[0].kept)
        removed = tuple(s for s in everybody.subjects if s not in first)
        if not removed:
            return self
        start = Step("start", "", everybody.subjects, ())
        steps = (start, Step(name, reason, self.steps[0].kept, removed), *self.steps[1:])
        return Aligned(self.baseline, steps, everybody.frame.select("subject", "at"), self.units)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Those eligible who were left out because a covariate is missing."""
        return self.steps[-1].removed

    @property
    def clustered(self) -> bool:
        """Whether a person is there with more than one row."""
        return len(set(self.units)) < len(self.units)


def align(
    baseline: Baseline,
    conditions: Sequence[Condition],
    covariates: Sequence[str],
    *,
    alignment: Alignment | None = None,
    timing: Timing | None = None,
    missing: Missing = "complete-case",
    external: bool = True,
) -> Aligned:
    """Apply eligibility and the rules of alignment, and then require what must be known.

    Who lacks a value that eligibility asks for is not called ineligible but incomplete.

    Parameters
    ----------
    baseline
        Everybody, with the covariates and the columns that the conditions name.
    conditions
        Eligibility, in order.
    covariates
        Those that must be known where only complete cases are compared.
    alignment
        The protocol's rules; None for eligibility alone.
    timing
        When each row begins; needed for the index date, the calendar period and the check of day one.
    missing
        What is done about missing covariates: all but ``complete-case`` keep these patients.
    external
        Whether this is the external side. Calendar period and index date are rules for that side.

    Returns
    -------
    Aligned
        Steps ``start``, ``eligible.1`` ..., then ``line``, ``period``, ``index``, ``day-one`` where there is such a
        rule, ``complete``; at each, before = kept + removed.

    Raises
    ------
    TypeError
        ``baseline`` is no `Baseline`.
    ValueError
        A rule needs ``timing``, or dates that are not there.
    """
    if not isinstance(baseline, Baseline):
        raise TypeError(f"the design step takes a Baseline, not {type(baseline).__name__}")
    steps = [Step("start", "", baseline.subjects, ())]
    left = baseline
    asked = [c.name for c in conditions if not c.asks_if_given]
    for i, condition in enumerate(conditions, 1):
        left = _keep(left, _meeting(left, condition), steps, f"eligible.{i}", condition.words)
    if alignment is not None:
        asked += [alignment.line.column] if alignment.line else []
        left = _aligned(left, alignment, timing, external, steps, asked)
    must = [*covariates, *asked] if missing == "complete-case" else asked
    left, removed = left.complete(list(dict.fromkeys(must)))
    why = "a covariate is missing" if missing == "complete-case" else "a value that eligibility asks for is missing"
    label = "" if missing == "complete-case" else "Eligibility known"
    steps.append(Step("complete", why, left.subjects, removed, label))
    units = timing.persons(left.subjects) if timing is not None else left.subjects
    return Aligned(left, tuple(steps), baseline.frame.select("subject", "at"), units)


def _meeting(left: Baseline, condition: Condition) -> pl.Series:
    """Who meets a condition, and who may: an unknown value decides nothing here, it makes an incomplete case below."""
    good = meets(condition, left.frame)
    return good if condition.asks_if_given else good | left.frame[condition.name].is_null()


def _keep(
    left: Baseline,
    kept: pl.Series | Iterable[str],
    steps: list[Step],
    name: str,
    reason: str,
    label: str = "",
    because: str = "",
) -> Baseline:
    """Take a step: those kept (rows marked, or subjects), with everybody else of ``left`` as removed."""
    rows = left.frame
    mask = kept if isinstance(kept, pl.Series) else rows["subject"].is_in(list(kept))
    stay = Baseline(left.name, left.covariates, rows.filter(mask))
    removed = tuple(rows.filter(~mask)["subject"].to_list())
    said = f"{reason} ({because.strip().rstrip('.')})" if because.strip() else reason
    steps.append(Step(name, said, stay.subjects, removed, label, because))
    return stay


def _aligned(
    left: Baseline,
    alignment: Alignment,
    timing: Timing | None,
    external: bool,
    steps: list[Step],
    asked: Sequence[str],
) -> Baseline:
    """The steps of an alignment, each only where the protocol has the rule."""
    if line := alignment.line:
        reason = f"not: {line.condition.criterion}"
        left = _keep(left, _meeting(left, line.condition), steps, "line", reason, "In the lines compared", line.because)
    if external and (period := alignment.period):
        kept = inside(_needed(timing, "period"), left.subjects, period)
        reason = f"day one not {period.words}"
        left = _keep(left, kept, steps, "period", reason, "In the calendar period", period.because)
    if external and alignment.index:
        left = _lines(left, alignment.index, _needed(timing, "index"), asked, steps)
    if alignment.day_one.rule == "leave-out":
        found = apart(_needed(timing, "day_one").only(left.subjects), alignment.day_one)
        out = {s for one in found for s in one.subjects}
        kept = tuple(s for s in left.subjects if s not in out)
        reason = "eligibility, treatment and follow-up do not begin on day one"
        left = _keep(left, kept, steps, "day-one", reason, "With one day one", alignment.day_one.because)
    return left


def _lines(left: Baseline, index: Index, timing: Timing, asked: Sequence[str], steps: list[Step]) -> Baseline:
    """The lines that count. A row of which eligibility is not known competes with none: it is incomplete later."""
    eligible, unknown = left.complete(list(dict.fromkeys(asked)))
    kept = (*chosen(timing, eligible.subjects, index.rule), *unknown)
    if index.rule != "all":
        label, reason = f"{index.rule.capitalize()} eligible line", f"not the {index.rule} eligible line of the person"
        return _keep(left, kept, steps, "index", reason, label, index.because)
    persons = len(several(timing.only(eligible.subjects)))
    reason = f"nobody: all eligible lines count, {persons} persons have several and are one cluster each"
    return _keep(left, kept, steps, "index", reason, "Lines that count", index.because)


def _needed(timing: Timing | None, rule: str) -> Timing:
    if timing is None:
        raise ValueError(f"timing is needed for alignment.{rule}")
    return timing


def needed(comparison: Comparison) -> tuple[str, ...]:
    """Columns that a comparison may look at before the outcomes: covariates, those of eligibility, the line."""
    used = [*comparison.covariates, *(c.column for c in comparison.eligibility if c.column)]
    if comparison.alignment is not None and comparison.alignment.line is not None:
        used.append(comparison.alignment.line.column)
    return tuple(dict.fromkeys(used))
