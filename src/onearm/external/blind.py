"""The blind half of a comparison: who is eligible, who is chosen with what weight, and whether they are alike.

It is made from two `Baseline`, types without outcome columns; a run and `onearm lock` both call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from onearm.cohort.baseline import Baseline
from onearm.external.align import Aligned, align
from onearm.external.comparability import comparability
from onearm.external.design import PRIMARY, designs, refused
from onearm.external.diagnose import Diagnosis, diagnose
from onearm.external.gates import gates
from onearm.external.immortal import apart
from onearm.external.index_date import Timing
from onearm.external.missing import Filled, Filling, fill
from onearm.external.record import Design
from onearm.external.worst import worst_gates
from onearm.protocol.comparison import Comparison

Timings = tuple[Timing, Timing]
"""When the rows of the trial and of the external source begin."""


@dataclass(frozen=True, slots=True)
class Blind:
    """Everything about a comparison that is settled before an outcome is looked at.

    ``trial`` and ``external`` are the two sides with their attrition; ``designs`` and ``diagnoses`` have one entry per
    method, the primary one first. ``drawn`` holds the same for every imputed data set, and then what stands here is
    that of the first, with the worst gates of all; it is empty where nothing was imputed. ``comparability`` are the
    rows of that table.
    """

    name: str
    settings: Comparison
    trial: Aligned
    external: Aligned
    designs: Mapping[str, Design]
    diagnoses: Mapping[str, Diagnosis]
    drawn: tuple[Blind, ...] = ()
    comparability: tuple[Mapping[str, str], ...] = ()

    @property
    def primary(self) -> Design:
        """The design of the primary method."""
        return self.designs[PRIMARY]

    def failed(self, method: str) -> tuple[str, ...]:
        """The gates that a method did not pass, in words."""
        gates = self.diagnoses[method].gates
        return tuple(f"GATE FAILED: {g.name.lower()}; {g.says}" for g in gates if not g.passed)


def blind(
    name: str,
    settings: Comparison,
    trial: Baseline,
    external: Baseline,
    everybody: Baseline | None = None,
    seed: int = 1,
    *,
    timings: Timings | None = None,
) -> Blind:
    """Align, fill gaps, choose by every method, and diagnose.

    Parameters
    ----------
    name, settings
        The comparison.
    trial, external
        The members of the trial's population, and the external patients who have a day one. Anything but a `Baseline`
        is refused with TypeError.
    everybody
        The whole external source, when some of it has no day one: they become a step of the attrition.
    seed
        Seed of an order that is random.
    timings
        When the rows of both sides begin; needed where the alignment has a rule about time.

    Raises
    ------
    ValueError
        A rule of the alignment needs ``timings``, or dates that are not there.
    """
    for side in (trial, external):
        if not isinstance(side, Baseline):
            raise TypeError(f"the design step takes a Baseline, not {type(side).__name__}")
    us, them = (
        align(
            side,
            settings.eligibility,
            settings.covariates,
            alignment=settings.alignment,
            timing=None if timings is None else timings[i],
            missing=settings.missing,
            external=bool(i),
        )
        for i, side in enumerate((trial, external))
    )
    told = _told(name, settings, (trial, us), (external, them), timings)
    if everybody is not None:
        them = them.after_step("treated", "never treated", everybody)
    notes, why = _days(settings, timings, us, them)
    filling = fill(us.baseline, them.baseline, settings.covariates, settings.missing)
    why = why or filling.refused
    if why:
        return _nothing(Blind(name, settings, us, them, {}, {}, (), told), notes, why)
    notes = (*notes, *_filled(filling, us, them))
    found = [_designed(name, settings, us, them, one, seed, notes) for one in filling.sets]
    if len(found) == 1:
        return replace(found[0], comparability=told)
    gates = {key: worst_gates([one.diagnoses[key].gates for one in found]) for key in found[0].designs}
    sets = tuple(
        replace(one, diagnoses={k: replace(d, gates=gates[k]) for k, d in one.diagnoses.items()}) for one in found
    )
    return replace(sets[0], trial=us, external=them, drawn=sets, comparability=told)


def _told(
    name: str,
    settings: Comparison,
    ours: tuple[Baseline, Aligned],
    theirs: tuple[Baseline, Aligned],
    timings: Timings | None,
) -> tuple[Mapping[str, str], ...]:
    """Rows of the table of comparability, of everybody who was left before a missing value left anybody out."""
    trial, external = (
        side.only([*aligned.steps[-1].kept, *aligned.steps[-1].removed]) for side, aligned in (ours, theirs)
    )
    if timings is None:
        return comparability(name, settings, trial, external)
    when = (timings[0].only(trial.subjects), timings[1].only(external.subjects))
    return comparability(name, settings, trial, external, *when)


def _days(settings: Comparison, timings: Timings | None, us: Aligned, them: Aligned) -> tuple[tuple[str, ...], str]:
    """What is to be said of those whose days do not coincide, and why nothing is compared because of them."""
    if timings is None or settings.alignment is None:
        return (), ""
    rule = settings.alignment.day_one
    said = [
        f"{side}: {one.words}"
        for side, when, aligned in zip(("trial", "external"), timings, (us, them), strict=True)
        for one in apart(when.only(aligned.baseline.subjects), rule)
        if one.subjects
    ]
    if rule.rule == "refuse" and said:
        because = f" ({rule.because.strip().rstrip('.')})" if rule.because.strip() else ""
        return (), f"eligibility, treatment and follow-up do not begin on one day{because}: {'; '.join(said)}"
    return tuple(said), ""


def _filled(filling: Filling, us: Aligned, them: Aligned) -> tuple[str, ...]:
    """What was done about gaps, where there were any."""
    gaps = any(side.baseline.frame.null_count().sum_horizontal().item() for side in (us, them))
    if not gaps:
        return ()
    first = f"missing covariates: {filling.words}"
    if filling.drawn is None:
        return (first,)
    message = filling.drawn.message
    return (first + "; the outcome is no part of it", *((message,) if message else ()))


def _designed(
    name: str, settings: Comparison, us: Aligned, them: Aligned, filled: Filled, seed: int, notes: tuple[str, ...]
) -> Blind:
    """Every method on one pair of sides without gaps."""
    wider = settings.model_copy(update={"covariates": filled.covariates})
    units = tuple(f"external {person}" for person in them.units) if them.clustered else ()
    made = {
        key: replace(one, notes=(*notes, *one.notes))
        for key, one in designs(wider, filled.trial, filled.external, seed, units).items()
    }
    lost = len(us.incomplete)
    found = {
        key: diagnose(_full(name, key), wider, filled.trial, filled.external, one, lost) for key, one in made.items()
    }
    sides = replace(us, baseline=filled.trial), replace(them, baseline=filled.external)
    return Blind(name, settings, *sides, made, found)


def _full(name: str, key: str) -> str:
    return name if key == PRIMARY else f"{name}/{key}"


def _nothing(bare: Blind, notes: tuple[str, ...], why: str) -> Blind:
    """No method has a design, and each says why."""
    us, them = bare.trial.baseline, bare.external.baseline
    made = {key: replace(d, notes=notes) for key, d in refused(bare.settings, us, them, why).items()}
    lost = len(bare.trial.incomplete)
    found = {
        key: Diagnosis((), gates(_full(bare.name, key), bare.settings, one, lost, None)) for key, one in made.items()
    }
    return replace(bare, designs=made, diagnoses=found)
