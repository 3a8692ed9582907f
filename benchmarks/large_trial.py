"""A folder of invented patients that is large for one arm, and what its documents take.

    python benchmarks/large_trial.py FOLDER [--patients 2000] [--events 30000] [--only-folder] [--out docs/evidence]

Patients are drawn with a fixed seed; nothing in the folder is meant to look like a treatment. Without ``--only-folder``
the folder, and the bundled trial beside it, are run with ``onearm run`` and ``onearm report``, each as a process of its
own; seconds and sizes are printed, and written to ``documents.md`` in ``--out``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

BUNDLED = Path(__file__).parents[1] / "examples" / "mini-hcvd-ino"
FILES = {
    "html": "report.html",
    "pdf": "report.pdf",
    "docx": "report.docx",
    "md": "report.md",
    "rtf": "tables.rtf",
    "ars": "ars.json",
}

LEVELS = 4
COLUMNS = 10
"""Ten columns of four levels: 40 subgroups."""

TERMS = [f"term {k:03d}" for k in range(300)]
CLASSES = [f"class {k:02d}" for k in range(27)]

HEAD = """onearm: 1
trial:
  id: large
  title: A large single-arm trial of invented patients
  arm: Invented treatment
  notice: "Invented patients, drawn at random to see how long a large report takes."
  cutoff: 2024-12-31
data: {{time: days}}
covariates:
  age: {{label: Age, unit: years, range: [18, 95]}}
{covariates}
response: {{order: [CR, PR, NR], responders: [CR, PR]}}
populations:
  treated:
    label: Treated
    from: enrolled
    keep: [{{column: treatment_start, given: true, label: never treated}}]
  responders: {{label: Responders, from: treated, keep: [{{fact: responded, label: no response}}]}}
facts:
  best_response: {{kind: best-response}}
  responded: {{kind: response, label: Response}}
  transplanted: {{kind: procedure, label: Transplantation, procedure: ASCT}}
  os: {{kind: time-to, label: Overall survival, events: [death]}}
  pfs: {{kind: time-to, label: Progression-free survival, events: [relapse, death]}}
  dor: {{kind: time-to, label: Duration of response, origin: response, events: [relapse, death]}}
endpoints:
  age: {{estimator: summary, label: Age, covariate: age, population: treated}}
{distributions}
  best_response: {{estimator: distribution, label: Best response, fact: best_response, population: treated}}
  orr: {{estimator: proportion, label: Response rate, fact: responded, population: treated}}
  asct: {{estimator: proportion, label: Transplantation, fact: transplanted, population: treated}}
  os: {{estimator: survival, label: Overall survival, fact: os, population: treated, at_months: [12, 24]}}
  pfs: {{estimator: survival, label: Progression-free survival, fact: pfs, population: treated, at_months: [12, 24]}}
  dor: {{estimator: survival, label: Duration of response, fact: dor, population: responders, at_months: [12]}}
  follow_up: {{estimator: follow-up, label: Follow-up, fact: os, population: treated}}
  relapse_and_nrm:
    {{estimator: cumulative-incidence, label: Relapse and non-relapse mortality, fact: dor, population: responders,
      at_months: [12, 24]}}
  orr_subgroups: {{estimator: subgroups, label: Response rate by subgroup, of: orr, by: [{columns}]}}
  os_subgroups: {{estimator: subgroups, label: Overall survival by subgroup, of: os, by: [{columns}]}}
{toxicity}
"""

TOXICITY = """  toxicity: {estimator: adverse-events, label: Adverse events, population: treated, emergent: none}
"""


def protocol(toxicity: str = TOXICITY) -> str:
    """The protocol of the folder."""
    levels = ", ".join(f"level {k}" for k in range(LEVELS))
    names = [f"group_{c}" for c in range(COLUMNS)]
    covariates = "\n".join(f"  {n}: {{label: Group {n[-1]}, levels: [{levels}]}}" for n in names)
    shares = "\n".join(
        f"  {n}_shares: {{estimator: distribution, label: Group {n[-1]}, covariate: {n}, population: treated}}"
        for n in names
    )
    return HEAD.format(covariates=covariates, distributions=shares, columns=", ".join(names), toxicity=toxicity)


def write(folder: Path, patients: int, events: int, toxicity: str = TOXICITY) -> None:
    """Write the folder: protocol and tables."""
    rng = np.random.default_rng(7)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "protocol.yaml").write_text(protocol(toxicity))
    who = [f"P{k:05d}" for k in range(patients)]
    columns = {f"group_{c}": [f"level {v}" for v in rng.integers(0, LEVELS, patients)] for c in range(COLUMNS)}
    last = np.maximum(40, rng.exponential(900, patients).astype(int))
    dead = rng.random(patients) < 0.6
    best = rng.choice(["CR", "PR", "NR"], patients, p=[0.4, 0.3, 0.3])
    relapsed = (rng.random(patients) < 0.5) & (best != "NR")
    relapse = np.maximum(31, (last * rng.uniform(0.2, 0.95, patients)).astype(int))
    tables = {
        "subjects": {
            "subject": who, "number": list(range(1, patients + 1)), "enrolled": [-3] * patients,
            "treatment_start": [1] * patients, "age": rng.integers(18, 90, patients).tolist(), **columns,
        },
        "followup": {
            "subject": who, "relapse": [int(r) if y else None for r, y in zip(relapse, relapsed, strict=True)],
            "death": [int(d) if y else None for d, y in zip(last, dead, strict=True)], "last_contact": last.tolist(),
        },
        "responses": {"subject": who, "date": [28] * patients, "response": best.tolist()},
        "procedures": {"subject": who[::5], "procedure": ["ASCT"] * len(who[::5]), "date": [35] * len(who[::5])},
        "adverse_events": _events(rng, who, last, events),
    }  # fmt: skip
    for name, body in tables.items():
        pl.DataFrame(body).write_csv(folder / "data" / f"{name}.csv")


def _events(rng: np.random.Generator, who: list[str], last: np.ndarray, events: int) -> dict[str, list[object]]:
    whose = np.sort(rng.integers(0, len(who), events))
    term = np.minimum(rng.zipf(1.3, events) - 1, len(TERMS) - 1)
    nth = np.arange(events) - np.searchsorted(whose, whose)  # no two events of a patient begin on one day
    start = 1 + nth * np.maximum(last[whose] // (nth.max() + 1), 1)
    return {
        "subject": [who[k] for k in whose],
        "term": [TERMS[k] for k in term],
        "soc": [CLASSES[k % len(CLASSES)] for k in term],
        "grade": rng.choice([1, 2, 3, 4], events, p=[0.4, 0.3, 0.2, 0.1]).tolist(),
        "start": start.tolist(),
    }


def timed(*words: str) -> float:
    """Seconds that a command of onearm takes as a process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "onearm", *words], check=True)
    return time.perf_counter() - start


