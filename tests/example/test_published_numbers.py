"""The published numbers straight from the CSV rows: a second route that shares no code with the package."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

import pytest
from example_reading import MONTH, TRIAL, read, rows

SUBJECTS = list(read(TRIAL).values())
RESPONDERS = [s for s in SUBJECTS if s.responded]
TRANSPLANTED = [s for s in RESPONDERS if s.asct]
NOT_TRANSPLANTED = [s for s in RESPONDERS if not s.asct]


def printed(x) -> int:
    return int(Decimal(Fraction(x).numerator * 10**6 // Fraction(x).denominator).scaleb(-6).quantize(0, ROUND_HALF_UP))


def curve(pairs):
    """Kaplan-Meier in fractions: days and survival after each event."""
    left, s, steps = len(pairs), Fraction(1), []
    for day in sorted({d for d, _ in pairs}):
        events = sum(e for d, e in pairs if d == day)
        if events:
            s *= 1 - Fraction(events, left)
            steps.append((day, s))
        left -= sum(d == day for d, _ in pairs)
    return steps


def median_months(pairs):
    return next(day for day, s in curve(pairs) if s <= Fraction(1, 2)) / MONTH


def survival_at(pairs, months):
    return min([s for day, s in curve(pairs) if day <= months * MONTH], default=Fraction(1))


OS = [s.survival for s in SUBJECTS]
PFS = [s.progression_free for s in SUBJECTS]
VOD = {r["subject"] for r in rows(TRIAL / "adverse_events.csv") if r["term"] == "veno-occlusive disease"}


def mrd_negative(s):
    seen = [r for r in s.responses if s.relapse is None or r["date"] < s.relapse.isoformat()]
    return any(r["mrd"] == "negative" and float(r["mrd_limit"]) <= 1e-4 for r in seen)


def percent(part, whole):
    return Fraction(100 * part, whole)


@pytest.mark.parametrize(
    ("what", "ours", "published"),
    [
        ("patients", len(SUBJECTS), 48),
        ("median age", median(int(s.baseline["age"]) for s in SUBJECTS), 39),
        ("responders", len(RESPONDERS), 44),
        ("response rate", percent(len(RESPONDERS), 48), 92),
        ("complete responses", sum(s.best == "CR" for s in SUBJECTS), 35),
        ("complete response rate", percent(sum(s.best == "CR" for s in SUBJECTS), 48), 73),
        ("MRD negative", percent(sum(mrd_negative(s) for s in RESPONDERS), len(RESPONDERS)), 93),
        ("transplanted", sum(s.asct is not None for s in SUBJECTS), 24),
        ("transplanted responders", len(TRANSPLANTED), 24),
        ("veno-occlusive disease", len(VOD), 5),
        ("veno-occlusive disease, share", percent(len(VOD), 48), 10),
        ("follow-up", median_months([(d, not e) for d, e in OS]), 31),
        ("median PFS", median_months(PFS), 11),
        ("median OS", median_months(OS), 25),
        ("2-year PFS", 100 * survival_at(PFS, 24), 42),
        ("2-year OS", 100 * survival_at(OS, 24), 54),
        ("transplanted alive", sum(s.death is None for s in TRANSPLANTED), 14),
        ("transplanted in remission", sum(s.in_remission for s in TRANSPLANTED), 13),
        ("transplanted in remission, share", percent(sum(s.in_remission for s in TRANSPLANTED), 24), 54),
        ("responders not transplanted", len(NOT_TRANSPLANTED), 20),
        ("of these in remission", sum(s.in_remission for s in NOT_TRANSPLANTED), 6),
        ("of these in remission, share", percent(sum(s.in_remission for s in NOT_TRANSPLANTED), 20), 30),
    ],
)
def test_published_number(what, ours, published):
    assert printed(ours) == published, what


def test_printed_rounds_half_up():
    assert [printed(x) for x in (0.5, 1.5, 2.49, Fraction(5, 2))] == [1, 2, 2, 3]


def test_curve_of_a_case_solved_on_paper():
    # 4 patients: event at 2, censored at 2 and 3, event at 5: 3/4, then 0.
    assert curve([(2, True), (2, False), (3, False), (5, True)]) == [(2, Fraction(3, 4)), (5, 0)]


def test_veno_occlusive_disease_is_rarer_after_the_amendment():
    number = {r["subject"]: int(r["number"]) for r in rows(TRIAL / "subjects.csv")}
    assert sorted(number[s] < 39 for s in VOD) == [False, True, True, True, True]


def test_the_landmark_finds_patients_on_both_sides():
    at_risk = [s for s in TRANSPLANTED if s.survival[0] > 4 * MONTH]
    before = [s for s in at_risk if s.days(s.asct) <= 4 * MONTH]
    assert 5 <= len(before) <= len(at_risk) - 5
