"""Rules that stop for too many toxicities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from onearm.design import priors
from onearm.design.count_body import Counts
from onearm.design.judge import Measures
from onearm.design.rates import above
from onearm.design.record import Design
from onearm.design.words import number, share
from onearm.stats.monitoring import Boundary, SafetyBoundary, boundary, safety_boundary


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """A safety rule of the kernel."""

    record: SafetyBoundary
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The rule's integer at any n."""
        rule = self.record.boundary
        return boundary([n], high=[self.record.at(n)], high_means="harm", n_max=rule.n_max, names=rule.names)

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """The posterior probability of too high a rate, or the exact p-value."""
        if n == 0:
            return ()
        words = "P(rate > {} | data)" if self.record.family.prior is not None else "P(as many or more at a rate of {})"
        return ((words.format(share(self.record.p0)), self.record.probability(x[0], n)),)

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


def safety(
    looks: int | Sequence[int],
    p0: float,
    *,
    kind: str = "beta-binomial",
    alpha: float | None = None,
    cutoff: float | None = None,
    prior: priors.Prior | None = None,
    p1: float | None = None,
    shape: float | None = None,
    first_look: int = 1,
    every: int = 1,
    n_max: int | None = None,
    name: str = "toxicity",
) -> Design:
    """A rule that stops for too many toxicities (`onearm.stats.monitoring.safety_boundary`).

    Parameters
    ----------
    looks
        Patients with a known outcome at each look, ascending; or one number, the patients of the whole trial, for looks
        after patients first_look, first_look + every, ... and after the last.
    p0
        Rate that is still acceptable.
    kind
        ``beta-binomial`` (with ``prior``), ``pocock``, ``obrien-fleming``, ``wang-tsiatis`` (with ``shape``), ``sprt``
        (with ``p1``, the rate that is too high) or ``maxsprt``.
    alpha, cutoff
        Overall probability of crossing at p0 to which the rule is calibrated; or a fixed cut-off. One of them.
    prior
        ``(a, b)`` of Beta(a, b), or ``(weight, a, b)`` of each component of a mixture.
    n_max
        Patients of the whole trial; the last look when it is not given.
    name
        Of the event that is counted.

    Raises
    ------
    ValueError
        As the kernel.

    Examples
    --------
    >>> safety(30, 0.2, alpha=0.1, prior=(0.6, 2.4)).decide(4, 7).word
    'continue'
    """
    given = None if prior is None else priors.plain(prior)
    one = safety_boundary(
        looks, p0, kind=kind, alpha=alpha, cutoff=cutoff, prior=given, p1=p1, shape=shape, first_look=first_look,
        every=every, n_max=n_max, name=name,
    )  # fmt: skip
    begin = f"This rule ({kind}) stops the trial when {name} is too frequent, a rate of {share(p0)} being acceptable"
    how = (
        f"It is calibrated so that the overall probability of crossing at that rate is at most {share(alpha)}"
        if alpha is not None
        else f"Its cut-off is fixed at {number(cutoff or 0)}"
    )
    whole = tuple(int(n) for n in np.ravel(looks))  # the kernel has refused what is no number of patients
    starts = np.ndim(looks) == 0
    return Design(
        kind="safety",
        title=f"Safety rule for {name}: {kind}",
        settings=(("looks", whole[0] if starts else whole), ("p0", p0), ("kind", kind),
                  ("alpha", alpha), ("cutoff", cutoff), ("prior", given), ("p1", p1), ("shape", shape),
                  ("first_look", first_look if starts and first_look != 1 else None),
                  ("every", every if starts and every != 1 else None), ("n_max", n_max), ("name", name)),
        body=Counts(one.boundary, SafetyRule(one, (begin, *_prior(given), how))),
        conventions=one.conventions,
        notes=(f"The next looser boundary of this kind is crossed with probability {one.next_alpha:.6g} at that rate",),
        rates=above(p0, "acceptable"),
        record=one,
    )  # fmt: skip


def _prior(given: priors.Prior | None) -> tuple[str, ...]:
    return () if given is None else (f"The prior of the rate is {priors.said(given)}",)
