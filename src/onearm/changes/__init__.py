"""What changed between two results of one trial, and why: two data cuts, two protocols, two versions.

``compare(before, after)`` gives a `Changes`, ``cause(before, after, changed)`` says from two manifests what could be
behind it. Nothing is computed but differences of numbers that stand in the results.
"""

from onearm.changes.compare import compare
from onearm.changes.lines import lines
from onearm.changes.origin import PROTOCOL, Cause, Difference, Origin, cause
from onearm.changes.page import page
from onearm.changes.record import Change, Changes, Move, Part
from onearm.changes.values import as_values

__all__ = [
    "PROTOCOL",
    "Cause",
    "Change",
    "Changes",
    "Difference",
    "Move",
    "Origin",
    "Part",
    "as_values",
    "cause",
    "compare",
    "lines",
    "page",
]
