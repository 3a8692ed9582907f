"""Means printed without a standard deviation: GRIM alone, where people and whole numbers are said.

The number of people is said of the whole sentence, so that a sentence is read only when it has one mean, of one group,
taken plainly: no model, no difference, nothing for each unit of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._audit_judge import Scene
from ._audit_means import WHOLE, people, tested_by_grim
from ._audit_record import Statement
from ._audit_words import COUNT, Taken, number

KIND = "mean of whole numbers"
_N = r"(?:\d{1,6}\.\d{1,6}|\.\d{1,6})"
_MEAN = re.compile(
    rf"(?i:\bmeans?\b)(?:[^.;%]{{0,90}}?(?:\b(?i:was|is|of|were)|[:=,(\[])|)\s*(?P<m>(?<![\w.\-/<>+]){_N})"
    r"(?![\w.]*\d|\s*(?:%|±|\+/-|to\b|-|(?i:per\s?cent|months?|years?|weeks?|hours?|kg|mg|g|mmol|mmHg|cm|mm|L|mL)\b))"
)
_OTHER = re.compile(
    r"(?i)\b(?:adjusted|geometric|harmonic|weighted|standardi[sz]ed|normali[sz]ed|modelled|predicted|estimated|imputed|"
    r"least[- ]squares?|LS|marginal|trimmed|difference|change|ratio|rates?|average[ds]?|averaging|composite|index|"
    r"sub-?scales?|SD|s\.d\.|SEM?|standard|medians?|versus|vs\.?|v|compared|than|respectively|both|each (?:group|arm)|"
    r"in men|in women|per\s+(?!patient\b|person\b|subject\b|participant\b|pupil\b|child\b|woman\b|man\b)\w+|"
    r"(?:patient|person)[- ](?:years?|months?)|missing|available|evaluable|of whom|"
    r"numbers? of (?:years|months|weeks|hours))\b|±"
)
_LIKE = re.compile(r"\d\.\d|(?<![\w.])\.\d")
_VALUE = re.compile(_N)
_SPAN = re.compile(r"\d[\d.]*\s*(?:-|to|through)\s*\d[\d.]*|\d+\s*%?\s*CI\b")
_COUNT = re.compile(COUNT)


def lone_means(text: str, scene: Scene, taken: Taken) -> Iterator[Statement]:
    """The one mean of a sentence that says whole numbers and of how many people."""
    a, b = scene.sentence
    said = text[a:b]
    if WHOLE.search(said) is None or _OTHER.search(said):
        return
    found = list(_MEAN.finditer(text, a, b))
    if len(found) != 1 or len(re.findall(r"(?i)\bmeans?\b", said)) != 1:
        return
    m = found[0]
    rest = _SPAN.sub(" ", text[a : m.start("m")] + ", " + text[m.end("m") : b])  # without its interval, range and scale
    n = people(text, scene, _VALUE.search(text, m.start("m")) or m)
    numbers = {number(one[0]) for one in _COUNT.finditer(rest)} - {0, 1}
    if n is None or n < 2 or not numbers <= {n} or _LIKE.search(rest):
        return
    taken.take(m.start("m"), m.end("m"))
    yield Statement(KIND, m.start(), m.end("m"), text[m.start() : m.end("m")], *tested_by_grim(said, m["m"], n))
