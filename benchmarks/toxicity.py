"""Time the toxicity table: a million events counted, beside pandas, and the whole endpoint with its tables.

    python benchmarks/toxicity.py [--events 1000000] [--out docs/evidence]

The events are invented: patients and days uniform, a few terms frequent and most rare. Counting takes the events
that count (subject, class, term, grade) to patients by worst grade, for any event, each class and each term; the two
programs must give the same numbers. The whole endpoint also chooses the events by the treatment-emergent period, says
who is behind each number, and builds both tables.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from onearm import tables
from onearm.cohort.tables import CLEAN, Cohort
from onearm.endpoints.adverse_events import adverse_events, in_cells
from onearm.endpoints.event_kinds import Kinds, kinds
from onearm.endpoints.event_numbers import LEVELS
from onearm.endpoints.events_counted import tally, worst
from onearm.endpoints.sample import Analysis, Output
from onearm.protocol import Protocol
from onearm.results import Header, Results

REPEATS = 5
SOCS = 27


def invented(patients: int, events: int, terms: int) -> Cohort:
    """A cohort with this many events; last doses on day 300, so that the period leaves some out."""
    draw = np.random.default_rng(20260101)
    names = np.array([f"{i:05d}" for i in range(1, patients + 1)])
    who = np.sort(draw.integers(0, patients, events))
    share = 1 / np.sqrt(np.arange(1, terms + 1))
    what = draw.choice(terms, events, p=share / share.sum())
    day = draw.integers(-10, 400, events)
    day = np.where(day >= 0, day + 1, day)
    term = np.array([f"Adverse term number {i}" for i in range(terms)])
    soc = np.array([f"System organ class {i % SOCS} disorders" for i in range(terms)])
    frames = {name: pl.DataFrame(schema=schema) for name, schema in CLEAN.items()}
    columns = {
        "subject": names[who],
        "at": [f"data/adverse_events.csv:{i + 2}" for i in range(events)],
        "start_day": day,
        "end_day": np.where((day < 0) & (day + 5 >= 0), day + 6, day + 5),
        "term": term[what],
        "grade": draw.choice([1, 2, 3, 4, 5], events, p=[0.4, 0.3, 0.2, 0.09, 0.01]),
        "soc": soc[what],
    }
    kept = {c: CLEAN["adverse_events"][c] for c in columns}
    frames["adverse_events"] = (
        pl.DataFrame(columns)
        .cast(kept)
        .with_columns(related=pl.lit(None, dtype=pl.String), serious=pl.lit(None, dtype=pl.String))
    )
    about = {"subject": names, "treatment_start_day": [1] * patients, "sex": draw.choice(["female", "male"], patients)}
    frames["subjects"] = pl.DataFrame(about).cast({"treatment_start_day": pl.Int32})
    frames["doses"] = pl.DataFrame({"subject": names, "day": [300] * patients, "drug": ["a"] * patients})
    return Cohort(name="trial", label="Trial", **frames)


Counts = dict[tuple[str, ...], list[int]]
"""Words of a cell (none for any event) -> patients by worst grade."""


def coded(events: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, Kinds]:
    """The events with codes in place of words."""
    known = kinds(events, {})
    place = pl.DataFrame({"subject": names, "place": range(len(names))}, schema_overrides={"place": pl.UInt32})
    return events.join(place, on="subject").join(known.written, on=["term", "soc"], nulls_equal=True), known


def ours(rows: pl.DataFrame, known: Kinds, patients: int) -> Counts:
    """Patients in each cell by worst grade: any, classes, terms."""
    everybody = np.ones(patients, np.bool_)
    socs, terms = known.socs["words"].to_list(), known.terms.select("soc_code", "words").rows()
    words = {"any": lambda _: (), "soc": lambda c: (socs[c],), "term": lambda c: (socs[terms[c][0]], terms[c][1])}
    found: Counts = {}
    for level in LEVELS:
        cells = in_cells(rows, level)
        for code, one in tally(cells, worst(cells), everybody).items():
            found[words[level](code)] = [one.patients(g, g) for g in range(1, 6)]
    return found


def pandas_counts(events: pd.DataFrame) -> Counts:
    """The same with pandas: the worst grade of each patient in each cell, then the size of each cell."""
    found: Counts = {}
    for keys in ([], ["soc"], ["soc", "term"]):
        highest = events.groupby(["subject", *keys], observed=True, sort=False)["grade"].max().reset_index()
        if keys:
            sizes = highest.groupby([*keys, "grade"], observed=True).size().unstack(fill_value=0)
        else:
            sizes = highest["grade"].value_counts().to_frame().T
        sizes = sizes.reindex(columns=range(1, 6), fill_value=0)
        labels = [()] if not keys else [key if isinstance(key, tuple) else (key,) for key in sizes.index]
        found.update(zip(labels, sizes.to_numpy().tolist(), strict=True))
    return found


def whole(cohort: Cohort, **clause: object) -> Callable[[], tuple[Output, int]]:
    """The endpoint with both tables, as a run does it."""
    asked = {"estimator": "adverse-events", "emergent": {"until_days": 30}, **clause}
    trial = {"id": "t", "title": "T", "arm": "A"}
    sex = {"sex": {"label": "Sex", "levels": ["female", "male"]}}
    protocol = Protocol.model_validate({"onearm": 1, "trial": trial, "covariates": sex, "endpoints": {"tox": asked}})
    members = {"enrolled": tuple(cohort.subjects["subject"].to_list())}
    analysis = Analysis(protocol, cohort.subjects, {}, members, cohort)

    def run() -> tuple[Output, int]:
        out = adverse_events("tox", protocol.endpoints["tox"], analysis)
        results = Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in out.estimates})
        return out, sum(len(t.rows) for t in tables.build(results).values())

    return run


def seconds(job: Callable[[], object]) -> float:
    """The fastest of some runs."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return min(taken)


