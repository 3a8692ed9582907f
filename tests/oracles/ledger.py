"""What a row of the ledger is, and how a number is held against what was printed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from oracle_data import Tables


@dataclass(frozen=True, slots=True)
class Entry:
    """One number, or a short list of them, of one row."""

    what: str
    printed: str
    ours: str
    agreement: str


@dataclass(slots=True)
class Check:
    """Compares and keeps a record.

    ``printed`` as text is compared to the digits it shows: every number, rounded as printed, is the printed
    one (``units`` of the last digit more where a source cut off instead of rounding). As numbers it is exact,
    and compared to ``rtol``. NA is what is not estimable: None, NaN or infinite.
    """

    entries: list[Entry] = field(default_factory=list)

    def __call__(
        self, what: str, ours: Any, printed: Any, *, units: float = 0.5, rtol: float = 1e-8, atol: float = 0.0
    ) -> None:
        found = numbers(ours)
        if isinstance(printed, str):
            words = printed.split()
            assert len(words) == found.size, f"{what}: {found.size} numbers, {len(words)} printed"
            for i, (word, x) in enumerate(zip(words, found, strict=True)):
                assert matches(word, x, units), f"{what}, number {i + 1}: ours {x!r}, printed {word}"
            finite = [w for w in words if w != "NA"]
            fewest = min((significant(w) for w in finite), default=0)
            most = max((significant(w) for w in finite), default=0)
            digits = f"{fewest}" if fewest == most else f"{fewest}-{most}"
            rounds = all(matches(w, x, 0.5) for w, x in zip(words, found, strict=True))
            close = f"all {digits} digits printed" if rounds else f"{digits} digits, last within one unit"
            agreement = close if finite else "not estimable in both"
            self.entries.append(Entry(what, " ".join(words), shown(found, most + 2), agreement))
            return
        expected = numbers(printed)
        assert expected.shape == found.shape, f"{what}: {found.shape} numbers, {expected.shape} expected"
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=what)
        scale = np.where(expected == 0, 1.0, np.abs(expected))
        worst = float(np.nanmax(np.abs(found - expected) / scale, initial=0.0))
        digits = 15 if worst < 1e-15 else math.floor(-math.log10(worst))
        self.entries.append(Entry(what, shown(expected, 10), shown(found, 10), f"{digits} digits"))


def numbers(v: Any) -> np.ndarray:
    """A vector of floats; None becomes NaN."""
    if isinstance(v, list | tuple):
        v = [math.nan if x is None else x for x in v]
    return np.asarray(math.nan if v is None else v, dtype=float).ravel()


def matches(word: str, x: float, units: float) -> bool:
    if word == "NA":
        return not math.isfinite(x)
    last = 10.0 ** (int(word.lower().partition("e")[2] or 0) - decimals(word))
    return abs(x - float(word)) <= units * last * (1 + 1e-9) + 1e-12 * abs(x)


def decimals(word: str) -> int:
    return len(word.lower().partition("e")[0].partition(".")[2])


def significant(word: str) -> int:
    return len(word.lower().partition("e")[0].lstrip("-").replace(".", "").lstrip("0")) or 1


def shown(x: np.ndarray, digits: int) -> str:
    words = ["NA" if not math.isfinite(v) else f"{v + 0.0:.{min(digits, 15)}g}" for v in x]
    return " ".join(words)


Body = Callable[[Check, Tables], None]


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    what: str
    source: str
    body: Body
    note: str = ""


def register() -> tuple[dict[str, Row], Callable[..., Callable[[Body], Body]]]:
    """An empty list of rows, and the decorator that enters one: number, what it is, where it was printed, a note."""
    known: dict[str, Row] = {}

    def row(number: str, what: str, source: str, note: str = "") -> Callable[[Body], Body]:
        def enter(body: Body) -> Body:
            assert number not in known, f"two rows are numbered {number}"
            known[number] = Row(number, what, source, body, note)
            return body

        return enter

    return known, row
