"""The blind half of a comparison: who is eligible, who is chosen with what weight, and whether they are alike.

It is made from two `Baseline`, types without outcome columns; a run and `onearm lock` both call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onearm.cohort.baseline import Baseline
from onearm.external.align import Aligned, align
from onearm.external.design import PRIMARY, designs
from onearm.external.diagnose import Diagnosis, diagnose
from onearm.external.record import Design
from onearm.protocol.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Blind:
    """Everything about a comparison that is settled before an outcome is looked at.

    ``trial`` and ``external`` are the two sides with their attrition; ``designs`` and ``diagnoses`` have one entry per
    method, the primary one first.
    """

    name: str
    settings: Comparison
    trial: Aligned
    external: Aligned
    designs: Mapping[str, Design]
    diagnoses: Mapping[str, Diagnosis]

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
) -> Blind:
    """Align, choose by every method, and diagnose.

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
    """
    for side in (trial, external):
        if not isinstance(side, Baseline):
            raise TypeError(f"the design step takes a Baseline, not {type(side).__name__}")
    us, them = (align(side, settings.eligibility, settings.covariates) for side in (trial, external))
    if everybody is not None:
        them = them.after_step("treated", "never treated", everybody)
    made = designs(settings, us.baseline, them.baseline, seed)
    lost = len(us.incomplete)
    found = {
        key: diagnose(name if key == PRIMARY else f"{name}/{key}", settings, us.baseline, them.baseline, one, lost)
        for key, one in made.items()
    }
    return Blind(name, settings, us, them, made, found)