def counting(cohort: Cohort) -> list[tuple[str, float, str]]:
    """Seconds of counting alone, beside pandas on text and on categories."""
    events = cohort.adverse_events.select("subject", "soc", "term", "grade")
    names = cohort.subjects["subject"].to_list()
    plain = pd.DataFrame({c: events[c].to_list() for c in events.columns})
    words = plain.astype(dict.fromkeys(("subject", "soc", "term"), "category"))
    codes = coded(events, names)
    assert ours(*codes, len(names)) == pandas_counts(plain) == pandas_counts(words)
    what = f"{len(plain):,} events, {len(names):,} patients, {plain['term'].nunique()} terms, {SOCS} classes"
    return [
        (f"onearm, counting: {what}", seconds(lambda: ours(*coded(events, names), len(names))), "text columns"),
        ("pandas, the same", seconds(lambda: pandas_counts(plain)), "text columns"),
        ("onearm, the same", seconds(lambda: ours(*codes, len(names))), "text made codes beforehand"),
        ("pandas, the same", seconds(lambda: pandas_counts(words)), "text made categories beforehand"),
    ]


def endpoint(cohort: Cohort) -> list[tuple[str, float, str]]:
    """Seconds of the whole endpoint with its tables, and what it makes."""
    size = f"{cohort.adverse_events.height:,} events"
    found = []
    for words, clause in (("", {}), (", by sex", {"by": "sex"})):
        run = whole(cohort, **clause)
        out, rows = run()
        text = len(Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in out.estimates}).to_json())
        said = f"{len(out.estimates):,} numbers, {rows:,} rows of tables, {text / 1e6:.1f} MB of results.json"
        found.append((f"onearm, endpoint and tables{words}: {size}", seconds(run), said))
    return found


PAGE = """# Adverse events: speed

Written by `python benchmarks/toxicity.py --out docs/evidence` on {cores} cores (Python {python}, Polars {polars},
pandas {pandas}), the fastest of {repeats} runs each. The events are invented. Counting takes the events that count to
patients by worst grade in each class and term, and onearm and pandas give the same numbers; the endpoint also chooses
events by the treatment-emergent period, names the patients behind each number, and builds both tables. gtsummary is a
package of R that was not at hand.

| job | seconds | of it |
|---|---|---|
{rows}
"""


def main() -> None:
    """Time everything and print or write the page."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--events", type=int, default=1_000_000)
    args.add_argument("--out", type=Path)
    asked = args.parse_args()
    large = invented(20_000, asked.events, 800)
    rows = [*counting(large), *endpoint(large), *endpoint(invented(2_000, 30_000, 500))]
    lines = "\n".join(f"| {job} | {taken:.2f} | {said} |" for job, taken, said in rows)
    print(lines)
    if asked.out:
        import os

        about = {"cores": os.cpu_count(), "python": platform.python_version(), "polars": pl.__version__}
        page = PAGE.format(rows=lines, pandas=pd.__version__, repeats=REPEATS, **about)
        (asked.out / "toxicity.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
