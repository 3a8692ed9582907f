"""A published curve as patients: what was read from its file, reconstructed, in days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onearm.protocol.published import PublishedCurve
from onearm.stats.reconstruct import Reconstruction, reconstruct_ipd, reconstruct_repeatedly
from onearm.study.published_read import Read
from onearm.units import days_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_DAYS = {"days": 1.0, "weeks": 7.0, "months": days_of(1), "years": days_of(12)}


@dataclass(frozen=True, slots=True)
class Patients:
    """Made-up patients that reproduce a curve: ``days`` and ``event`` (n,), and what must be said of them."""

    days: Floats
    event: Bools
    notes: tuple[str, ...]


def patients(settings: PublishedCurve, read: Read) -> Patients:
    """The patients behind a published curve.

    Raises
    ------
    ValueError
        The points and the risk table make no survival curve; times that no patient can have.
    """
    if settings.patients is not None:
        return _given(settings, read)
    one = reconstruct_ipd(read.time, read.value, *_table(settings), **_options(settings))
    fit = one.fit
    says = (
        f"{fit.n} patients with {fit.events} events reconstructed from the figure (Guyot 2012); their curve differs "
        f"from the points read by at most {fit.max_error:.3f}"
    )
    return _as_days(settings, one, (says, *(str(w) for w in fit.warnings)))


def readings(settings: PublishedCurve, read: Read, seed: int) -> Sequence[Patients]:
    """The same figure read again and again by an unsteady hand; none where the protocol states no error of reading."""
    if settings.reading is None:
        return ()
    hand = settings.reading
    several = reconstruct_repeatedly(
        read.time,
        read.value,
        *_table(settings),
        error_time=hand.time,
        error_survival=hand.survival,
        repeats=hand.repeats,
        seed=seed,
        **_options(settings),
    )
    return [_as_days(settings, one, ()) for one in several]


def _table(settings: PublishedCurve) -> tuple[tuple[float, ...], tuple[int, ...]]:
    assert settings.at_risk is not None, "the model asks for it beside points"
    return settings.at_risk.times, settings.at_risk.patients


def _options(settings: PublishedCurve) -> dict[str, Any]:
    names = ("total_events", "scale", "cleaning", "rule")
    return {name: getattr(settings, name) for name in names}


def _as_days(settings: PublishedCurve, one: Reconstruction, notes: tuple[str, ...]) -> Patients:
    return Patients(one.time * _DAYS[settings.unit], one.event, notes)


def _given(settings: PublishedCurve, read: Read) -> Patients:
    time, value = np.array(read.time), np.array(read.value)
    wrong = np.flatnonzero((time < 0) | ~np.isin(value, (0.0, 1.0)))
    if wrong.size:
        i = int(wrong[0])
        says = f"patient {i + 1} has time {time[i]:g} and event {value[i]:g}"
        raise ValueError(f"{says}: times are 0 or more, events 0 or 1")
    says = f"{time.size} patients with {int(value.sum())} events, reconstructed elsewhere"
    return Patients(time * _DAYS[settings.unit], value == 1.0, (says,))
