"""A trial folder made from GBSG-2: hormone-treated women as the arm, the others as the external cohort.

The data come from lifelines (Schumacher et al., J Clin Oncol 1994;12:2086; doi 10.1200/JCO.1994.12.10.2086). The
study end point there is recurrence or death, so it is written as relapse, after a response on day 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PROTOCOL = """\
onearm: 1
trial: {id: gbsg2, title: GBSG-2 as a single-arm trial, arm: Hormonal therapy, time_zero: treatment_start}
data: {folder: data, time: days}
covariates:
  age: {label: Age, unit: years, range: [18, 100]}
  menostat: {label: Menopausal status, levels: [Pre, Post]}
  tsize: {label: Tumour size, unit: mm, range: [0, 200]}
  tgrade: {label: Tumour grade, levels: [I, II, III]}
  pnodes: {label: Positive nodes, unit: nodes, range: [0, 100]}
  progrec: {label: Progesterone receptor, unit: fmol, range: [0, 5000]}
  estrec: {label: Estrogen receptor, unit: fmol, range: [0, 5000]}
response: {order: [CR, NR], responders: [CR]}
populations:
  treated: {label: Treated, keep: [{column: treatment_start, given: true}]}
facts:
  pfs: {kind: time-to, label: Recurrence-free survival, events: [relapse, death]}
endpoints:
  age: {estimator: summary, covariate: age, population: treated}
  menostat: {estimator: distribution, covariate: menostat, population: treated}
  pfs: {estimator: survival, fact: pfs, population: treated, at_months: [24, 60], median: midpoint}
  follow_up: {estimator: follow-up, fact: pfs, population: treated, median: midpoint}
external:
  untreated: {label: No hormonal therapy, folder: external, data: {time: days}}
comparisons:
  untreated:
    with: untreated
    population: treated
    estimand: ATT
    covariates: [age, menostat, tsize, tgrade, pnodes, progrec, estrec]
    caliper: {width: 0.2, sd: all}
    endpoints: [pfs]
"""

COVARIATES = ("age", "menostat", "tsize", "tgrade", "pnodes", "progrec", "estrec")


def make(folder: Path, *, shuffle: bool = False) -> Path:
    """Write the folder and return it."""
    from lifelines.datasets import load_gbsg2

    rows = load_gbsg2().reset_index().to_dict("records")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "protocol.yaml").write_text(PROTOCOL, encoding="utf-8")
    for name, hormone in (("data", "yes"), ("external", "no")):
        chosen = [r for r in rows if r["horTh"] == hormone]
        _tables(folder / name, chosen[::-1] if shuffle else chosen)
    return folder


def _tables(folder: Path, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    subjects = [[f"G{r['index'] + 1}", r["index"] + 1, 1, 1, *(r[c] for c in COVARIATES)] for r in rows]
    _write(folder / "subjects.csv", ["subject", "number", "enrolled", "treatment_start", *COVARIATES], subjects)
    _write(folder / "responses.csv", ["subject", "day", "response"], [[s[0], 1, "CR"] for s in subjects])
    followup = [[f"G{r['index'] + 1}", r["time"] if r["cens"] else "", "", r["time"]] for r in rows]
    _write(folder / "followup.csv", ["subject", "relapse", "death", "last_contact"], followup)


def _write(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    lines = [",".join(header), *(",".join(str(v) for v in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
