"""How a safety rule says what it is: the sentences that are printed with it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context

from ._safety_families import Family


def conventions(
    family: Family, strict: bool, asked: float | None, ends: tuple[float, float], cutoff: float | None
) -> tuple[str, ...]:
    """What is compared with what, which sign, which cut-offs are equivalent."""
    return (
        "the boundary is the smallest number of toxicities that stops; n + 1 means that no number does",
        f"stops when {_compared(family)} {_sign(family, strict)} the cut-off",
        _chosen(family, asked, cutoff),
        f"the same boundary for every cut-off c with {_interval(family, strict, ends)}",
        *_scaled(family),
        "at a number of patients without a look, the limit is the smallest count that is as extreme as "
        + ("the mildest result that stops at a look" if asked is not None else "the cut-off"),
    )


def _compared(family: Family) -> str:
    p0, r = f"{family.p0:g}", f"{family.p1:g}"
    if family.prior is not None:
        return f"P(rate > {p0} | x of n)"
    z = "z of the exact tail P(X >= x)" if family.statistic == "exact" else f"z = (x - n {p0}) / its standard error"
    weighted = f"{z} at {p0}, times (n / {family.last})^{0.5 - family.shape:g},"
    return {
        "pocock": f"the exact tail P(X >= x) at {p0}",
        "sprt": f"the log likelihood ratio of {r} to {p0}",
        "maxsprt": f"the log likelihood ratio of x / n to {p0} (0 where x / n is below)",
    }.get(family.kind, weighted)


def _sign(family: Family, strict: bool) -> str:
    if family.kind == "pocock":
        return "<" if strict else "<="
    return ">" if strict else ">="


def _chosen(family: Family, asked: float | None, cutoff: float | None) -> str:
    if asked is None:
        return f"cut-off fixed at {cutoff:g}"
    at = f"at a rate of {family.p0:g}"
    return f"the loosest cut-off with which the trial stops {at} with probability {asked:g} or less, over all looks"


def _interval(family: Family, strict: bool, ends: tuple[float, float]) -> str:
    """Rounded inward. The end at the mildest result that stops belongs to it where the cut-off may be met."""
    low = Context(prec=12, rounding=ROUND_CEILING).create_decimal_from_float(ends[0])
    high = Context(prec=12, rounding=ROUND_FLOOR).create_decimal_from_float(ends[1])
    lower_in = strict != (family.kind == "pocock")
    return f"{low} {'<=' if lower_in else '<'} c {'<' if lower_in else '<='} {high}"


def _scaled(family: Family) -> tuple[str, ...]:
    if family.kind not in ("obrien-fleming", "wang-tsiatis"):
        return ()
    return (
        f"information is n over the last look, {family.last}; shape {family.shape:g} (0 O'Brien-Fleming, 0.5 Pocock)",
    )