def measured(folder: Path) -> list[tuple[str, float, float]]:
    """Each job on a folder: its name, seconds, and the size of what it wrote in MB."""
    seconds = timed("run", str(folder), "-q")
    rows = [("onearm run, report.html", seconds, size(folder / "results" / "report.html"))]
    for form, name in FILES.items():
        seconds = timed("report", str(folder), "-q", "--kind", "report", "--format", form)
        rows.append((f"onearm report --kind report --format {form}", seconds, size(folder / "documents" / name)))
    seconds = timed("report", str(folder), "-q", "--kind", "summary", "--format", "pdf")
    return [*rows, ("onearm report --kind summary --format pdf", seconds, size(folder / "documents" / "summary.pdf"))]


def size(path: Path) -> float:
    """Millions of bytes."""
    return path.stat().st_size / 1e6


def page(found: dict[str, list[tuple[str, float, float]]], patients: int, events: int) -> str:
    """The figures as a page."""
    lines = [
        "# What documents take",
        "",
        "Written by `python benchmarks/large_trial.py FOLDER --out docs/evidence`: each job as a process of its own, "
        "start-up included, one after the other.",
        f"The large folder holds {patients:,} invented patients, {LEVELS * COLUMNS} subgroups (of response and of "
        f"survival), {events:,} adverse events and a listing of every subject; the bundled trial has 48 patients, two "
        "comparisons with nine methods each, and two stopping rules.",
        "",
    ]
    for name, rows in found.items():
        lines += [f"## {name}", "", "| job | seconds | MB |", "|---|---|---|"]
        lines += [f"| {job} | {seconds:.1f} | {mb:.2f} |" for job, seconds, mb in rows] + [""]
    return "\n".join(lines)


def main() -> None:
    """Write the folder; run it and its documents, and those of the bundled trial."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("folder", type=Path)
    ask.add_argument("--patients", type=int, default=2000)
    ask.add_argument("--events", type=int, default=30_000)
    ask.add_argument("--only-folder", action="store_true")
    ask.add_argument("--out", type=Path)
    said = ask.parse_args()
    write(said.folder / "large", said.patients, said.events)
    if said.only_folder:
        return
    shutil.copytree(BUNDLED, said.folder / "bundled", dirs_exist_ok=True)
    names = {"The large folder": "large", "The bundled trial": "bundled"}
    found = {title: measured(said.folder / name) for title, name in names.items()}
    text = page(found, said.patients, said.events)
    print(text)
    if said.out is not None:
        (said.out / "documents.md").write_text(text)


if __name__ == "__main__":
    main()
