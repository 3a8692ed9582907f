"""One stage, and rules that are given by their integers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onearm.design.characteristics_table import Rates
from onearm.design.count_body import Counts
from onearm.design.family import AtLooks
from onearm.design.rates import above, between
from onearm.design.record import Design
from onearm.design.words import share
from onearm.errors import near
from onearm.stats import designs
from onearm.stats.monitoring import boundary

RULES = ("smallest", "stable", "fleming")


def single_stage(p0: float, p1: float, alpha: float, beta: float, rule: str = "smallest") -> Design:
    """The exact single-stage design (`onearm.stats.designs.single_stage`), or that of the normal approximation.

    Parameters
    ----------
    p0, p1
        Rate of no interest, rate hoped for.
    alpha, beta
        Limits of the type I and type II error, one-sided.
    rule
        ``smallest`` (A'Hern), ``stable`` (every larger n works too) or ``fleming`` (normal approximation).

    Raises
    ------
    ValueError
        As the kernels.

    Examples
    --------
    >>> found = single_stage(0.1, 0.3, 0.05, 0.2)
    >>> found.record.r, found.record.n
    (5, 25)
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, found {rule!r}{near(str(rule), RULES)}")
    one = designs.fleming(p0, p1, alpha, beta) if rule == "fleming" else designs.single_stage(p0, p1, alpha, beta, rule)
    said = (
        f"This is a single-stage design for a rate of no interest of {share(p0)} against {share(p1)} hoped for, with "
        f"limits of {share(alpha)} (type I error, one-sided) and {share(beta)} (type II)",
    )
    others = "; ".join(f"{d.r}/{d.n}" for d in one.alternatives)
    return Design(
        kind="single-stage",
        title=f"Single-stage design, {rule}: {one.r}/{one.n}",
        settings=(("p0", p0), ("p1", p1), ("alpha", alpha), ("beta", beta), ("rule", rule)),
        body=Counts(one.boundary, AtLooks(said)),
        conventions=one.conventions,
        notes=((f"The next designs that keep both limits: {others}",) if others else ()),
        rates=between(p0, p1),
        record=one,
    )


def counts(
    looks: Sequence[int],
    *,
    low: Sequence[int] | None = None,
    high: Sequence[int] | None = None,
    low_means: str = "futility",
    high_means: str = "harm",
    n_max: int | None = None,
    name: str = "response",
    rates: Sequence[float] = (),
) -> Design:
    """A rule given by its integers: stop at ``low`` events or fewer, at ``high`` or more, one number a look.

    Parameters
    ----------
    looks
        Patients with a known outcome at each look, ascending.
    low, high
        Limits; -1 (low) and n + 1 (high) never stop.
    low_means, high_means
        ``futility``, ``efficacy``, ``harm`` or ``safe``.
    n_max
        Patients of the whole trial; the last look when it is not given.
    name
        Of the event that is counted.
    rates
        True rates for which operating characteristics are shown; 0.1, 0.15 ... 0.3 when none are given.

    Raises
    ------
    ValueError
        When neither limit is given, and as `onearm.stats.monitoring.boundary`.

    Examples
    --------
    >>> counts([10, 20], high=[3, 5], name="VOD").decide(3, 10).word
    'stop for harm'
    """
    if low is None and high is None:
        raise ValueError("low, high or both must be given: without limits there is no rule")
    for side, limits, least in (("low", low, -1), ("high", high, 0)):
        if limits is not None and any(limit < least for limit in limits):
            raise ValueError(f"{side} must hold counts of {least} or more, found {min(limits)}")
    try:
        rule = boundary(
            looks, low=low, high=high, low_means="" if low is None else low_means,
            high_means="" if high is None else high_means, n_max=n_max, names=(name,),
        )  # fmt: skip
    except ValueError as problem:
        raise ValueError(re.sub(r"^n must", "looks must", str(problem))) from None
    shown: Rates = tuple(("", (float(p),)) for p in rates or [p for _, (p, *_) in above(0.1)])
    return Design(
        kind="counts",
        title=f"Stopping rule given by its counts: {name}",
        settings=(("looks", tuple(looks)), ("low", None if low is None else tuple(low)),
                  ("high", None if high is None else tuple(high)),
                  ("low_means", None if low is None else low_means),
                  ("high_means", None if high is None else high_means), ("n_max", n_max), ("name", name),
                  ("rates", tuple(rates))),
        body=Counts(rule, AtLooks((f"This stopping rule on {name} is given by its counts",))),
        conventions=("Low limits: stop at this count or fewer; high limits: stop at this count or more.",),
        notes=(),
        rates=shown,
        record=rule,
    )  # fmt: skip
