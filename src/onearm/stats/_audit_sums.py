"""Parts and wholes: sums written out, what remains, parts in brackets, men and women, arms, members."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ._audit_judge import Scene, share
from ._audit_record import FITS, MISFIT, OPEN, Statement
from ._audit_words import AFTER_LABEL, COUNT, Taken, number

_SUM = re.compile(r"(?<![\w.+\-*/])\d{1,7}(?:\s*\+\s*\d{1,7})+\s*=\s*(?P<total>\d{1,7})(?![\w%]|\.\d)")
_SUM_AFTER = re.compile(r"(?<![\w.+\-*/])(?P<total>\d{1,7})\s*=\s*\d{1,7}(?:\s*\+\s*\d{1,7})+(?![\w%]|\.\d)")


def sums(text: str, taken: Taken) -> Iterator[Statement]:
    """Sums written with plus signs."""
    for m in (*_SUM.finditer(text), *_SUM_AFTER.finditer(text)):
        if taken.free(*m.span()):
            taken.take(*m.span())
            left, _, right = m[0].partition("=")
            parts = [int(v) for v in re.findall(r"\d+", left if "+" in left else right)]
            yield _added(("sum", *m.span(), m[0]), parts, int(m["total"]))


def _added(place: tuple[str, int, int, str], parts: list[int], total: int) -> Statement:
    said = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    if sum(parts) == total:
        return Statement(*place, FITS, said)
    return Statement(*place, MISFIT, f"{said}, printed is {total}")


_LEFT = re.compile(rf"(?i:\b(?:the\s+)?remaining|\b(?:the|all)\s+other)\s+(?P<k>{COUNT})")


_COUNT = re.compile(rf"(?P<k>{COUNT})")


def remainders(text: str, scenes: list[Scene], taken: Taken) -> Iterator[Statement]:
    """``the remaining 20``: two earlier numbers that differ by it, or parts of the sentence that it completes."""
    starts = [scene.sentence[0] for scene in scenes]
    for m in _LEFT.finditer(text) if scenes else ():
        left, scene = number(m["k"]), scenes[max(bisect_right(starts, m.start()) - 1, 0)]
        near = [number(c["k"]) for c in _COUNT.finditer(text, max(0, m.start() - 200), m.start())]
        earlier = list(dict.fromkeys([*(n for n, _ in scene.within(0, m.start())), *near]))
        own = [number(c["k"]) for c in _COUNT.finditer(text, max(scene.sentence[0], m.start() - 200), m.start())]
        hits = [(part, total) for total in earlier for part in earlier if part > 0 and part + left == total]
        place = ("sum of parts", *m.span(), m[0])
        if hits:
            last = (earlier[-1], earlier[-1] + left)
            part, total = last if last in hits else hits[-1]
            taken.take(*m.span("k"))
            yield Statement(*place, FITS, f"{part} + {left} = {total}: all three are in the text", left)
        elif len(own) > 2 and sum(own[1:]) + left == own[0]:
            taken.take(*m.span("k"))
            yield _added(place, [*own[1:], left], own[0])
        elif taken.free(*m.span("k")):
            taken.take(*m.span("k"))
            yield Statement(*place, OPEN, f"no two earlier numbers differ by {left}", left)


_PARTS = re.compile(rf"(?P<k>{COUNT})(?=(?:\s+[A-Za-z][\w'/-]*){{0,5}}\s*[(\[:]\s*(?P<list>[^()\[\]:;.%]{{3,120}}))")
_PART = re.compile(
    r"(?:(?P<k>\d{1,6})\s+(?P<w>[A-Za-z][A-Za-z /-]{0,30})|(?P<w2>[A-Za-z][A-Za-z -]{0,20})\s*[,=]?\s*(?P<k2>\d{1,6}))"
)
_WHOLE = (
    {"m", "male", "males", "men", "man", "boys", "f", "female", "females", "women", "woman", "girls"},
    {"cr", "crp", "cri", "crh", "pr", "mcr", "vgpr", "complete response", "partial response", "complete remission"},
    {"alive", "dead", "died", "deceased"},
)


def parts(text: str, taken: Taken, summed: Taken) -> Iterator[Statement]:
    """``48 patients (25 men, 23 women)``: parts in brackets that make a whole."""
    for m in _PARTS.finditer(text):
        if AFTER_LABEL.search(text[max(0, m.start() - 40) : m.start()]) or not taken.free(*m.span("list")):
            continue
        pieces = [p.strip() for p in re.split(r",\s*(?:and\s+)?|\s+and\s+|/|&|\s+plus\s+", m["list"]) if p.strip()]
        read = [_PART.fullmatch(p) for p in pieces]
        if len(read) < 2 or not all(read):
            continue
        counts = [int(r["k"] or r["k2"]) for r in read if r is not None]
        words = {" ".join((r["w"] or r["w2"]).lower().split()) for r in read if r is not None}
        end = m.end("list")
        total, place = number(m["k"]), ("sum of parts", m.start(), end, text[m.start() : end])
        if sum(counts) == total or any(words <= family for family in _WHOLE):
            taken.take(*m.span("list"))
            summed.take(*m.span("list"))
            yield _added(place, counts, total)


_SEXES = re.compile(
    r"(?P<a>\d{1,6})(?:\s*\([^)]*\))?\s+(?:were\s+)?(?:men|males?|boys)\b(?:\s*\([^)]*\))?\s*"
    r"(?:,|and|, and|/|;)\s+(?P<b>\d{1,6})(?:\s*\([^)]*\))?\s+(?:were\s+)?(?:women|females?|girls)\b",
    re.I,
)
_ARMS = re.compile(
    r"(?P<k>\d{1,6})(?:\s+(?:patients|subjects|participants))?(?:\s*\([^)]*\))?\s+"
    r"(?:were\s+(?:assigned|allocated|randomi[sz]ed)\s+)?(?:to|received)\s+(?!\d)"
)


def divisions(text: str, scene: Scene, summed: Taken) -> Iterator[Statement]:
    """Men and women, and arms of a randomisation, against the number of the sentence or of the text."""
    a, b = scene.sentence
    for m in _SEXES.finditer(text, a, b):
        if summed.free(*m.span()):
            summed.take(*m.span())
            yield from _against(text, m.span(), [int(m["a"]), int(m["b"])], scene)
    if re.search(r"(?i)\b(?:randomi[sz]|assigned|allocated)", text[a:b]):
        arms = [m for m in _ARMS.finditer(text, a, b) if scene.within(a, m.start())]
        if len(arms) > 1:
            yield from _against(text, (arms[0].start(), arms[-1].end()), [int(m["k"]) for m in arms], scene)


def _against(text: str, span: tuple[int, int], counts: list[int], scene: Scene) -> Iterator[Statement]:
    place = ("sum of parts", *span, text[slice(*span)].strip())
    own = [n for n, _ in scene.within(scene.sentence[0], span[0]) if n not in counts]
    before = [n for n, _ in scene.within(0, span[0])]
    if sum(counts) in before:
        yield _added(place, counts, sum(counts))
    elif own and own[-1] >= max(counts):
        yield _added(place, counts, own[-1])
    else:
        yield Statement(*place, OPEN, f"{' + '.join(map(str, counts))} = {sum(counts)}: no such number before it")


_TOTAL = re.compile(
    rf"(?P<a>{COUNT})(?:\s+[A-Za-z][\w'/-]*){{1,5}}?\s+(?:and|plus|with)\s+(?:the\s+|another\s+)?(?P<b>{COUNT})"
    rf"(?:\s+[A-Za-z][\w'/-]*){{1,6}}?\s+(?i:make\s+up|makes?|add\s+up\s+to|sum\s+to|total(?:led|ed|ling|ing)?|"
    rf"(?:for|giving)\s+a\s+total\s+of)\s+(?:(?:the|all|a|total|of)\s+)*(?P<c>{COUNT})"
)


def totals(text: str, scene: Scene, taken: Taken) -> Iterator[Statement]:
    """``29 responders and the 8 others make up the 37``."""
    for m in _TOTAL.finditer(text, *scene.sentence):
        if taken.free(*m.span()):
            taken.take(*m.span())
            a, b, c = (number(m[name]) for name in "abc")
            yield _added(("sum of parts", *m.span(), m[0]), [a, b], c)


_ITEM = re.compile(
    rf"\s*(?:and\s+)?(?P<k>{COUNT})(?:\s*\([^()]*\))?(?:\s+[A-Za-z][\w'/()%-]*){{1,8}}?\s*(?=[,;.)]|\band\b|$)"
)


def enumerated(text: str, scene: Scene, summed: Taken) -> Iterator[Statement]:
    """``Twelve never responded: 7 were refractory and 5 died``: parts that add up to a number before them.

    They stand after a colon or in brackets. Nothing is said where they do not add up: such lists need not be complete.
    """
    a, b = scene.sentence
    for colon in re.finditer(r":\s|\(", text[a:b]):
        at, parts_of, begin = a + colon.end(), list[int](), a + colon.end()
        while (m := _ITEM.match(text, at, b)) is not None:
            parts_of.append(number(m["k"]))
            at = m.end()
            gap = re.compile(r"\s*[,;]\s*|\s*(?=and\b)").match(text, at, b)
            if gap is None:
                break
            at = gap.end()
        whole = {n for n, _ in scene.within(a, begin)}
        if len(parts_of) > 1 and sum(parts_of) in whole and summed.free(begin, at):
            summed.take(begin, at)
            yield _added(("sum of parts", begin, at, text[begin:at]), parts_of, sum(parts_of))


_MEMBERS = re.compile(
    rf"(?P<k>{COUNT})(?:\s+(?:patients?|subjects?|participants?|women|men|adults|of\s+them))?\s+"
    r"(?=were\b|was\b|are\b|remained?\b|had\b|have\b|died\b|relapsed?\b|responded\b|achieved\b|"
    r"underwent\b|received\b|developed\b|did\b|proceeded\b)"
)


def named(text: str) -> list[tuple[int, int]]:
    """Counts followed by what became of them (``31 had a response``): later words may refer to them."""
    found = [(number(m["k"]), m.start("k")) for m in _MEMBERS.finditer(text)]
    return [(k, at) for k, at in found if not AFTER_LABEL.search(text[max(0, at - 40) : at])]


def members(text: str, scene: Scene, taken: Taken) -> Iterator[Statement]:
    """Counts without a percentage inside a group that the sentence names: there cannot be more of them than of it."""
    for m in _MEMBERS.finditer(text, *scene.sentence):
        inside = [g for g in scene.groups if g.start <= m.start()]
        if not inside or not taken.free(*m.span()) or AFTER_LABEL.search(text[max(0, m.start() - 40) : m.start()]):
            continue
        k, n = number(m["k"]), inside[-1].n
        taken.take(*m.span())
        place = ("count in a group", m.start(), m.end(), m[0].strip())
        if k <= n:
            yield Statement(*place, FITS, f"{k} of {n} is {share(k, n)}%", k, literal=n)
        else:
            yield Statement(*place, MISFIT, f"{k} is more than the {n} of the group", k, literal=n)
