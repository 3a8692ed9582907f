"""Stopping on event times (Thall, Wooten and Tannir): a boundary in total time on test."""

from __future__ import annotations

import math
from collections.abc import Sequence

from onearm.design.characteristics_table import Rates
from onearm.design.record import Design
from onearm.design.time_body import NO_ACCRUAL, Times
from onearm.design.words import number
from onearm.stats.monitoring import time_to_event_boundary


def time_to_event(
    n_max: int,
    standard: Sequence[float],
    experimental: Sequence[float],
    *,
    cutoff: float,
    delta: float = 0.0,
    parameter: str = "mean",
    unit: str = "months",
    name: str = "event",
    accrual: float | None = None,
    follow_up: float = 0.0,
    seed: int = 1,
    replicates: int = 10_000,
    means: Sequence[float] = (),
    first_look: int = 1,
) -> Design:
    """A rule that stops accrual on event times (`onearm.stats.monitoring.time_to_event_boundary`).

    Parameters
    ----------
    n_max
        Patients of the whole trial, and the most events that the rule covers.
    standard, experimental
        ``(a, b)`` of the inverse gamma distributions of the standard's mean and of the treatment's, b in the unit.
    cutoff, delta
        Stop when P(treatment > standard + delta | data) is smaller than ``cutoff``.
    parameter
        What the priors and delta are of: ``mean`` or ``median``.
    unit, name
        Words for the unit of time and for the event.
    accrual, follow_up, seed, replicates
        For the simulated operating characteristics: patients in a unit of time (without it there are none), time after
        the last enrolment, and the simulation's seed and size.
    first_look
        Patients enrolled before the rule is asked for the first time, in the simulation.
    means
        True means of the exponential times for which they are shown; by default that of the standard, and of the
        standard plus delta, by the standard's distribution (whose median is turned into a mean).

    Raises
    ------
    ValueError
        As the kernels; for ``means`` that are missing where the standard's prior has no mean.

    Examples
    --------
    >>> time_to_event(40, (60, 295), (3, 10), cutoff=0.03, delta=1).decide(3, time=3.4).word
    'stop'
    """
    one = time_to_event_boundary(n_max, standard, experimental, cutoff=cutoff, delta=delta, parameter=parameter)
    (a, b), (c, d) = one.standard, one.experimental
    if not means and a <= 1:
        raise ValueError("means must be given: an inverse gamma distribution with a of 1 or less has no mean")
    per = math.log(2) if parameter == "median" else 1.0  # of an exponential time, median = mean log 2
    centre = b / (a - 1) if a > 1 else 0.0
    rates: Rates = tuple(("", (float(m),)) for m in means) or (
        ("standard", (round(centre / per, 6),)),
        *((("standard + delta", (round((centre + delta) / per, 6),)),) if delta else ()),
    )  # fmt: skip
    more = f" by more than {number(delta)} ({unit})" if delta else ""
    said = (
        f"This rule stops accrual when the {parameter} time to the {name} is unlikely to exceed that of the "
        f"standard{more}: when the probability of that is smaller than {number(cutoff)}",
        f"The standard's {parameter} has an inverse gamma distribution with a = {number(a)} and b = {number(b)} "
        f"{unit}, the treatment's prior one with a = {number(c)} and b = {number(d)} {unit}",
        f"At most {n_max} patients are treated",
    )
    body = Times(one, n_max, unit, name, accrual, follow_up, seed, replicates, first_look, said)
    return Design(
        kind="time-to-event",
        title=f"Stopping rule on the time to the {name}",
        settings=(("n_max", n_max), ("standard", one.standard), ("experimental", one.experimental), ("cutoff", cutoff),
                  ("delta", delta), ("parameter", parameter), ("unit", unit), ("name", name), ("accrual", accrual),
                  ("follow_up", follow_up), ("seed", seed), ("replicates", replicates), ("means", tuple(means)),
                  ("first_look", first_look if first_look != 1 else None)),
        body=body,
        conventions=one.conventions,
        notes=() if accrual is not None else (NO_ACCRUAL,),
        rates=rates,
        record=one,
    )  # fmt: skip
