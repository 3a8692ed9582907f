"""Hazard, odds and risk ratios with their interval and p-value, and printed test statistics with theirs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ._audit_record import FITS, MISFIT, WORDING, Statement
from ._audit_words import Taken
from ._consistency_printed import as_printed
from ._consistency_ratio import RatioConsistency, hazard_ratio_consistency
from ._consistency_tests import STATISTIC, recomputed
from ._distributions import critical_value

_R = r"(?:\d{1,3}(?:\.\d{1,6})?|\.\d{1,6})"
_RATIO = re.compile(
    rf"(?P<name>\b(?:a?HR|a?OR|RR)s?\b|(?i:\b(?:hazards?|odds|risk|rate)\s+ratios?\b|\brelative\s+risks?\b))"
    rf"(?P<what>[^.;\d%]{{0,60}}?)(?<![\w.])(?P<hr>{_R})(?![\w%]|\.\d)"
    rf"[ \n,;:]*[(\[]?\s*(?:(?P<level>\d{{2}}(?:\.\d)?)\s*%\s*-?\s*"
    rf"(?i:CI|CrI|confidence\s+intervals?|credible\s+interval)"
    rf"\s*[,:;=]?\s*)?[(\[]?\s*(?P<lo>{_R})\s*(?:-|,|(?i:\bto\b|\band\b))\s*(?P<hi>{_R})(?![\w%]|\.\d)\s*[)\]]?"
    rf"(?:(?P<gap>\s*[,;]?\s*[(\[]?[^\d.;()%]{{0,30}}?)"
    rf"\b[pP](?:[\s-]*(?i:values?))?\s*(?P<sign><=|>=|≤|≥|[=<>])\s*(?P<p>[01]?\.\d{{1,12}}|[01](?![\d.]))(?!\d|\s*(?:x|mg)\b|[eE]-?\d))?"
)
_ONE_SIDED = re.compile(r"(?i)\b(?:one|1)[- ](?:sided|tailed)")
_OTHER_TEST = re.compile(
    r"(?i)\blog[- ]?rank|\bFisher|\bexact\b|\blikelihood|\bscore test|\bchi\b|χ|\bbootstrap|\bpermut|\binteraction|"
    r"\btrend\b|inferiority|superiority|\bBonferroni|\bHolm\b|\bHochberg|\bcorrected|\bmultipl|\bwilcoxon|\bstratified"
)
_ALIKE = 0.1  # z of log-rank or likelihood-ratio tests seldom lies further than this from Wald's
_SIGN = {"≤": "<=", "≥": ">="}


def ratios(text: str, taken: Taken) -> Iterator[Statement]:
    """Every ratio with an interval."""
    for m in _RATIO.finditer(text):
        if not (m["level"] or m["hr"].count(".") or m["lo"].count(".")):
            continue
        end = m.end("p") if m["p"] else m.end("hi")
        if not taken.free(m.start(), end):
            continue
        taken.take(m.start(), end)
        place = ("ratio with interval", m.start(), end, text[m.start() : end])
        if float(m["lo"]) > float(m["hi"]):
            yield Statement(*place, MISFIT, f"the interval {m['lo']} to {m['hi']} runs downwards")
            continue
        level = float(m["level"] or 95) / 100
        sign = _SIGN.get(m["sign"] or "=", m["sign"] or "=")
        one = _ONE_SIDED.search(m["gap"] or "") is not None
        found = hazard_ratio_consistency(m["hr"], m["lo"], m["hi"], m["p"], p_sign=sign, level=level, one_sided=one)
        half = (
            not one
            and found.p_consistent is False
            and hazard_ratio_consistency(
                m["hr"], m["lo"], m["hi"], m["p"], p_sign=sign, level=level, one_sided=True
            ).p_consistent
            is True
        )
        yield Statement(*place, *_said(m, found, sign, one, half, _clause(text, *m.span())))


def _said(m: re.Match[str], found: RatioConsistency, sign: str, one: bool, half: bool, clause: str) -> tuple[str, str]:
    name = " ".join(m["name"].split())
    if not found.ordered:
        return MISFIT, f"{name} {m['hr']} lies outside its own interval, {m['lo']} to {m['hi']}"
    centre = f"{found.centre[0]:.3g} to {found.centre[1]:.3g}"
    if not found.centred:
        says = f"{m['lo']} to {m['hi']} is centred (on the log scale) at {centre}, not at {m['hr']}: no Wald interval"
        return WORDING, f"{says}; profile, exact and bootstrap intervals may"
    p = f"{'one-sided ' if one else ''}p {_p(found.p[0])} to {_p(found.p[1])}"
    p = p if found.p[1] >= 1e-4 else "p under 0.0001"
    if found.p_consistent is None:
        return FITS, f"{name} {m['hr']} is the middle of its interval, which goes with {p}"
    if found.p_consistent:
        return FITS, f"{name} {m['hr']} is the middle of its interval, and {p} has the printed p {sign} {m['p']} in it"
    if half:
        return (
            WORDING,
            f"the interval goes with {p} by Wald's test; half of it, one-sided, is the printed p {sign} {m['p']}",
        )
    says = f"the interval goes with {p} by Wald's test, printed is p {sign} {m['p']}"
    if _OTHER_TEST.search(clause):
        return WORDING, f"{says}; that of another test, a log-rank one or what is named there, may differ"
    if sign == "=" and re.fullmatch(r"0?\.00+1", m["p"]) and found.p[1] < float(m["p"]):
        return WORDING, f"{says}, which may stand for p < {m['p']}"
    crosses = float(m["lo"]) < 1 < float(m["hi"])
    small = (sign in ("=", "<", "<=")) and float(m["p"]) <= 0.05
    if crosses == small or not _near(found.z, m["p"], one):
        return MISFIT, f"{says}; that of a log-rank or likelihood-ratio test seldom differs so much"
    return WORDING, f"{says}; a log-rank or likelihood-ratio p may differ so much"


def _near(z: tuple[float, float], p: str, one_sided: bool) -> bool:
    """Whether a printed p has a z that another test of the same hypothesis could have, beside Wald's ``z``."""
    shown = as_printed("p", p).between("half-up")
    least, most = (_z(float(edge) * (2 if one_sided else 1)) for edge in (shown.high, shown.low))
    small, large = sorted(map(abs, z))
    return least <= large * (1 + _ALIKE) and most >= small * (1 - _ALIKE)


