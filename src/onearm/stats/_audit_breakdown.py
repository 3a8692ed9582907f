"""Percentages of one breakdown: parts that exclude each other add up to 100, and their counts to the number of people.

Rounded half up, k parts printed in units u add up to 100 -/+ k u / 2. Parts of which people may have several (adverse
events) add up to anything, so only breakdowns whose words say that they exclude each other are looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ._audit_counts import PERCENT, Counted
from ._audit_judge import Scene
from ._audit_record import FITS, MISFIT, Statement
from ._audit_words import Taken
from ._consistency_printed import as_printed

KIND = "breakdown"
_LONE = re.compile(rf"(?<![\d.\-<>=≤≥+±])(?<![<>≤≥±] ){PERCENT}(?!\s*-\s*\d)")
_HEAD = re.compile(
    r"(?i)\b(?:ECOG|performance status|WHO status|karyotypes?|cytogenetic (?:risk|group)s?|stage|"
    r"risk (?:groups?|category)|race|ethnicity|best (?:overall )?responses?|causes? of death|disease status|"
    r"salvage status|immunophenotype)\b"
    r"[^%;.]{0,30}$"
)
_FAMILIES = tuple(
    re.compile(rf"(?i)\b(?:{words})(?![\w+-])")
    for words in (
        r"m|males?|men|boys|f|females?|women|girls",
        r"alive|living|dead|died|deceased",
        r"CR[hip]?|mCR|PR|SD|PD|NR|VGPR|complete (?:response|remission)|partial (?:response|remission)|stable disease|"
        r"(?:disease )?progression|progressive disease|no response|refractory|not evaluable|(?:early )?death",
        r"S[123]|first salvage|second salvage|third salvage",
        r"white|black|asian|other races?|race not reported",
    )
)
_INSIDE = re.compile(
    r"(?i)\b(?:in|among|for|by|of)\s+(?:the\s+|all\s+)?(?:\d+\s+)?(?:males?|m[ea]n|boys|females?|wom[ea]n|girls)\b"
)
_WHOLE_FAMILIES = 2  # of the first two there are no further parts
_MOST_PARTS = 15
_DIGIT = re.compile(r"(?<![\d.])[0-4](?![\d.%])")
_BREAK = re.compile(
    r"(?i)[.;](?=\s)|\b(?:of (?:whom|which|them|these)|including|respectively|overall|v|vs|versus|compared|than|who|"
    r"with|interval|range|CI|after|before|arm|group|cohort)\b"
)
_JOIN = re.compile(r"(?i),|;|\band\b|\bor\b|/|\bplus\b|&")


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    percent: str
    k: int | None
    n: int | None


def breakdowns(text: str, scene: Scene, counts: list[Counted], seen: Taken) -> Iterator[Statement]:
    """The breakdowns of one sentence; ``seen`` are the sums that have been read."""
    span, stated = scene.sentence, scene.stated
    chain: list[_Part] = []
    for part in [*_parts(text, span, counts), None]:
        if part is not None and (not chain or _joined(text[chain[-1].end : part.start])):
            chain.append(part)
            continue
        yield from _judged(text, span[0], chain, stated, seen)
        chain = [part] if part is not None else []


def _parts(text: str, span: tuple[int, int], counts: list[Counted]) -> list[_Part]:
    first, last = (bisect_left(counts, edge, key=lambda c: c.start) for edge in span)
    near = counts[first:last]
    own = [_Part(c.start, c.end, c.percent, c.k, c.n) for c in near]
    inside = {c.percent_at for c in near}
    lone = [m for m in _LONE.finditer(text, *span) if m.start("p") not in inside]
    own += [_Part(m.start(), m.end(), m["p"], None, None) for m in lone]
    return sorted(own, key=lambda p: p.start)


def _joined(gap: str) -> bool:
    return len(gap) <= 70 and _JOIN.search(gap) is not None and _BREAK.search(gap) is None


def _judged(text: str, begin: int, chain: list[_Part], stated: tuple[int, ...], seen: Taken) -> Iterator[Statement]:
    if not 2 <= len(chain) <= _MOST_PARTS or not seen.free(chain[0].start, chain[-1].end):
        return
    family = _family(text, begin, chain)
    if family is None:
        return
    place = (KIND, chain[0].start, chain[-1].end, text[chain[0].start : chain[-1].end])
    exact = [as_printed("x", p.percent) for p in chain]
    total = sum((v.value for v in exact), Fraction(0))
    slack = sum((Fraction(1, 2 * 10**v.decimals) for v in exact), Fraction(0))
    says = f"{' + '.join(p.percent for p in chain)} = {float(total):g}"
    added, whole = _counts(chain, stated)
    if abs(total - 100) <= slack:
        if added and whole and added > whole:
            yield Statement(*place, MISFIT, f"{says}; the counts add up to {added}, more than the {whole} there are")
        else:
            yield Statement(*place, FITS, f"{says}: 100 as far as rounding goes")
    elif total > 100 or family < _WHOLE_FAMILIES:
        says = f"{says}: parts of one whole add up to 100, here within {float(slack):g}"
        yield Statement(*place, MISFIT, says + ("" if total > 100 else "; a part may be missing"))


def _counts(chain: list[_Part], stated: tuple[int, ...]) -> tuple[int, int]:
    """The sum of the counts, and the one denominator written beside them."""
    if any(p.k is None for p in chain):
        return 0, 0
    whole = {p.n for p in chain if p.n is not None}
    return sum(p.k or 0 for p in chain), whole.pop() if len(whole) == 1 else max(stated, default=0)


def _family(text: str, begin: int, chain: list[_Part]) -> int | None:
    """The family that every label is of; a large number where the words before name a property with one value each."""
    begin = max(begin, chain[0].start - 120)
    clause = max(text.rfind(";", begin, chain[0].start), begin)
    head = text[clause : chain[0].start]
    gaps = [text[a.end : b.start] for a, b in pairwise(chain)]
    cuts = [max(m.end() for m in _JOIN.finditer(gap)) for gap in gaps]
    tail = re.split(r"[,;.]|\band\b", text[chain[-1].end : chain[-1].end + 60])[0]
    ahead = [re.split(r"[,;:]|\b(?:and|with)\b", head[-60:])[-1], *(g[c:] for g, c in zip(gaps, cuts, strict=True))]
    behind = [*(g[:c] for g, c in zip(gaps, cuts, strict=True)), tail]
    if any(_INSIDE.search(label) for label in (*ahead, *behind)):
        return None  # "65% in men, 70% in women": each of its own group
    for labels in (ahead, behind):
        for i, words in enumerate(_FAMILIES):
            said = [words.findall(label) for label in labels]
            distinct = {one[-1].lower() for one in said if one}
            if all(len(one) == 1 for one in said) and len(distinct) == len(chain):
                return i
    if len(chain) > 2 and (m := _HEAD.search(head)) is not None:
        graded = re.match(r"(?i)ECOG|performance|WHO|stage", m[0]) is not None
        if not graded or all(_DIGIT.search(gap) for gap in [head[m.start() :], *gaps]):
            return len(_FAMILIES)
    return None
