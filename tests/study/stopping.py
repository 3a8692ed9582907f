"""A trial folder of a few invented patients and one stopping rule, from days after treatment began."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from onearm.io.load import Trial, load
from onearm.protocol.monitoring import Rule

START = dt.date(2020, 1, 1)

PROTOCOL = """\
onearm: 1
trial: {id: t, title: T, arm: A, notice: Every patient is invented., time_zero: treatment_start, cutoff: 2022-12-31}
cohorts: {main: Main}
covariates: {age: {label: Age, unit: years, range: [18, 90]}}
drugs: {inotuzumab: {}}
versions:
  v1: {from: {patient: 1}}
  v2: {from: {patient: 4}, because: a lower dose}
populations:
  treated: {label: Treated, keep: [{column: treatment_start, given: true, label: never treated}]}
facts:
  responded: {kind: response}
  mrd: {kind: mrd, limit: 0.0001}
  mrd_tested: {kind: mrd, limit: 0.0001, untested: excluded}
  vod: {kind: adverse-event, label: VOD, terms: [veno-occlusive disease], min_grade: 1}
  transplant: {kind: procedure, procedure: ASCT}
  os: {kind: time-to, events: [death]}
  efs: {kind: time-to, events: [relapse, death]}
  alive: {kind: alive}
endpoints:
  orr: {estimator: proportion, fact: responded, population: treated}
"""

COLUMNS = {
    "subjects": "subject,number,cohort,enrolled,treatment_start,age",
    "responses": "subject,date,response,mrd,mrd_value,mrd_limit",
    "adverse_events": "subject,term,grade,start,end",
    "procedures": "subject,procedure,date",
    "doses": "subject,drug,dose,unit,date,cycle",
    "followup": "subject,relapse,death,cause,last_contact",
}

BASE = {"n_max": 10, "first_look": 2, "population": "treated"}


def rule(**change: object) -> Rule:
    """A rule for safety on a fixed limit, changed."""
    plain = {
        "kind": "posterior", "fact": "vod", "stop_if": "rate-above", "limit": 0.2, "cutoff": 0.9, "prior": (0.4, 1.6),
        **BASE,
    }  # fmt: skip
    return TypeAdapter(Rule).validate_python(plain | change)


@dataclass(frozen=True)
class P:
    """A patient, in days from treatment: 1 is its first day.

    ``start`` counts days from `START`; ``wait`` is how long before it the patient was enrolled, None for a patient
    who was never treated.
    """

    start: int
    last: int = 400
    wait: int | None = 0
    vod: Sequence[int] = ()
    responses: Sequence[tuple[int, str]] = ()
    mrd: Sequence[tuple[int, str]] = ()
    cycles: dict[int, int] = field(default_factory=dict)
    asct: int = 0
    relapse: int = 0
    death: int = 0

    @property
    def enrolled(self) -> dt.date:
        return START + dt.timedelta(days=self.start - (self.wait or 0))

    def date(self, day: int) -> str:
        return (START + dt.timedelta(days=self.start + day - 1)).isoformat() if day else ""


def write(folder: Path, monitoring: str, patients: Sequence[P], order: Sequence[int] = ()) -> Path:
    """Write the trial; ``order`` shuffles the rows of every table."""
    tables: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for k, p in enumerate(patients, 1):
        s = f"S{k:02d}"
        start = "" if p.wait is None else p.date(1)
        tables["subjects"].append(f"{s},{k},main,{p.enrolled},{start},60")
        seen = [(day, f"{category},,,") for day, category in p.responses]
        seen += [(day, f"NE,{found},,0.0001") for day, found in p.mrd]
        tables["responses"] += [f"{s},{p.date(day)},{text}" for day, text in sorted(seen)]
        tables["adverse_events"] += [f"{s},veno-occlusive disease,3,{p.date(day)}," for day in p.vod]
        tables["procedures"] += [f"{s},ASCT,{p.date(p.asct)}"] if p.asct else []
        tables["doses"] += [f"{s},inotuzumab,1,mg,{p.date(day)},{cycle}" for cycle, day in p.cycles.items()]
        cause = "infection" if p.death else ""
        tables["followup"].append(f"{s},{p.date(p.relapse)},{p.date(p.death)},{cause},{p.date(p.death or p.last)}")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "protocol.yaml").write_text(PROTOCOL + monitoring, encoding="utf-8")
    for name, rows in tables.items():
        used = [rows[i % len(rows)] for i in order[: len(rows)]] if order and len(order) == len(rows) else rows
        (folder / "data" / f"{name}.csv").write_text("\n".join([COLUMNS[name], *used]) + "\n", encoding="utf-8")
    return folder


def made(folder: Path, patients: Sequence[P], monitoring: str = "") -> Trial:
    """The checked trial."""
    return load(write(folder, monitoring, patients), external=False)


def on(start: int, day: int = 1) -> dt.date:
    """The date of a study day of a patient who began so many days after `START`."""
    return START + dt.timedelta(days=start + day - 1)


def tail(a: float, b: float, limit: float) -> float:
    """P(rate > limit) of Beta(a, b), by the series of the incomplete beta function, all of whose terms are positive:
    P(rate <= p) = p^a (1 - p)^b / (a B(a, b)) (1 + (a+b) / (a+1) p + (a+b)(a+b+1) / ((a+1)(a+2)) p^2 + ...).
    """
    term = total = 1.0
    for k in range(10_000):
        term *= (a + b + k) / (a + 1 + k) * limit
        total += term
        if term < 1e-18 * total:
            break
    log = a * math.log(limit) + b * math.log1p(-limit) - math.log(a)
    return 1 - total * math.exp(log + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
