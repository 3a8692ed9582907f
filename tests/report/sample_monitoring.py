"""Invented stopping rules: one on counts that stops for one version, one on times, with everything a page must bear."""

from __future__ import annotations

from dataclasses import replace

from sample_parts import number

from onearm.results import Boundaries, CharacteristicsCurves, Estimate, Moment, TimeBoundaries, Watch

ASSUMED = 'An illustration <"A&B">, not the rule of any trial'
LABELS = {"vod": "VOD <&> liver", "time": "Time to death"}


def watches() -> tuple[Watch, ...]:
    """All patients go on, those of the second version stop, the rule on times waits."""
    return (
        _watch("vod", "", "continue", "3 patients with VOD among 12; at 15 patients the rule acts on 5 or more", 15),
        _watch("vod", "second", "stop for harm", "3 patients with VOD among 5; at 5 the rule acts on 3 or more", None),
        _watch("time", "", "continue", "total time on test of 20.00 months in which 2 had death", None),
    )


def _watch(rule: str, group: str, word: str, reason: str, next_n: int | None) -> Watch:
    days = ("2020-01-05", "2020-02-05", "2020-03-05")
    path = ((5, 1), (10, 2), (12, 3)) if not group else ((1, 0), (3, 2), (5, 3))
    moments = tuple(
        Moment(
            date=day, enrolled=n + 1, evaluated=n, events=x, pending=1, weight=float(n), due=k > 0,
            word=word if k == 2 else "continue", belief=0.1 * (k + 1) if rule == "vod" else None,
        )
        for k, (day, (n, x)) in enumerate(zip(days, path, strict=True))
    )  # fmt: skip
    return Watch(
        id=f"monitoring.{rule}" + (f"|{group}" if group else ""), rule=rule, label=LABELS[rule], group=group,
        population="treated", words=f"Stopping rule {LABELS[rule]}: stop when 0.95 is exceeded. {ASSUMED}.",
        date=days[-1], word=word, reason=reason, stopped=days[-1] if word.startswith("stop") else "", next_n=next_n,
        notes=("12 patients are not a planned look.",), moments=moments,
        paragraph="" if group else f"The rule stops at 3 of 5 patients. {ASSUMED}.",
    )  # fmt: skip


def boundaries() -> tuple[Boundaries | TimeBoundaries, ...]:
    """Looks at 5, 10 and every patient from 13 to 15; the last one says what the trial concludes."""
    counts = Boundaries(
        id="monitoring.vod", label=LABELS["vod"], names=("VOD",), n=(5, 10, 13, 14, 15),
        low=((-1, 0, 1, 1, 1),), high=((3, 4, 5, 5, 5),), low_means=("futility",), high_means=("harm",), n_max=15,
        path_n=(5, 10, 12), path_x=((1, 2, 3),), decisions=("continue", "continue", "continue"),
        notes=("equality goes on",),
    )  # fmt: skip
    times = TimeBoundaries(
        id="monitoring.time", label=LABELS["time"], event="death", axis="Total time on test, months",
        events=(1, 2, 3), least=(0.0, 3.5, 7.25), n_max=3, path_events=(1, 2), path_time=(8.0, 20.0),
        decisions=("continue", "continue"), notes=("months",),
    )  # fmt: skip
    second = replace(
        counts, id="monitoring.vod|second", label=f"{LABELS['vod']}: second", path_n=(1, 3, 5), path_x=((0, 2, 3),),
        decisions=("continue", "continue", "stop for harm"),
    )  # fmt: skip
    return (counts, second, times)


def characteristics() -> tuple[CharacteristicsCurves, ...]:
    """Of the rule on counts."""
    p = (0.0, 0.1, 0.2, 0.3)
    return (
        CharacteristicsCurves(
            id="monitoring.vod", label=LABELS["vod"], rate="True rate of VOD", p=p, names=("success", "stop early"),
            probability=((0.0, 0.4, 0.6, 0.2), (1.0, 0.6, 0.4, 0.8)), expected_n=(10.0, 12.5, 13.0, 9.0), n_max=15,
            notes=("Exact, by recursion over the patients.",),
        ),
    )  # fmt: skip


def rule_estimates() -> list[Estimate]:
    """The context monitoring."""
    made = [
        _number("vod", "evaluated", "Patients that count", 12, "patients"),
        _number("vod", "events", "With the event", 3, "events"),
        _number("vod", "belief-1", "Posterior probability of a rate above 0.2", 0.3, "probability"),
        _number("vod", "conditional@0.2", "No later look stops the trial: true rate 0.2", 0.8123, "probability"),
        _number("vod", "forecast", "Events forecast among 15 patients", 3.9, "mean", low=3.0, high=6.0, level=0.95),
        _number("vod", "next_n", "The decision can change at", 15, "patients"),
        _number("vod", "evaluated|second", "Patients that count", 5, "patients"),
        _number("vod", "events|second", "With the event", 3, "events"),
        _number("vod", "belief-1|second", "Posterior probability of a rate above 0.2", 0.9997, "probability"),
        _number("time", "time_on_test", "Time on test", 20.0, "months"),
        *(_number("time", f"least_time@{d}", f"Least time, {d}", t, "months") for d, t in ((2, 3.5), (3, 7.25))),
    ]
    for n, low, high in ((5, -1, 3), (10, 0, 4), (13, 1, 5), (14, 1, 5), (15, 1, 5)):
        made += [_number("vod", f"stop_at_most@{n}", f"At most, {n}", low, "events")] if low >= 0 else []
        made.append(_number("vod", f"stop_at_least@{n}", f"At least, {n}", high, "events"))
    for at, success, n in (("0.1", 0.4, 12.5), ("0.3", 0.2, 9.04)):
        made += [
            _number("vod", f"success@{at}", f"Success: true rate {at}", success, "probability"),
            _number("vod", f"early@{at}", f"Stop early: true rate {at}", 1 - success, "probability"),
            _number("vod", f"expected_n@{at}", f"Expected patients: true rate {at}", n, "mean"),
        ]
    for at, p in (("0.1+0.2", 0.125), ("0.1+0.4", 0.5)):
        for stat, v in (("stop_first", p), ("stop_second", 0.25), ("complete", 0.75 - p), ("expected_n", 11.5)):
            unit = "mean" if v > 1 else "probability"
            one = _number("vod+time", f"{stat}@{at}", f"{stat}: true rates {at}", v, unit)
            made.append(replace(one, context="joint monitoring", heading="VOD <&> liver; Time to death"))
    return made


def _number(rule: str, what: str, label: str, value: float, unit: str, **more: object) -> Estimate:
    one = number(f"monitoring.{rule}.{what}", label, value, unit, "monitoring", n=15, notes=(ASSUMED,), **more)
    stat = what.partition("|")[0].partition("@")[0]
    return replace(one, variable=f"monitoring.{rule}", stat=stat)
