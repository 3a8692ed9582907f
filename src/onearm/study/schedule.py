"""What each version of the protocol plans, cycle by cycle, as strips of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onearm.dosing.calendar import cycle_length
from onearm.protocol.document import Protocol
from onearm.protocol.regimen.model import Dose
from onearm.protocol.regimen.text import dose_text
from onearm.protocol.regimen.words import span_text
from onearm.protocol.version import Course
from onearm.results.drawn import Schedule, ScheduledDrug, Strip

GROUPS = ("treatment", "intrathecal")
"""Groups of lines that are drawn; premedication and supportive care would hide them."""


def schedules(protocol: Protocol) -> tuple[Schedule, ...]:
    """The plan of every version that has courses, in the order of the protocol.

    A version that replaces regimens changes the courses of the version before it.

    Examples
    --------
    >>> p = Protocol.model_validate({"onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A"}, "regimens": {
    ...     "abc": {"cycle_days": 21, "treatment": ["vincristine 2 mg IV on days 1, 8"]}},
    ...     "versions": {"v": {"from": {"patient": 1}, "courses": [{"regimen": "abc", "cycles": "1-4"}]}}})
    >>> (one,) = schedules(p)
    >>> one.strips[0].cycles, one.strips[0].days, one.strips[0].drugs[0].words, one.strips[0].drugs[0].days
    ('1-4', 21, '2 mg IV', (1, 8))
    """
    found = []
    courses: tuple[Course, ...] = ()
    for name, version in protocol.versions.items():
        courses = version.in_force_after(courses)
        if courses:
            label = version.label or name
            found.append(Schedule(id=f"schedule|{name}", label=label, strips=tuple(_strips(protocol, courses))))
    return tuple(found)


def _strips(protocol: Protocol, courses: Sequence[Course]) -> Iterator[Strip]:
    """Cycles with the same drugs on the same days are one strip."""
    alike: dict[tuple[int | None, tuple[ScheduledDrug, ...]], list[int]] = {}
    for n in sorted({n for course in courses for n in course.cycles}):
        given = tuple(c for c in courses if c.gives(n))
        drugs = tuple(drug for course in given for drug in _drugs(protocol, course, n))
        alike.setdefault((cycle_length(protocol, given), drugs), []).append(n)
    last = max((c.cycles[-1] for c in courses if c.open_ended), default=None)
    for (days, drugs), cycles in alike.items():
        on = " and on" if last in cycles else ""
        yield Strip(cycles=span_text(cycles) + on, days=days, drugs=drugs)


def _drugs(protocol: Protocol, course: Course, cycle: int) -> Iterator[ScheduledDrug]:
    counted = course.own(cycle) if course.count == "course" else cycle
    for group, dose in protocol.regimens[course.regimen].lines():
        if group in GROUPS and (dose.cycles is None or counted in dose.cycles):
            yield ScheduledDrug(
                drug=_named(protocol, dose.drug),
                words=_words(dose),
                days=dose.days or (),
                condition=dose.condition.text if dose.condition else "",
                regimen=course.regimen,
            )


def _named(protocol: Protocol, drug: str) -> str:
    known = protocol.drugs.get(drug)
    return known.label if known is not None and known.label else drug


def _words(dose: Dose) -> str:
    """The dose without its drug, days, cycles, condition and cap."""
    bare = dose.model_copy(update={"cycles": None, "condition": None, "cap": None})
    return dose_text(bare).removeprefix(f"{dose.drug} ").rpartition(" on day")[0]
