"""Survival by a procedure after day 1: from a landmark, and the naive comparison that shows what immortal time does."""

from __future__ import annotations

from dataclasses import replace

from onearm.endpoints.contrast import contrast
from onearm.endpoints.sample import Analysis, Output, Times
from onearm.endpoints.time_to_event import Words, curve_estimates, longest
from onearm.protocol.endpoint import Landmark
from onearm.protocol.intercurrent import NaiveEverNever
from onearm.units import days_of

NAIVE = (
    "NAIVE, not to be read as an effect: whoever is in the group had to survive until then, so the comparison favours "
    "it even where nothing is gained (immortal time)"
)


def landmark(name: str, e: Landmark, a: Analysis) -> Output:
    """Survival from the landmark on, by whether the procedure had been done by then, with both tests.

    Those with the event, censored or lost up to the landmark day are left out (Anderson, Cain and Gelber 1983,
    doi:10.1200/JCO.1983.1.11.710). Time runs from the landmark.
    """
    fact, by = a.facts[e.fact], a.facts[e.by]
    day = days_of(e.months)
    population = a.populations[e.population]
    times, _ = Times.of(fact.frame).pick(population)
    kept = times.after(day)
    done_on = dict(zip(by.frame["subject"].to_list(), by.frame["day"].to_list(), strict=True))
    done = [s for s in kept.subjects if done_on[s] is not None and done_on[s] <= day]
    later = sum(done_on[s] is not None and done_on[s] > day for s in kept.subjects)
    notes = (
        *fact.rules,
        f"landmark at {e.months:g} months ({day:g} days); {len(population) - len(kept.subjects)} with the event or "
        "lost by then are left out; time and months are counted from the landmark",
        f"{later} who had it only after the landmark stay in the group without it",
    )
    words = Words(
        name=name,
        label=e.label or f"{fact.label} from {e.months:g} months",
        population=f"{a.label(e.population)}, event-free and in follow-up at {e.months:g} months",
        evidence=f"{e.fact}+{e.by}",
        context="landmark",
        panel=name,
        notes=notes,
    )
    out, arms = Output(), []
    last = longest(kept)
    early = set(done)
    for shown, members in (("yes", done), ("no", [s for s in kept.subjects if s not in early])):
        times, _ = kept.pick(members)
        label = f"{by.label} by {e.months:g} months: {shown}"
        found = curve_estimates(times, e, replace(words, group=f"{e.by}={shown}", shown=label), last)
        found.curves = [replace(c, axis=f"Months from the landmark at {e.months:g} months") for c in found.curves]
        out += found
        arms.append(times)
    out += contrast(arms[0], arms[1], e.level, words, of=f"{by.label}, yes against no")
    return out


def naive_ever_never(name: str, e: NaiveEverNever, a: Analysis) -> Output:
    """Survival from day 1 by what happened at any time after it, stamped as naive everywhere."""
    fact, by = a.facts[e.fact], a.facts[e.by]
    everybody = Times.of(fact.frame)
    words = Words(
        name=name,
        label=e.label or f"{fact.label}, naive comparison",
        population=a.label(e.population),
        evidence=f"{e.fact}+{e.by}",
        context="naive",
        panel=name,
        notes=(NAIVE, *fact.rules),
    )
    out = Output()
    groups = {g.name.partition("=")[2]: g for g in a.groups(e.population, e.by)}
    arms = {k: everybody.pick(groups[k].members if k in groups else ())[0] for k in ("yes", "no")}
    last = longest(*arms.values())
    for shown, times in arms.items():
        notes = (*words.notes, *(groups[shown].notes if shown in groups else ()))
        named = replace(words, group=f"{e.by}={shown}", shown=f"{by.label} ever: {shown}", notes=notes)
        found = curve_estimates(times, e, named, last)
        found.curves = [replace(c, method=f"NAIVE, biased by immortal time; {c.method}") for c in found.curves]
        out += found
    out += contrast(arms["yes"], arms["no"], e.level, words, of=f"{by.label} ever, yes against no; naive")
    return out
