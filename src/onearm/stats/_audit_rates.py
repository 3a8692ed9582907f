"""Percentages without a count: rates over time (left alone), shares of a group (what count they need), intervals."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ._audit_counts import PERCENT, Counted, rough
from ._audit_judge import Scene, literal, share
from ._audit_record import FITS, MISFIT, OPEN, UNTESTED, Statement
from ._audit_words import Taken, listed, number
from ._consistency_counts import whole_counts
from ._consistency_intervals import interval_method
from ._consistency_printed import as_printed

_SURVIVAL = re.compile(
    r"\b(?:(?i:survival|remission duration|duration of (?:remission|response)|cumulative incidence|"
    r"incidence of relapse|(?:relapse|event|progression|disease|leuka?emia|failure)-free|kaplan|actuarial)|"
    r"OS|PFS|EFS|RFS|DFS|LFS|CRD|D[Oo]R|"
    r"GRFS|TTP)\b"
)
_TIME = re.compile(
    r"(?i)\b(?:\d+(?:\.\d+)?|one|two|three|four|five|ten)-(?:years?|yr|y|months?|mo|m)\b|"
    r"\bat (?:\d+(?:\.\d+)?|one|two|three|four|five|ten) (?:years?|yrs?|months?|mo)\b"
)
_OTHER = re.compile(
    r"(?i)\b(?:respon\w+|remissions?|CR\w?|ORR|MRD|VOD|SOS|toxic\w+|infections?|grade|events?|underwent|received|had|"
    r"of the|transplant\w*|patients|men|women|negative|positive|relapsed|died)\b"
)
_NEAR = 1000  # how far words reach
_AHEAD = re.compile(r"[^,;.)]{0,45}")
_SIGN = re.compile(r"(?i)%|per\s?cent")
_THEN = re.compile(rf"\d[\d.]*\s*(?:%|per\s?cent)\s*(?:[(\[][^()\[\]]{{0,60}}[)\]]\s*)?(?:{_TIME.pattern[4:]})", re.I)


def rate_over_time(text: str, start: int, at: int, bare: bool) -> bool:
    """Whether the percentage at a place is a Kaplan-Meier or like rate; ``bare`` when it has no count in front."""
    start = max(start, at - _NEAR)
    begin = max(start, text.rfind(";", start, at) + 1)
    if not bare:
        begin = max(begin, text.rfind("%", begin, at) + 1)
        behind = text[begin:at]
        return bool(_SURVIVAL.search(behind) and _TIME.search(behind))
    ahead = _SIGN.search(text, at)
    ahead = _AHEAD.match(text, ahead.end()) if ahead else None
    near = text[begin:at] + (ahead[0] if ahead else "")
    return bool(_SURVIVAL.search(near)) or _goes_on(text[start:at], _THEN.match(text, at) is not None)


def _goes_on(behind: str, timed: bool) -> bool:
    """Whether rates over time were spoken of and nothing else since (``3-y OS 40%; with and without 52% v 34%``).

    ``timed`` where a time follows (``OS: median 25 months; 65% at 12 months``).
    """
    spoken = [m.end() for m in _SURVIVAL.finditer(behind)]
    return bool(spoken) and (timed or bool(_TIME.search(behind))) and not _OTHER.search(behind[spoken[-1] :])


_OF_N = re.compile(
    r"\s*%\s+(?:of|among)\s+(?:(?:the|all|these|those|our)\s+)*(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%]|\.\d)"
)
_NAMED = re.compile(
    r"(?i)\b(?:of|among|in|for)\s+(?:all\s+)?(?:the\s+|these\s+|those\s+)?(?:patients?\s+who\s+(?:had\s+|were\s+)?"
    r"(?P<a>[a-z]{5,})|(?P<b>[a-z]{4,}ers)\b|(?P<c>[a-z]{4,}(?:ing|ed|able))\s+(?:patients|subjects|participants))"
)


def shares(text: str, scene: Scene, taken: Taken) -> Iterator[Statement]:
    """Each percentage of a sentence that has no count."""
    a, b = scene.sentence
    for m in re.compile(rf"(?<![\d.\-<>=≤≥±])(?<![<>≤≥±] ){PERCENT}(?!\s*-\s*\d)").finditer(text, a, b):
        of_n = _OF_N.match(text, m.end("p"), b)
        end = of_n.end() if of_n else m.end()
        if not taken.free(m.start(), m.end()) or float(m["p"]) > 100:
            continue
        taken.take(m.start(), end)
        place = (m.start(), end, text[m.start() : end])
        if rate_over_time(text, a, m.start(), bare=True):
            says = f"{m['p']}% is a rate over time, from censored data: no count over a number of people"
            yield Statement("rate over time", *place, UNTESTED, says, None, m["p"])
            continue
        n, sure = (number(of_n["n"]), True) if of_n else _group(text, scene, m.start(), m["p"])
        yield _share(place, m["p"], n, sure and not rough(text, m.start()))


_PLAIN_WAY = re.compile(r"[^()\[\];:|\"\n%]{0,60}")  # from "of whom" to its percentage
_ENDING = re.compile(r"(?:ers?|ing|ed|able)$")


def _group(text: str, scene: Scene, at: int, p: str) -> tuple[int | None, bool]:
    """The group a lone percentage is of: named in words that also name an earlier count, or the sentence's own."""
    a, b = scene.sentence
    for m in _NAMED.finditer(text, max(a, at - _NEAR), min(b, at + _NEAR)):
        stem = _ENDING.sub("", (m["a"] or m["b"] or m["c"]).lower())
        said = re.compile(rf"(?i)\b{stem}")
        hits = [n for n, where in scene.before(a) if said.search(text[where : where + 60].partition(".")[0])]
        if len(stem) > 3 and hits:
            return next((n for n in reversed(hits) if whole_counts(p, n)), hits[-1]), False
    back = bisect_right(scene.groups, at, key=lambda g: g.start)
    if not back:
        return None, False
    group = scene.groups[back - 1]
    return group.n, group.hard and _PLAIN_WAY.fullmatch(text, group.start, at) is not None


