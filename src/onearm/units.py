"""Study days, months, and the one place where they are counted.

A study day is a whole number. Day 1 is time zero (the first dose, unless the protocol says otherwise), the day
before is day -1, and there is no day 0. A duration counts both ends: from day 1 to day 1 is one day, as in
CDISC ADaM (AVAL = ADT - STARTDT + 1). A month is 30.4375 days.
"""

from __future__ import annotations

import datetime as dt

MONTH_DAYS = 30.4375
"""Days in a month: 365.25 / 12. Printed wherever months are."""


def study_day(date: dt.date, time_zero: dt.date) -> int:
    """Study day of a date.

    Parameters
    ----------
    date, time_zero
        The date and the date that is day 1.

    Examples
    --------
    >>> from datetime import date
    >>> study_day(date(2014, 3, 1), date(2014, 3, 1)), study_day(date(2014, 2, 28), date(2014, 3, 1))
    (1, -1)
    """
    days = (date - time_zero).days
    return days + 1 if days >= 0 else days


def serial(day: int) -> int:
    """Study day on a line without the gap at zero: day 1 -> 0, day -1 -> -1.

    Examples
    --------
    >>> serial(1), serial(-1)
    (0, -1)
    """
    return day - 1 if day > 0 else day


def duration_days(start_day: int, end_day: int) -> int:
    """Days from one study day to another, both ends counted.

    Examples
    --------
    >>> duration_days(1, 28), duration_days(-1, 1)
    (28, 2)
    """
    return serial(end_day) - serial(start_day) + 1


def months(days: float) -> float:
    """Months of 30.4375 days.

    Examples
    --------
    >>> months(365.25)
    12.0
    """
    return days / MONTH_DAYS


def days_of(month: float) -> float:
    """Days in a number of months of 30.4375 days.

    Examples
    --------
    >>> days_of(24)
    730.5
    """
    return month * MONTH_DAYS
