"""Turn a refused word into an error that says what may stand there."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from itertools import product

from .refusal import RegimenSyntaxError
from .words import ROUTES, UNITS

__all__ = ["refused"]

_ORDER = "the order is: drug, amount, route, over, schedule, on days, of cycles, if, cap"
_FLAT_UNITS = [unit + day for day, unit in product(("", "/day"), UNITS)]
_ALL_UNITS = [unit + per + day for day, per, unit in product(("", "/day"), ("", "/m2", "/kg"), UNITS)]

# For each kind of word, in the order of a line: how it is described, and the words themselves.
_KINDS: dict[str, tuple[str, list[str]]] = {
    "WORD": ("a drug name", []),
    "SLASH": ("", []),
    "NUMBER": ("a number", []),
    "AUC": ('"AUC"', ["AUC"]),
    "UNIT": ("a unit (mg, g, ug, units)", _ALL_UNITS),
    "FLAT_UNIT": ("a unit (mg, g, ug, units)", _FLAT_UNITS),
    "ROUTE": ("a route (IV, PO, SC, IM, IT)", list(ROUTES)),
    "OVER": ('"over"', ["over"]),
    "TIME": ("a duration (min, h, days)", ["min", "h", "day", "days"]),
    "EVERY": ("a schedule", ["every"]),
    "HOUR": ('"h"', ["h"]),
    "OFTEN": ("a schedule", ["daily", "twice daily", "weekly", "continuous"]),
    "ON": ('"on"', ["on"]),
    "DAY": ('"day" or "days"', ["day", "days"]),
    "SPAN": ("a whole number or a range such as 1-3", []),
    "COMMA": ('","', [","]),
    "OF": ('"of"', ["of"]),
    "CYCLE": ('"cycle" or "cycles"', ["cycle", "cycles"]),
    "IF": ('"if"', ["if"]),
    "AGE": ('"age"', ["age"]),
    "CD20": ('"CD20"', ["CD20"]),
    "WEIGHT": ('"weight"', ["weight"]),
    "STATE": ('"CNS disease" or "Ph-positive"', ["CNS disease", "Ph-positive"]),
    "LIMIT": ('"at least" or "below"', ["at least", "below"]),
    "PERCENT": ("a percentage such as 20%", []),
    "KG": ('"kg"', ["kg"]),
    "CAP": ('"cap"', ["cap"]),
    "$END": ("the end of the line", []),
}

# What people also write, and the word of this language.
_HABITS = {
    **dict.fromkeys(("u", "iu", "unit", "international"), "units"),
    **dict.fromkeys(("microgram", "micrograms"), "ug"),
    **dict.fromkeys(("milligram", "milligrams"), "mg"),
    **dict.fromkeys(("gram", "grams", "gm"), "g"),
    **dict.fromkeys(("intravenous", "intravenously", "i.v."), "IV"),
    **dict.fromkeys(("oral", "orally", "p.o."), "PO"),
    **dict.fromkeys(("subcutaneous", "subcutaneously", "subq", "sq", "s.c."), "SC"),
    **dict.fromkeys(("intramuscular", "intramuscularly", "i.m."), "IM"),
    **dict.fromkeys(("intrathecal", "intrathecally", "i.t."), "IT"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("bid", "b.i.d.", "twice-daily"), "twice daily"),
    **dict.fromkeys(("qd", "q.d.", "once"), "daily"),
    **dict.fromkeys(("continuously", "civi", "ci"), "continuous"),
    **dict.fromkeys((">=", "≥"), "at least"),
    **dict.fromkeys(("<", "under"), "below"),
    "twice": "twice daily",
    "at": "at least",
    "cns": "CNS disease",
    "max": "cap",
    "when": "if",
}
_KNOWN = frozenset(w for _, words in _KINDS.values() for w in words if w not in _ALL_UNITS)


def refused(text: str, start: int, allowed: Collection[str]) -> RegimenSyntaxError:
    """Explain why the word that begins at `start` is refused.

    Parameters
    ----------
    text : str
        The whole line.
    start : int
        Where the word begins, counted from 0; the length of the line for its end.
    allowed : collection of str
        The terminals of the grammar that may stand there.

    Examples
    --------
    >>> refused("vincristine 2 mgg", 14, {"UNIT"}).near
    'mg'
    """
    word = _word(text, start, "SPAN" in allowed or "COMMA" in allowed)
    kinds = [kind for kind in _KINDS if kind in allowed]
    described = [choice for kind in kinds for choice in _KINDS[kind][0].split(" or ")]
    expected = ("an amount",) if "AUC" in kinds else tuple(dict.fromkeys(described))
    near = _near(word, kinds)
    return RegimenSyntaxError(text, start + 1, word, expected, near, _hint(word, kinds) if word else None)


def _word(text: str, start: int, listing: bool) -> str:
    """Cut out one word; inside a list a comma ends it."""
    found = re.compile(r"[^\s,]+|," if listing else r"\S+").match(text, start)
    return found[0] if found else ""


def _near(word: str, kinds: list[str]) -> str | None:
    """Find the allowed word closest to this one."""
    if "SPAN" in kinds or "COMMA" in kinds:
        dashed = re.sub("[‐‑‒–—−]", "-", word)
        if dashed != word and re.fullmatch("[0-9]+-[0-9]+", dashed):
            return dashed
    if word in _KNOWN:
        return None
    choices = [choice for kind in kinds for choice in _KINDS[kind][1]]
    usual = _usual(word)
    if usual in choices or (usual.startswith("every ") and "every" in choices):
        return usual
    folded = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.lower(), folded, n=1, cutoff=0.8 if "CD20" in kinds else 0.6)
    return folded[close[0]] if close else None


def _usual(word: str) -> str:
    """Translate a habit such as `bid`, `q12h` or `IU/m2`; other words stay."""
    if hours := re.fullmatch("q([0-9]+)h", word.lower()):
        return f"every {hours[1]} h"
    head, slash, tail = word.lower().replace("/day/m2", "/m2/day").replace("/day/kg", "/kg/day").partition("/")
    return _HABITS.get(head, head) + slash + tail


def _hint(word: str, kinds: list[str]) -> str | None:
    """Say what to do about a misplaced word or a number written another way."""
    if word == "AUC" and "UNIT" in kinds:
        return "AUC comes before its number, such as AUC 6"
    if word in _KNOWN:
        return _ORDER if "$END" in kinds or "ON" in kinds else None
    if "NUMBER" in kinds and re.fullmatch("[0-9.,]*[.,][0-9.,]*", word):
        return "write numbers as 0.5 or 1000, with a leading zero and without commas"
    if "UNIT" in kinds and re.fullmatch("[0-9.]+", word):
        return "a number within a drug name needs a hyphen, such as interleukin-2"
    if "PERCENT" in kinds and re.fullmatch("[0-9.]+", word):
        return f'write "{word}%"'
    return None