def _share(place: tuple[int, int, str], p: str, n: int | None, sure: bool) -> Statement:
    if n is None or n < 1:
        says = f"{p}% without its count: nothing to test"
        return Statement("percent without count", *place, OPEN, says, None, p)
    by_rule = {r: whole_counts(p, n, rounding=r) for r in ("half-up", "half-even", "truncate")}
    ks = by_rule["half-up"] or by_rule["half-even"] or by_rule["truncate"]
    kind = "percent of a group"
    if ks:
        rules = tuple(r for r, v in by_rule.items() if v)
        says = f"{p}% of {n} is {listed(ks)} of them"
        return Statement(kind, *place, FITS, says, ks[0] if len(ks) == 1 else None, p, literal=n, rules=rules)
    near = round(float(p) * n / 100)
    around = " and ".join(f"{k} of {n} is {share(k, n)}%" for k in sorted({max(near - 1, 0), near, min(near + 1, n)}))
    says = f"no count of {n} makes {p}%: {around}"
    return Statement(kind, *place, MISFIT if sure else OPEN, says, None, p, literal=n)


def _stated(c: Counted, scene: Scene) -> list[int]:
    """The numbers stated, or counted before, of which the count makes its percentage."""
    known = {n for n in scene.stated if n >= c.k} | {n for n, _ in scene.before(c.start) if n >= c.k}
    return sorted(n for n in known if 1 <= n <= 100_000 and c.k in whole_counts(c.percent, n))[:5]


