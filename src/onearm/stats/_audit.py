"""The audit of a text: every statement of numbers it makes, and what arithmetic allows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from ._audit_ages import ages
from ._audit_beside import beside
from ._audit_breakdown import breakdowns
from ._audit_counts import Counted, counted, groups, stated
from ._audit_judge import Scene, common_rules, judged
from ._audit_matched import matched, sources_of
from ._audit_means import means
from ._audit_means_alone import lone_means
from ._audit_ranges import ranges
from ._audit_rates import intervals, rate_over_time, shares
from ._audit_ratios import printed_tests, ratios
from ._audit_record import STATED, Statement, TextAudit
from ._audit_sums import divisions, enumerated, members, named, parts, remainders, sums, totals
from ._audit_table_sums import table_sums
from ._audit_tables import table_counts
from ._audit_words import Taken, plain, sentences

MOST_CHARACTERS = 1_000_000
WIDEST = 8
"""Blanks in a row that are read; more say nothing more."""

_WIDE = re.compile(r"[^\S\n]{9}")
_PIECES = re.compile(r"[^\S\n]+|\n+|\S+")


def audit_text(text: str) -> TextAudit:
    """Read a published text and say of its numbers what arithmetic allows.

    Found are counts with percentages, groups that later counts refer to (``of whom``), numbers of people stated,
    shares of a group, rates over time (never tested), intervals of rates, medians with range or quartiles, ratios
    with interval and p, test statistics with p, sums of parts and matched numbers.

    Parameters
    ----------
    text : an abstract, a results section, any prose; a million characters at most.

    Returns
    -------
    TextAudit
        ``statements`` with ``start`` and ``end`` in ``text``, a ``verdict`` and a sentence each; ``flagged`` those
        that a reader should look at; ``stated`` numbers of people; ``rules`` of rounding that fit every count.

    Raises
    ------
    ValueError
        For what is not text, or is longer.

    Notes
    -----
    Algebra: :func:`denominators`, :func:`interval_method`, :func:`hazard_ratio_consistency`, :func:`recompute_p`. A
    verdict speaks of printed numbers, not of people: typing slips, unstated denominators and other methods all look
    alike.

    Examples
    --------
    Of 44 responders 35 would be 79.5%; both counts need 48.

    >>> found = audit_text("Of 48 patients, 44 (92%) responded, with 35 of them (73%) in complete response.")
    >>> [(s.count, s.n, s.verdict) for s in found.statements if s.percent]
    [(44, (48,), 'fits'), (35, (48,), 'wording')]
    """
    if not isinstance(text, str):
        raise ValueError(f"text must be text, found {type(text).__name__}")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"text has {len(text)} characters, more than {MOST_CHARACTERS}: give one section at a time")
    short, back = narrowed(text)
    read = _statements(short, plain(short))
    if back is not None:
        read = [_placed(text, s, back) for s in read]
    found = sorted(read, key=lambda s: (s.start, s.end))
    ns = tuple(dict.fromkeys(s.count for s in found if s.verdict == STATED and s.count is not None))
    return TextAudit(text, tuple(found), ns, common_rules(found))


def narrowed(text: str) -> tuple[str, list[int] | None]:
    """A text whose runs of blanks are no longer than `WIDEST`, and where each of its characters stood.

    Patterns try every length of a run of blanks; a page of blanks, as layout programs leave it, would take hours.

    Examples
    --------
    >>> narrowed("44 (92%)")
    ('44 (92%)', None)
    >>> short, back = narrowed("44" + " " * 500 + "(92%)")
    >>> len(short), back[-1]
    (15, 506)
    """
    if not _WIDE.search(text):
        return text, None
    kept = [k for m in _PIECES.finditer(text) for k in range(m.start(), min(m.end(), m.start() + _length(m)))]
    return "".join(text[k] for k in kept), kept


def _length(piece: re.Match[str]) -> int:
    return WIDEST if piece[0].isspace() and "\n" not in piece[0] else len(piece[0])


def _placed(text: str, s: Statement, back: list[int]) -> Statement:
    start, end = back[s.start], back[s.end - 1] + 1
    return replace(s, start=start, end=end, text=text[start:end])


def _statements(original: str, text: str) -> list[Statement]:
    taken = Taken(len(text))
    found = [*printed_tests(text, taken), *ratios(text, taken), *sums(text, taken)]
    spans = list(sentences(text))
    in_tables, table_groups = table_counts(original, text, taken)
    counts = sorted([*in_tables, *counted(text, taken), *beside(text, taken)], key=lambda c: c.start)
    numbers = stated(text, taken)
    scenes = _scenes(text, spans, counts, numbers)
    by_start = {c.start: scenes[_at(spans, c.start)] for c in counts}
    found += intervals(text, counts, by_start, taken)
    for scene in scenes:
        found += ranges(text, scene.sentence, taken)
        found += means(text, scene, taken)
        found += lone_means(text, scene, taken)
    for c in counts:
        scene = by_start[c.start]
        over_time = rate_over_time(text, scene.sentence[0], c.percent_at, bare=c.form == "percent first")
        found.append(judged(text, c, scene, over_time))
    summed = Taken(len(text))
    found += parts(text, taken, summed)
    found += remainders(text, scenes, taken)
    found += _by_sentence(text, scenes, counts, taken, summed)
    found += table_sums(text, table_groups)
    found += ages(text)
    told = {s.start for s in found if s.kind == "count in a group"}
    found += [
        Statement("number of people", at, end, text[at:end], STATED, f"{n} stated", n)
        for n, at, end in numbers
        if at not in told
    ]
    return [_whole(original, text, s) for s in found]


def _by_sentence(
    text: str, scenes: list[Scene], counts: list[Counted], taken: Taken, summed: Taken
) -> Iterator[Statement]:
    sources: list[tuple[int, int] | None] = [None, None, None]  # of the groups of a match, in the sentences before
    for scene in scenes:
        yield from matched(text, scene, taken, next((s for s in reversed(sources) if s), None))
        sources = [*sources[1:], sources_of(text, scene.sentence)]
        yield from divisions(text, scene, summed)
        yield from totals(text, scene, taken)
        yield from enumerated(text, scene, summed)
        yield from breakdowns(text, scene, counts, summed)
        yield from shares(text, scene, taken)
        yield from members(text, scene, taken)


def _whole(original: str, text: str, s: Statement) -> Statement:
    """With the text as it came, and the bracket closed that the statement opens."""
    end = s.end
    open_ones = [text.count(a, s.start, end) - text.count(b, s.start, end) for a, b in ("()", "[]")]
    while end < len(text) and ((text[end] == ")" and open_ones[0] > 0) or (text[end] == "]" and open_ones[1] > 0)):
        open_ones["])".index(text[end]) - 1] -= 1
        end += 1
    end -= len(text[s.start : end]) - len(text[s.start : end].rstrip())
    return replace(s, end=end, text=original[s.start : end])


def _at(spans: list[tuple[int, int]], place: int) -> int:
    """The sentence a place is in."""
    return max(bisect_right(spans, (place, 1 << 60)) - 1, 0)


def _scenes(
    text: str, spans: list[tuple[int, int]], counts: list[Counted], numbers: list[tuple[int, int, int]]
) -> list[Scene]:
    known = {at for _, at, _ in numbers} | {c.start for c in counts}
    inside = Taken(len(text))  # "17 patients (45%) of the 38 had it": the 38 is part of the count
    for c in counts:
        inside.take(c.start, c.end)
    people = [(n, at) for n, at, _ in numbers]
    people += [(n, at) for n, at in named(text) if at not in known and inside.free(at, at + 1)]
    for c in counts:
        people += [(c.n, c.start)] if c.n is not None else []  # before its count, so that "of these" means the count
        people.append((c.k, c.start))
    people.sort(key=lambda v: v[1])
    values = dict.fromkeys([n for n, _, _ in numbers] + [c.n for c in counts if c.n is not None])
    every, fixed = tuple(people), tuple(values)
    return [Scene((a, b), tuple(groups(text, a, b, people)), fixed, every) for a, b in spans]
