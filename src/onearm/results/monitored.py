"""Records of stopping rules and of what designs do: integers, a trial's path, probabilities. They compute nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """Counts at which a trial stops, for one or two kinds of event, and perhaps the path of a trial.

    Parameters
    ----------
    id, label, panel
        Stable name, words for a heading, what it belongs to ("" where it stands alone).
    names
        One word for each kind of event, such as ``("response", "toxicity")``.
    n
        Patients evaluated at each look.
    low, high
        One row for each kind of event: stop at ``low`` or fewer, at ``high`` or more; -1 and n + 1 never stop.
    low_means, high_means
        What each stop says: ``futility``, ``efficacy``, ``harm``, ``safe``, or nothing where there is no such limit.
    n_max
        Patients of the whole trial.
    together
        Whether a stop for ``low`` needs every kind of event to be at or below its limit.
    path_n, path_x
        Patients evaluated and events of each kind as the trial went on.
    decisions
        The decision at each point of the path.
    notes
        Conventions and assumptions in force.
    """

    id: str
    label: str
    names: tuple[str, ...]
    n: tuple[int, ...]
    low: tuple[tuple[int, ...], ...]
    high: tuple[tuple[int, ...], ...]
    low_means: tuple[str, ...]
    high_means: tuple[str, ...]
    n_max: int
    together: bool = False
    panel: str = ""
    path_n: tuple[int, ...] = ()
    path_x: tuple[tuple[int, ...], ...] = ()
    decisions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBoundaries:
    """What must have been reached after each number of events, and perhaps the path of a trial.

    Parameters
    ----------
    id, label, panel, n_max, decisions, notes
        As in `Boundaries`.
    event
        Words for the event.
    axis
        Words for what must be reached: total time on test with its unit, or events expected.
    events, least
        After so many events the trial stops below this; 0 never stops.
    interim
        The same at an interim analysis, where there is one.
    path_events, path_time
        How the trial went.
    """

    id: str
    label: str
    event: str
    axis: str
    events: tuple[int, ...]
    least: tuple[float, ...]
    n_max: int
    interim: tuple[float, ...] = ()
    panel: str = ""
    path_events: tuple[int, ...] = ()
    path_time: tuple[float, ...] = ()
    decisions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacteristicsCurves:
    """What a design does, over true rates.

    Parameters
    ----------
    id, label, panel
        As in `Boundaries`.
    rate
        Words for the axis of true rates.
    p
        The true rates, ascending.
    names, probability
        Words for each curve, and one row of probabilities for each.
    expected_n
        Patients expected at each rate; empty where it is not known.
    n_max
        Patients of the whole trial.
    mark_names, mark_p
        Rates that are marked on the axis, such as ``("p0", "p1")``.
    notes
        How the probabilities were computed.
    """

    id: str
    label: str
    rate: str
    p: tuple[float, ...]
    names: tuple[str, ...]
    probability: tuple[tuple[float, ...], ...]
    n_max: int
    expected_n: tuple[float, ...] = ()
    mark_names: tuple[str, ...] = ()
    mark_p: tuple[float, ...] = ()
    panel: str = ""
    notes: tuple[str, ...] = ()