_LIMITS = (
    r"(?P<lo>\d{1,3}(?:\.\d+)?|\.\d+)\s*%?\s*(?:-|\bto\b|,)\s*"
    r"(?P<hi>\d{1,3}(?:\.\d+)?|\.\d+)(?![\w.]*\d)\s*(?P<unit>%)?"
)
_CI = re.compile(
    r"\s*%?\s*(?:[)\]]?\s*[,;:]?\s*[(\[]?\s*(?:with\s+)?(?:an?\s+)?(?:exact\s+|two-sided\s+)?"
    r"(?P<level>\d{2}(?:\.\d)?)\s*%?\s*-?\s*(?:exact\s+|Wilson\s+|Clopper-Pearson\s+)?(?:CI|CrI|confidence\s+intervals?|credible\s+intervals?)"
    rf"(?:\s+of)?\s*[,:;=]?\s*[(\[]?\s*|\s*[(\[]\s*){_LIMITS}"
)


def intervals(text: str, counts: list[Counted], scenes: dict[int, Scene], taken: Taken) -> Iterator[Statement]:
    """Intervals right after a percentage: the rate inside, and which method prints them where the count is known."""
    by_place = {c.percent_at: c for c in counts}
    spots = {m.start(): m.end() for m in re.finditer(r"(?<![\d.\-])\d{1,3}(?:\.\d+)?(?=\s*%)", text)}
    for at, stop in sorted((spots | {c.percent_at: c.percent_end for c in counts}).items()):
        c = by_place.get(at)
        said = text[at:stop] if c is None else c.percent
        starts = [stop] if c is None else sorted({stop, c.end})
        found = next((i for s in starts if (i := _CI.match(text, s)) is not None), None)
        if found is None or not taken.free(found.start("lo"), found.end()) or _end_of_span(text, at, found):
            continue
        taken.take(found.start("lo"), found.end())
        if c is not None and rate_over_time(text, scenes[c.start].sentence[0], at, c.form == "percent first"):
            c = None  # its interval is not that of a count over a number
        place = ("rate with interval", at, found.end(), text[at : found.end()])
        rate, low, high = (as_printed("x", v).value for v in (said, found["lo"], found["hi"]))
        if not low <= rate <= high:
            says = f"{said}% lies outside its own interval, {found['lo']} to {found['hi']}"
            yield Statement(*place, MISFIT, says, None, said)
            continue
        yield _recognised(place, said, found, c, scenes)


def _end_of_span(text: str, at: int, found: re.Match[str]) -> bool:
    """Whether the percentage ends a span (``93.5 to 99.1% (0.9 to 0.5)``) and what follows is called no interval."""
    return (
        found["level"] is None and re.search(r"\d\s*%?\s*(?:-|\bto|\band)\s*$", text[max(0, at - 12) : at]) is not None
    )


def _recognised(
    place: tuple[str, int, int, str], rate: str, found: re.Match[str], c: Counted | None, scenes: dict[int, Scene]
) -> Statement:
    inside = f"{rate}% lies inside {found['lo']} to {found['hi']}"
    scene = scenes.get(c.start) if c is not None else None
    n = literal(c, scene)[0] if c is not None and scene is not None else None
    if c is None or scene is None or (n is not None and not c.k <= n <= 100_000):
        return Statement(*place, FITS, inside, None, rate)
    level = float(found["level"] or 95) / 100
    for size in [n] if n else _stated(c, scene):
        match = interval_method(c.k, size, found["lo"], found["hi"], level=level)
        if match.methods:
            says = f"{inside}; {c.k} of {size} by {' or '.join(match.methods)} prints so"
            return Statement(*place, FITS, says, c.k, rate, literal=n, methods=match.methods)
    if n is None:
        return Statement(*place, FITS, inside, c.k, rate)
    exact = " to ".join(f"{v:.1f}" for v in match.limits["clopper-pearson"])
    says = f"{inside}; none of {len(match.limits)} usual intervals for {c.k} of {n} prints so (exact: {exact})"
    return Statement(*place, OPEN, says, c.k, rate, literal=n)
