"""What limits the results: sentences that the data call for, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator

from onearm import text
from onearm.report.compose.limits_of_comparisons import of_comparisons
from onearm.report.compose.material import Material
from onearm.report.compose.phrases import joined, listed, said
from onearm.report.document import Parts
from onearm.results import Estimate, Results
from onearm.tables.cells import shown, with_unit
from onearm.tables.methods import primary_of
from onearm.tables.monitoring import stamp
from onearm.tables.names import Name, comparisons, endpoint, moment, of_context, parse, plain

FEW = 10
"""Patients at risk, or in a subgroup, below which a number is pointed out."""

CENSORED = 0.1
"""Share of patients censored before a milestone above which it is pointed out."""

_NAMED = 4


def limitations(m: Material) -> list[Parts]:
    """Every limitation that the results themselves show, as sentences."""
    makers = (
        _stopped, _notice, _one_arm, of_comparisons, _short, _few_at_risk, _censored, _not_estimable, _small_subgroups,
        _missing, _assumptions,
    )  # fmt: skip
    return [parts for make in makers for parts in make(m.results)]


def _stopped(results: Results) -> Iterator[Parts]:
    for w in results.watches:
        if stamp(w):
            yield joined(f"The rule {w.label} says: {w.word}.", source=w.id)


def _notice(results: Results) -> Iterator[Parts]:
    if results.header.notice:
        yield said(results.header.notice, "header:notice")


def _one_arm(results: Results) -> Iterator[Parts]:
    yield joined(
        "The trial has one arm: nobody was assigned to another treatment, so no result of the trial alone shows what "
        "these patients would have had without this one."
    )
    if any(primary_of(results, c) for c in comparisons(results)):
        yield joined(
            "External patients were not randomised: what is not among the covariates may explain a difference."
        )


def _short(results: Results) -> Iterator[Parts]:
    followed = [e for e in of_context(results, "follow-up") if e.stat == "median" and e.value is not None]
    for f in followed:
        for e in _milestones(results):
            months = parse(e.id).at.removesuffix("mo")
            if f.value is not None and months.replace(".", "", 1).isdigit() and float(months) > f.value:
                yield joined(
                    f"{endpoint(results, parse(e.id).variable)} at {moment(parse(e.id).at)} lies beyond the median "
                    "follow-up of ", said(with_unit(f), f.id), ".", source=e.id,
                )  # fmt: skip


def _milestones(results: Results) -> Iterator[Estimate]:
    found = of_context(results, "survival", "competing", "in-response")
    yield from (e for e in found if parse(e.id).at and e.unit == "proportion" and not parse(e.id).group)


def _few_at_risk(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "survival", "landmark", "time-dependent"):
        name = parse(e.id)
        if not name.at or e.unit != "proportion" or name.statistic not in ("survival", "p"):
            continue
        own = results.estimates.get(f"{name.variable}.at_risk@{name.at}" + (f"|{name.group}" if name.group else ""))
        left = own.value if own is not None else _at_risk(results, name)
        if left is not None and left < FEW:
            group = f", {plain(name.group)}" if name.group else ""
            yield joined(
                f"{endpoint(results, name.variable)}{group} at {moment(name.at)} rests on ",
                said(text.number(left, 0), own.id if own is not None else e.id),
                f" patient{'s' * (left != 1)} still at risk.",
                source=e.id,
            )


def _at_risk(results: Results, name: Name) -> float | None:
    """Those at risk at the first time of the curve from the moment on; nobody where it has ended."""
    curve = results.curves.get(f"{name.variable}|{name.group}" if name.group else name.variable)
    months = name.at.removesuffix("mo")
    if curve is None or not months.replace(".", "", 1).isdigit():
        return None
    return next((n for t, n in zip(curve.time, curve.at_risk, strict=True) if t >= float(months)), 0.0)


def _censored(results: Results) -> Iterator[Parts]:
    """Those who were not followed up to a milestone, where they are more than a few."""
    for e in of_context(results, "survival"):
        name = parse(e.id)
        if name.statistic == "censored" and not name.group and e.value and e.value > CENSORED * e.n:
            yield joined(
                f"{endpoint(results, name.variable)} at {moment(name.at)}: ",
                said(f"{shown(e)} of {text.number(e.n, 0)}", e.id),
                " patients were censored before it; the estimate takes them to fare like those still followed.",
                source=e.id,
            )


def _not_estimable(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "survival", "response", "safety"):
        if e.value is None and e.error and not parse(e.id).group:
            yield joined(f"{e.label} cannot be given: {e.error.rstrip('.')}.", source=e.id)


def _small_subgroups(results: Results) -> Iterator[Parts]:
    found = [e for e in of_context(results, "subgroups") if e.stat in ("p", "n") and e.n < FEW]
    small = {f"{e.heading}, {parse(e.id).group.partition('=')[2]}": e.id for e in reversed(found)}
    if small:
        pieces = [said(name, key) for name, key in reversed(small.items())]
        more = joined(" and others") if len(pieces) > _NAMED else ()
        few = said(f"Some subgroups hold fewer than {FEW} patients (", found[0].id)
        yield joined(few, listed(pieces[:_NAMED], end=""), more, "): they are to be looked at, not believed.")


def _missing(results: Results) -> Iterator[Parts]:
    for e in of_context(results, "baseline"):
        if parse(e.id).statistic == "missing" and not parse(e.id).group and e.value:
            label = e.label.rpartition(": ")[0].partition(",")[0]
            yield joined(f"{label}: not known of ", said(shown(e), e.id), " patients.", source=e.id)


def _assumptions(results: Results) -> Iterator[Parts]:
    if any(p.id == "methods:assumptions" for p in results.outline.passages):
        yield joined(
            "What the results assume where the protocol is silent is listed under Assumptions in the appendix of the "
            "report."
        )