def _z(p: float) -> float:
    """The z of a two-sided p."""
    return 0.0 if p >= 1 else math.inf if p <= 0 else critical_value(1 - p)


def _clause(text: str, start: int, end: int) -> str:
    """The sentence about a place, 300 characters to each side at most."""
    before, after = text[max(0, start - 300) : start], text[end : end + 300]
    return before[max(before.rfind(". "), before.rfind("\n\n")) + 1 :] + text[start:end] + re.split(r"\.\s", after)[0]


def _p(value: float) -> str:
    return f"{value:.3g}" if value >= 1e-4 else "under 0.0001"


def printed_tests(text: str, taken: Taken) -> Iterator[Statement]:
    """Every printed t, F, chi-square, r or z with its p-value."""
    for m in STATISTIC.finditer(text):
        if not taken.free(*m.span()):
            continue
        taken.take(*m.span())
        place = ("test with p", *m.span(), m[0])
        try:
            found = recomputed(m, "half-up")
        except ValueError as problem:
            yield Statement(*place, MISFIT, str(problem).removeprefix("text: "))
            continue
        gives = f"p {_p(found.low)} to {_p(found.high)}, two-tailed"
        if found.consistent:
            yield Statement(*place, FITS, f"the statistic gives {gives}, as printed")
            continue
        half = "; half of it, one-tailed, is as printed" if found.one_tailed else ""
        yield Statement(
            *place,
            WORDING if half else MISFIT,
            f"the statistic gives {gives}; printed is p {found.sign} {found.stated}{half}",
        )
