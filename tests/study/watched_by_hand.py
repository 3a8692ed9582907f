"""The two rules of the bundled trial worked out again from its CSV files, with csv, datetime and math alone.

The rules are those that `protocol.yaml` states; nothing of the package is used.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from stopping import tail

VOD_LOOKS = range(10, 49, 5)
RESPONSE_LOOKS = range(6, 48)
RESPONDERS = ("CR", "CRp", "CRi")


@dataclass(frozen=True)
class Known:
    """What is known of one rule on a day, and what it says."""

    n: int
    x: int
    pending: int
    belief: float
    due: bool
    word: str


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / "data" / f"{name}.csv"
    return _read(path, path.stat().st_size)


@cache
def _read(path: Path, size: int) -> list[dict[str, str]]:
    """The rows of a file; a file that has grown is read again."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def treated(folder: Path, date: dt.date) -> dict[str, dt.date]:
    """Those enrolled and treated by a day, and when their treatment began."""
    begun = {r["subject"]: day(r["treatment_start"]) for r in rows(folder, "subjects")
             if dt.date.fromisoformat(r["enrolled"]) <= date}  # fmt: skip
    return {s: d for s, d in begun.items() if d is not None and d <= date}


def vod_counts(folder: Path, date: dt.date, patients: range | None = None) -> tuple[int, int]:
    """Patients treated, and those with veno-occlusive disease, by a day."""
    begun = treated(folder, date)
    if patients is not None:
        numbers = {r["subject"]: int(r["number"]) for r in rows(folder, "subjects")}
        begun = {s: d for s, d in begun.items() if numbers[s] in patients}
    ill = {
        r["subject"]
        for r in rows(folder, "adverse_events")
        if r["term"].lower() == "veno-occlusive disease"
        and r["subject"] in begun
        and begun[r["subject"]] <= dt.date.fromisoformat(r["start"]) <= date
    }
    return len(begun), len(ill)


def vod_belief(x: int, n: int) -> float:
    """P(rate > 0.2) with the prior Beta(0.4, 1.6)."""
    return tail(0.4 + x, 1.6 + n - x, 0.2)


def vod_limit(n: int) -> int:
    """The fewest events among n that stop: a probability above 0.95."""
    return next((x for x in range(n + 1) if vod_belief(x, n) > 0.95), n + 1)


def vod(folder: Path, date: dt.date, before: int, patients: range | None = None) -> Known:
    """The safety rule; ``before`` patients counted the day before it was judged last."""
    n, x = vod_counts(folder, date, patients)
    due = n in VOD_LOOKS or any(before < look <= n for look in VOD_LOOKS)
    stop = due and x >= vod_limit(n)
    return Known(n, x, 0, vod_belief(x, n), due, "stop for harm" if stop else "complete" if n >= 48 else "continue")


def response_counts(folder: Path, date: dt.date) -> tuple[int, int, int]:
    """Patients whose outcome by the end of cycle 2 is known, those of them with a response, and those pending."""
    begun = treated(folder, date)
    third: dict[str, dt.date] = {}
    for r in rows(folder, "doses"):
        given = dt.date.fromisoformat(r["date"])
        if r["subject"] in begun and r["cycle"] == "3" and given <= date:
            third[r["subject"]] = min(given, third.get(r["subject"], given))
    course = {r["subject"]: r for r in rows(folder, "followup")}
    seen = rows(folder, "responses")
    n = x = pending = 0
    for s, start in begun.items():
        one = dt.timedelta(days=1)
        ends = third[s] - one if s in third else start + 55 * one
        died, relapse = day(course[s]["death"]), day(course[s]["relapse"])
        contact = min(dt.date.fromisoformat(course[s]["last_contact"]), date)
        limit = min(ends, contact)
        relapse = relapse if relapse is not None and relapse <= limit else None
        responded = any(
            r["subject"] == s
            and r["response"] in RESPONDERS
            and dt.date.fromisoformat(r["date"]) <= limit
            and (relapse is None or dt.date.fromisoformat(r["date"]) < relapse)
            for r in seen
        )
        over = contact >= ends or (died is not None and died <= date)
        n += responded or over
        x += responded
        pending += not (responded or over)
    return n, x, pending


@cache
def response_belief(x: int, n: int) -> float:
    """P(rate < standard), the rate Beta(0.6 + x, 1.4 + n - x) and the standard Beta(30, 70).

    The standard lies above t when at most 29 of 99 uniform draws lie below it, a binomial tail; its mean over the rate
    is a sum of beta-binomial probabilities.
    """
    a, b = 0.6 + x, 1.4 + n - x
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    terms = [
        math.exp(
            math.log(math.comb(99, j)) + math.lgamma(a + j) + math.lgamma(b + 99 - j) - math.lgamma(a + b + 99) - whole
        )
        for j in range(30)
    ]
    return math.fsum(terms)


def response_limit(n: int) -> int:
    """The most responses among n that stop; -1 where none does."""
    return max((x for x in range(n + 1) if response_belief(x, n) > 0.95), default=-1)


def response(folder: Path, date: dt.date, before: int) -> Known:
    """The futility rule, pending patients left out, with suspension."""
    n, x, pending = response_counts(folder, date)
    due = n in RESPONSE_LOOKS or any(before < look <= n for look in RESPONSE_LOOKS)
    word = "continue"
    if n >= 48:
        word = "complete"
    elif due and x <= response_limit(n):
        word = "stop for futility"
    elif any(n + k in RESPONSE_LOOKS and x <= response_limit(n + k) for k in range(1, pending + 1)):
        word = "suspend"
    return Known(n, x, pending, response_belief(x, n), due, word)


def enrolments(folder: Path, date: dt.date) -> list[dt.date]:
    """The days of enrolment up to a day."""
    return sorted({d for r in rows(folder, "subjects") if (d := dt.date.fromisoformat(r["enrolled"])) <= date})


def exact_uniform(x: int, n: int) -> Fraction:
    """P(rate > 1/2) with a uniform prior after x of n: P(Bin(n + 1, 1/2) <= x)."""
    return Fraction(sum(math.comb(n + 1, j) for j in range(x + 1)), 2 ** (n + 1))
