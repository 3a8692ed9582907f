"""Lee and Liu's rule on the predictive probability of success at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from onearm.design import priors
from onearm.design.count_body import Counts
from onearm.design.judge import Measures
from onearm.design.rates import above, between
from onearm.design.record import Design
from onearm.design.words import number, share
from onearm.stats.designs import PredictiveDesign, predictive_design
from onearm.stats.monitoring import Boundary, predictive_boundary, predictive_probability


@dataclass(frozen=True, slots=True)
class PredictiveRule:
    """The cut-offs of a rule, and its integers."""

    boundary: Boundary
    prior: priors.Prior
    p0: float
    threshold: float
    futility: float
    efficacy: float | None
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The same cut-offs at ``n`` patients."""
        return predictive_boundary(
            [n],
            self.boundary.n_max,
            self.prior,
            self.p0,
            self.threshold,
            futility=self.futility,
            efficacy=self.efficacy,
        ).boundary

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """Predictive probability of success at the end, and the posterior probability now."""
        if n > self.boundary.n_max:
            return ()
        now = predictive_probability(x[0], n, self.boundary.n_max, self.prior, self.p0, self.threshold)
        return (("predictive probability of success", now.value),
                (f"P(rate > {share(self.p0)} | data)", now.posterior))  # fmt: skip

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


def predictive(
    p0: float,
    p1: float | None = None,
    alpha: float | None = None,
    beta: float | None = None,
    *,
    prior: priors.Prior,
    n_max: int = 100,
    first_look: int = 10,
    every: int = 1,
    looks: Sequence[int] | None = None,
    threshold: float | None = None,
    futility: float | None = None,
    efficacy: float | None = None,
) -> Design:
    """A rule on predictive probability: searched for (``p1``, ``alpha``, ``beta``) or given by its cut-offs.

    Parameters
    ----------
    p0, p1
        Rate of no interest, rate hoped for.
    alpha, beta
        For a search: largest probabilities of success at p0 and of no success at p1.
    prior
        ``(a, b)`` of Beta(a, b), or ``(weight, a, b)`` of each component of a mixture.
    n_max
        Largest size that is searched; with given cut-offs the size of the trial.
    first_look, every
        Looks after this many patients and after every so many more; or ``looks``, with given cut-offs, the numbers.
    threshold, futility, efficacy
        Given cut-offs: success at the end when P(rate > p0) exceeds ``threshold``; stop when the predictive probability
        of that is below ``futility``, or above ``efficacy`` where that is given.

    Raises
    ------
    ValueError
        As `onearm.stats.designs.predictive_design` and `onearm.stats.monitoring.predictive_boundary`; when what is
        given belongs to neither or to both.

    Examples
    --------
    >>> predictive(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8)).boundary.n_max
    36
    """
    given, fixed = priors.plain(prior), threshold is not None
    _one_way(fixed, {"p1": p1, "alpha": alpha, "beta": beta}, {"futility": futility},
             {"looks": looks, "efficacy": efficacy, "futility": futility})  # fmt: skip
    settings: dict[str, Any] = {"p0": p0, "p1": p1, "alpha": alpha, "beta": beta, "prior": given, "n_max": n_max}
    if fixed or p1 is None or alpha is None or beta is None:
        if first_look < 1 or every < 1:
            raise ValueError(f"first_look and every must be at least 1, found {first_look} and {every}")
        if p1 is not None and not p0 < p1:
            raise ValueError(f"p0 must be below p1, found {p0:g} and {p1:g}")
        at = list(looks) if looks is not None else [*range(first_look, n_max, every), n_max]
        one: Any = predictive_boundary(
            at, n_max, given, p0, threshold or 0.0, futility=futility or 0.0, efficacy=efficacy
        )
        settings |= {"looks": tuple(at), "threshold": threshold, "futility": futility, "efficacy": efficacy}
        rule = PredictiveRule(one.boundary, given, p0, one.threshold, one.futility, efficacy, ())
        rates = above(p0) if p1 is None else between(p0, p1)
        notes: tuple[str, ...] = ()
    else:
        one = predictive_design(p0, p1, alpha, beta, prior=given, n_max=n_max, first_look=first_look, every=every)
        settings |= {"first_look": first_look, "every": every}
        rule, rates = PredictiveRule(one.boundary, given, p0, one.threshold, one.futility, None, ()), between(p0, p1)
        notes = (_searched(one, n_max),)
    said = (
        f"This rule stops for futility when the predictive probability is below {number(rule.futility)} that the trial "
        f"will end with a posterior probability above {_cutoff(one, fixed)} that the rate exceeds {share(p0)}",
        f"The prior of the rate is {priors.said(given)}",
    )
    return Design(
        kind="predictive",
        title=f"Predictive probability design with {one.boundary.n_max} patients",
        settings=tuple(settings.items()),
        body=Counts(
            one.boundary, PredictiveRule(rule.boundary, given, p0, rule.threshold, rule.futility, efficacy, said)
        ),
        conventions=one.conventions,
        notes=notes,
        rates=rates,
        record=one,
    )


def _one_way(fixed: bool, search: dict[str, Any], needed: dict[str, Any], only: dict[str, Any]) -> None:
    """Either a search or given cut-offs."""
    if fixed:
        extra, absent = (
            [k for k in ("alpha", "beta") if search[k] is not None],
            [k for k, v in needed.items() if v is None],
        )
        rule = "threshold gives the rule"
    else:
        extra, absent = [k for k, v in only.items() if v is not None], [k for k, v in search.items() if v is None]
        rule = "without threshold the design is searched for"
    if absent:
        raise ValueError(f"{absent[0]} must be given: {rule}")
    if extra:
        raise ValueError(f"{extra[0]} must be left out: {rule}")


def _cutoff(one: Any, fixed: bool) -> str:
    return number(one.threshold) if fixed else f"{one.threshold:.4f}"


def _searched(one: PredictiveDesign, n_max: int) -> str:
    (low, high), (least, most) = one.threshold_range, one.futility_range
    return (
        f"Smallest size up to {n_max} with a rule that keeps both errors. Final cut-offs from {low:.4f} to below "
        f"{high:.4f} and predictive cut-offs above {least:.6f} up to {most:.6f} give the same counts"
    )
