"""When enrolment will be complete, and how many events a rule on times will have seen by then.

The clock starts at the first patient, because nobody wrote down when the trial opened: the others came since.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from onearm.stats.monitoring import AccrualForecast, EventForecast, accrual_forecast, event_forecast
from onearm.units import MONTH_DAYS


@dataclass(frozen=True, slots=True)
class Coming:
    """Months from the day of the forecast until enrolment is complete: median and limits."""

    months: float
    low: float
    high: float


def enrolment(came: Sequence[dt.date], n_max: int, date: dt.date | None, level: float) -> Coming | None:
    """Until ``n_max`` patients are enrolled, if they keep coming as they did; None where the days do not tell.

    Parameters
    ----------
    came
        Days of enrolment so far.
    n_max
        Patients of the whole trial.
    date
        The day of the forecast; days without a patient since the last one count.
    level
        Of the prediction limits.
    """
    if date is None or not 2 <= len(came) < n_max or min(came) >= date:
        return None
    first, *others = sorted((date - day).days for day in came)[::-1]
    found: AccrualForecast = accrual_forecast(
        [first - day for day in others], n_max - 1, as_of=float(first), opened=0.0, level=level
    )
    months = [(day - first) / MONTH_DAYS for day in (found.day, found.low, found.high)]
    return Coming(*months) if all(map(math.isfinite, months)) else None


def events_by_then(coming: Coming, months: float, events: int, at_risk: int, more: int, level: float) -> EventForecast:
    """Events by the day on which enrolment is half likely to be complete, the patients to come spread evenly.

    Parameters
    ----------
    coming
        When enrolment will be complete.
    months, events, at_risk
        Time on test so far, events in it, and patients still followed without one.
    more
        Patients still to be enrolled.
    level
        Of the prediction limits.
    """
    entries = [coming.months * k / more for k in range(1, more + 1)]
    return event_forecast(months, events, at_risk, horizon=coming.months, entries=entries, level=level)
