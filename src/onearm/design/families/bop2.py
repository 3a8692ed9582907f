"""BOP2: one rule for futility and harm whose cut-off rises with the share of the trial that is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onearm.design.characteristics_table import Rates
from onearm.design.count_body import Counts
from onearm.design.judge import Measures
from onearm.design.record import Design
from onearm.design.words import joined, number, share
from onearm.stats import monitoring
from onearm.stats.designs import Bop2Design, bop2_design
from onearm.stats.monitoring import Boundary

Rate = float | Sequence[float]


@dataclass(frozen=True, slots=True)
class Bop2Rule:
    """A BOP2 rule of the kernel."""

    record: monitoring.Bop2
    said: tuple[str, ...]

    def at(self, n: int) -> Boundary | None:
        """The rule's integers at ``n`` patients."""
        return self.record.at(n)

    def measures(self, x: tuple[int, ...], n: int) -> Measures:
        """The posterior probability that each endpoint is good, and the cut-off at this n."""
        r = self.record
        if n == 0 or n > r.boundary.n_max:
            return ()
        found = np.atleast_1d(r.probability(x if len(x) > 1 else x[0], n))
        signs = ["<" if m == "harm" else ">" for m in r.boundary.high_means]
        good = [
            (f"P({name} {sign} {share(p)} | data)", float(v))
            for name, sign, p, v in zip(r.boundary.names, signs, r.null, found, strict=True)
        ]
        return (*good, ("cut-off", r.lam * (n / r.boundary.n_max) ** r.gamma))

    def sentences(self) -> tuple[str, ...]:
        """What was said when it was made."""
        return self.said


def bop2(
    looks: Sequence[int],
    null: Rate,
    alternative: Rate | None = None,
    alpha: float | None = None,
    *,
    kind: str = "binary",
    beta: float | None = None,
    lam: float | None = None,
    gamma: float | None = None,
    association: float = 1.0,
    n_max: int | None = None,
    names: tuple[str, ...] | None = None,
) -> Design:
    """A BOP2 rule: searched for (``alternative``, ``alpha``) or given by its ``lam`` and ``gamma``.

    Parameters
    ----------
    looks
        Patients with a known outcome at each look, ascending; the last one is the trial.
    null, alternative
        True rates under the two hypotheses; two of each for kinds with two endpoints.
    alpha
        For a search: largest chance of success under the null.
    kind
        ``binary``, ``nested`` (complete response, response), ``co-primary`` or ``efficacy-toxicity``.
    beta
        For a search: the fewest expected patients under the null with this type II error, instead of most power.
    lam, gamma
        Given: an endpoint fails when its posterior probability is below lam (n / N)^gamma.
    association
        Odds ratio of the two events in one patient; 1 is independence.
    n_max
        Patients of the whole trial, where the last look comes earlier.
    names
        Of the endpoints; words for the kind when they are not given.

    Raises
    ------
    ValueError
        As `onearm.stats.monitoring.bop2` and `onearm.stats.designs.bop2_design`; when what is given belongs to neither
        or to both.

    Examples
    --------
    >>> bop2([10, 15, 20, 25, 30, 35, 40], 0.2, lam=0.9, gamma=1).boundary.low.tolist()
    [[1, 2, 3, 5, 7, 9, 11]]
    """
    given = lam is not None or gamma is not None
    needed = {"lam": lam, "gamma": gamma} if given else {"alternative": alternative, "alpha": alpha}
    absent = [name for name, value in needed.items() if value is None]
    if absent:
        raise ValueError(f"{absent[0]} must be given: either lam and gamma, or alternative and alpha for a search")
    extra = [name for name, value in (("alpha", alpha), ("beta", beta)) if given and value is not None]
    if extra:
        raise ValueError(f"{extra[0]} is for a search and must be left out where lam and gamma are given")
    found: Bop2Design | None = None
    if given:
        rule = monitoring.bop2(looks, null, lam or 0.0, gamma or 0.0, kind=kind, n_max=n_max, names=names)
    else:
        found = bop2_design(
            null, alternative if alternative is not None else null, looks, alpha or 0.0, kind=kind, beta=beta,
            association=association, n_max=n_max, names=names,
        )  # fmt: skip
        rule = found.rule
    return _made(rule, found, looks, alternative, alpha, beta, given, association, n_max, names)


def _made(
    rule: monitoring.Bop2, found: Bop2Design | None, looks: Sequence[int], alternative: Rate | None,
    alpha: float | None, beta: float | None, given: bool, association: float, n_max: int | None,
    names: tuple[str, ...] | None,
) -> Design:  # fmt: skip
    conventions = rule.conventions
    other = None if alternative is None else _several(alternative)
    settings: tuple[tuple[str, Any], ...] = (
        ("looks", tuple(int(n) for n in looks)), ("null", rule.null), ("alternative", other), ("alpha", alpha),
        ("kind", rule.kind), ("beta", beta), ("lam", rule.lam if given else None),
        ("gamma", rule.gamma if given else None), ("association", association if association != 1 else None),
        ("n_max", n_max), ("names", None if names is None else ",".join(names)),
    )  # fmt: skip
    if other is not None and len(other) != len(rule.null):
        raise ValueError(f"alternative must hold {len(rule.null)} rates as null does, found {len(other)}")
    rates: Rates = (("p0", rule.null), *((("p1", other),) if other else ()))
    if other and rule.kind == "efficacy-toxicity":
        rates += (("only futile", (rule.null[0], other[1])), ("only toxic", (other[0], rule.null[1])))
    body = Counts(rule.boundary, Bop2Rule(rule, _said(rule)), rule.kind == "nested", association)
    details = () if found is None else tuple(said for said in found.conventions if said not in conventions)
    return Design(
        kind="bop2",
        title=f"BOP2 rule, {rule.kind}",
        settings=settings,
        body=body,
        conventions=conventions,
        notes=(*_together(rule, association), *(() if found is None else (_searched(found),))),
        rates=rates,
        record=rule if found is None else found,
        details=details,
    )


def _said(rule: monitoring.Bop2) -> tuple[str, ...]:
    null = joined([f"{share(p)} for {name}" for name, p in zip(rule.boundary.names, rule.null, strict=True)])
    return (
        f"This is a BOP2 rule ({rule.kind}) against null rates of {null}",
        f"With n of {rule.boundary.n_max} patients known, an endpoint fails when the posterior probability that it is "
        f"better than its null rate is below {number(rule.lam)} (n / {rule.boundary.n_max})^{number(rule.gamma)}",
    )


def _together(rule: monitoring.Bop2, association: float) -> tuple[str, ...]:
    """How the operating characteristics take two events of one patient."""
    if rule.boundary.endpoints == 1:
        return ()
    if rule.kind == "nested":
        return (f"Operating characteristics take every {rule.boundary.names[0]} as a {rule.boundary.names[1]} too",)
    how = "independent" if association == 1 else f"associated with an odds ratio of {number(association)}"
    return (f"Operating characteristics take the two events of one patient as {how}",)


def _searched(found: Bop2Design) -> str:
    low, high = found.lam_interval
    same = f"Every lambda above {low:.6f} up to {high:.6f} with this gamma gives the same counts"
    return f"Sought: {found.objective}. {same}"


def _several(value: Rate) -> tuple[float, ...]:
    return tuple(float(v) for v in value) if isinstance(value, Sequence) else (float(value),)
