"""Rules on the posterior probability that a rate lies beyond a fixed limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onearm.design import priors
from onearm.design.characteristics_table import Rates
from onearm.design.count_body import Counts
from onearm.design.judge import Measures
from onearm.design.rates import above, between
from onearm.design.record import Design
from onearm.design.words import share
from onearm.stats.monitoring import Boundary, PosteriorBoundary, posterior_boundary


@dataclass(frozen=True, slots=True)
class PosteriorRule:
    """A rule of the kernel, and what makes it again at other looks."""

    record: PosteriorBoundary
    prior: priors.Prior
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The same cut-offs at ``n`` patients."""
        r = self.record
        return posterior_boundary(
            [n], self.prior, p0=r.p0, futility=r.futility, p1=r.p1, efficacy=r.efficacy, harm=r.harm, strict=r.strict,
            n_max=r.boundary.n_max, name=r.boundary.names[0],
        ).boundary  # fmt: skip

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """The posterior probabilities that are compared with cut-offs."""
        r = self.record
        sides = (("low", "<", r.p0), ("high", ">", r.p1))
        return tuple(
            (f"P(rate {sign} {share(limit)} | data)", r.probability(x[0], n, side))
            for side, sign, limit in sides
            if limit is not None
        )

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


def posterior(
    looks: Sequence[int],
    prior: priors.Prior,
    *,
    p0: float | None = None,
    futility: float | None = None,
    p1: float | None = None,
    efficacy: float | None = None,
    harm: float | None = None,
    strict: bool = True,
    n_max: int | None = None,
    name: str = "response",
) -> Design:
    """A rule on posterior probabilities against fixed limits (`onearm.stats.monitoring.posterior_boundary`).

    Parameters
    ----------
    looks
        Patients with a known outcome at each look, ascending.
    prior
        ``(a, b)`` of Beta(a, b), or ``(weight, a, b)`` of each component of a mixture.
    p0, futility
        Stop for too few events when P(rate < p0) exceeds ``futility``.
    p1, efficacy, harm
        Stop for many events when P(rate > p1) exceeds ``efficacy`` (a good event) or ``harm`` (a bad one).
    strict
        Whether a probability must exceed its cut-off, or may also be equal to it.
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
    >>> posterior([5, 10, 15], (0.2, 1.8), p1=0.1, harm=0.95, name="VOD").boundary.high.tolist()
    [[3, 4, 5]]
    """
    given = priors.plain(prior)
    one = posterior_boundary(
        looks,
        given,
        p0=p0,
        futility=futility,
        p1=p1,
        efficacy=efficacy,
        harm=harm,
        strict=strict,
        n_max=n_max,
        name=name,
    )
    said = (
        f"This rule compares the posterior probability that the rate of {name} lies beyond a limit with a cut-off; the "
        f"prior of the rate is {priors.said(given)}",
    )
    return Design(
        kind="posterior",
        title=f"Posterior probability rule for {name}",
        settings=(("looks", tuple(int(n) for n in looks)), ("prior", given), ("p0", p0), ("futility", futility),
                  ("p1", p1), ("efficacy", efficacy), ("harm", harm), ("strict", None if strict else False),
                  ("n_max", n_max), ("name", name)),
        body=Counts(one.boundary, PosteriorRule(one, given, said)),
        conventions=one.conventions,
        notes=(),
        rates=_rates(one),
        record=one,
    )  # fmt: skip


def _rates(one: PosteriorBoundary) -> Rates:
    """The limits of the rule, and rates between and beyond them."""
    low, high = one.p0, one.p1
    if low is None or high is None or low >= high:
        return above(min(p for p in (low, high) if p is not None), "limit")
    named = {"p0": "lower limit", "p1": "upper limit"}
    return tuple((named.get(name, ""), p) for name, p in between(low, high))
