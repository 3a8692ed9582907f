"""The table as CSV, the page in Markdown and the figure."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from benchmarks.coverage_designs import __doc__ as designs
from benchmarks.coverage_families import TITLES
from benchmarks.coverage_figure import draw
from benchmarks.coverage_one_arm import BETA_PRODUCT, LEVELS

from onearm.stats._limits import INTERVALS

Cells = dict[str, str]
FINDINGS = Path(__file__).with_name("coverage_findings.md")
POINTWISE = (*INTERVALS, *BETA_PRODUCT)
HEAD = """# Coverage of intervals and size of tests in samples of 20, 48 and 100

{findings}
## How the numbers were made

`python benchmarks/coverage.py --replicates {replicates} --seed {seed}`. Cheap kernels see {replicates} data sets
a cell, slow ones a share of that; the number stands under each heading with its Monte Carlo standard error in points.
Proportions are exact: nothing is drawn. All cells with their own errors, one-sided misses, shares not estimable and
mean widths are in [coverage.csv](coverage.csv).

```
{designs}
```

![Coverage of survival limits](../images/coverage.svg)

Nominal coverage is 95 %, nominal size 5 %, two-sided unless an option says less or greater. A limit that cannot be
given (beyond the last follow-up, or where the curve is 0) is *not estimable*: it counts as a miss, its share in
percent stands in brackets after "NE", and after "else" the coverage where there was a limit. At a time before the
first event a curve is 1 with limits 1 to 1: a miss too. A quantile whose lower limit is not reached is not estimable;
with only the upper one not reached the interval has no end. A p-value that cannot be given is no rejection. With two
groups, n is the number treated, 1:3 has three controls for each; with weights both groups together are 2 n. True
medians, means and concordances are those of the design. Bias is in percent of the truth.
"""


def read_rows(path: Path) -> list[Cells]:
    """The rows of a table written before."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_report(rows: list[Cells], out: Path, replicates: int, seed: int) -> None:
    """``coverage.csv`` and ``coverage.md`` in ``out``, the figure in ``images`` beside it."""
    with (out / "coverage.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    findings = FINDINGS.read_text(encoding="utf-8")
    what = "\n".join((designs or "").strip().splitlines()[2:])
    parts = [HEAD.format(findings=findings, replicates=replicates, seed=seed, designs=what)]
    for name, title in TITLES.items():
        mine = [row for row in rows if row["family"] == name]
        if not mine:
            continue
        parts.append(f"## {title}\n\n{precision(mine)}\n")
        if name == "curve":
            parts += pointwise([row for row in mine if row["quantity"] in {f"S = {v}" for v in LEVELS}])
            mine = [row for row in mine if row["option"] not in POINTWISE or not row["quantity"].startswith("S = ")]
        parts += [table(mine, chunk) for chunk in columns(mine)]
    (out / "coverage.md").write_text("\n".join(parts), encoding="utf-8", newline="\n")
    images = out.parent / "images"
    images.mkdir(exist_ok=True)
    draw(rows, images / "coverage.svg")


def precision(rows: list[Cells]) -> str:
    """Replicates and Monte Carlo error of a family."""
    count = int(rows[0]["replicates"])
    if not count:
        return "Exact, over true proportions 0.05 to 0.95: the worst and the mean."
    errors = [100 * (p * (1 - p) / count) ** 0.5 for p in (0.95, 0.5)]
    return f"{count} data sets a cell; standard error {errors[0]:.2f} points at 95 % or 5 %, {errors[1]:.2f} at 50 %."


def pointwise(rows: list[Cells]) -> list[str]:
    """Survival intervals side by side; then which side they miss on."""
    found = {(r["setting"], r["n"], r["quantity"], r["option"]): r for r in rows if r["kernel"] != "fleming_harrington"}
    lines = dict.fromkeys((setting, n, quantity) for setting, n, quantity, _ in found)
    text = ["Coverage of pointwise limits of survival, percent.\n", head(("censoring", "n", "S", *POINTWISE))]
    for setting, n, quantity in sorted(lines, key=lambda key: (order(key[0], rows), int(key[1]), -float(key[2][4:]))):
        cells = [value(found[setting, n, quantity, option]) for option in POINTWISE]
        text.append(line((setting, n, quantity[4:], *cells)))
    text += ["", "Misses at n = 48, percent: interval wholly above the truth / wholly below it. Nominal 2.5 / 2.5.\n"]
    text.append(head(("censoring", "S", *POINTWISE)))
    for setting, n, quantity in sorted(lines, key=lambda key: (order(key[0], rows), -float(key[2][4:]))):
        if n == "48":
            both = [sides(found[setting, n, quantity, option]) for option in POINTWISE]
            text.append(line((setting, quantity[4:], *both)))
    return [*text, ""]


def order(setting: str, rows: list[Cells]) -> int:
    """The place of a setting in the table."""
    return list(dict.fromkeys(row["setting"] for row in rows)).index(setting)


def columns(rows: list[Cells]) -> list[list[tuple[str, str]]]:
    """Settings and sizes, at most four settings a table."""
    settings = iter(dict.fromkeys(row["setting"] for row in rows))
    sizes = sorted({row["n"] for row in rows}, key=int)
    chunks = iter(lambda: list(islice(settings, 4)), [])
    return [[(setting, n) for setting in chunk for n in sizes] for chunk in chunks]


def table(rows: list[Cells], across: list[tuple[str, str]]) -> str:
    """A line for each kernel, option and quantity."""
    found = {(r["kernel"], r["option"], r["quantity"], r["measure"], r["setting"], r["n"]): r for r in rows}
    down = dict.fromkeys(key[:4] for key in found)
    names = ("kernel", "option", "of", "measure", *(f"{setting}, {n}" for setting, n in across))
    body = [line((*key, *(value(found.get((*key, *place))) for place in across))) for key in down]
    return "\n".join([head(names), *body, ""])


def value(row: Cells | None) -> str:
    """Percent with one decimal, and the share not estimable where it is one percent or more."""
    if row is None:
        return ""
    if not row["value"]:
        return "NE"
    part, none = float(row["value"]), float(row["not_estimable"])
    text = f"{100 * part:.1f}"
    if none < 0.01:
        return text
    rest = f", else {100 * part / (1 - none):.1f}" if row["measure"] == "coverage" and none < 0.99 else ""
    return f"{text} (NE {100 * none:.0f}{rest})"


def sides(row: Cells) -> str:
    """Both misses."""
    return f"{100 * float(row['above']):.1f} / {100 * float(row['below']):.1f}"


def head(names: tuple[str, ...]) -> str:
    """First two lines of a table."""
    return line(names) + "\n" + line(tuple("---" for _ in names))


def line(cells: tuple[str, ...]) -> str:
    """One line."""
    return "| " + " | ".join(cells) + " |"
