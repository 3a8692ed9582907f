"""Write the tables and the figure of docs/evidence/external_simulation.md from external_simulation.csv.

python benchmarks/simulation_page.py
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

MARK = "<!-- tables: written by benchmarks/simulation_page.py -->"
HEAD = (
    "method",
    "target",
    "runs",
    "bias (HR 0.6)",
    "SD",
    "mean SE",
    "coverage (HR 0.6)",
    "type I error",
    "power",
    "kept",
    "gates passed",
    "refused",
)
ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "evidence"


def tables(rows: list[dict[str, str]]) -> str:
    """One table for each cell, a line a method."""
    out = []
    for confounding, m in dict.fromkeys((r["confounding"], r["external"]) for r in rows):
        mine = [r for r in rows if (r["confounding"], r["external"]) == (confounding, m)]
        out += [f"## {confounding.capitalize()} confounding, 48 against {m}", ""]
        out += [
            f"| {' | '.join(HEAD)} |",
            "|---" * len(HEAD) + "|",
        ]
        for name in dict.fromkeys(r["method"] for r in mine):
            null, real = (
                next(r for r in mine if r["method"] == name and r["hazard_ratio"] == h) for h in ("1.0", "0.6")
            )
            numbers = [f"{float(real['bias']):+.3f}", f"{float(real['sd']):.3f}", f"{float(real['mean_se']):.3f}"]
            shares = [real["coverage"], null["rejected"], real["rejected"]]
            shares += [real["kept"], real["gates_passed"], real["refused"]]
            cells = [name, real["estimand"], real["runs"], *numbers, *map(_percent, shares)]
            out.append(f"| {' | '.join(cells)} |")
        out.append("")
    return "\n".join(out)


def _percent(value: str) -> str:
    return f"{100 * float(value):.1f}%"


def picture(rows: list[dict[str, str]], path: Path) -> None:
    """Bias and coverage of every method, one row each, one mark a cell."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "onearm"
    names = [n for n in dict.fromkeys(r["method"] for r in rows) if n != "crude"][::-1]
    figure = Figure(figsize=(9, 0.27 * len(names) + 1.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3, sharey=True)
    cells = list(dict.fromkeys((r["confounding"], r["external"]) for r in rows))
    marks = {"100": "o", "300": "s", "1000": "D"}
    for confounding, m in cells:
        colour = "#1f5a8a" if confounding == "moderate" else "#b3541e"
        for axes, column, ratio in ((left, "bias", "0.6"), (middle, "coverage", "0.6"), (right, "rejected", "1.0")):
            at: dict[str, Any] = {
                r["method"]: float(r[column])
                for r in rows
                if (r["confounding"], r["external"], r["hazard_ratio"]) == (confounding, m, ratio)
            }
            shown = [(at[n], i) for i, n in enumerate(names) if n in at]
            x, y = zip(*shown, strict=True)
            label = f"{confounding}, {m}"
            axes.plot(x, y, linestyle="", marker=marks[m], markersize=4, color=colour, alpha=0.75, label=label)
    for axes, title, line in ((left, "Bias of log HR", 0.0), (middle, "Coverage", 0.95), (right, "Type I error", 0.05)):
        axes.axvline(line, color="#777777", linewidth=0.8, linestyle="--")
        axes.set_title(title, size=10)
        axes.tick_params(labelsize=8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    left.set_yticks(range(len(names)), names)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=8, frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Put the tables after the mark, and draw."""
    with (FOLDER / "external_simulation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    page = FOLDER / "external_simulation.md"
    before = page.read_text().partition(MARK)[0]
    page.write_text(f"{before}{MARK}\n\n{tables(rows)}")
    picture(rows, ROOT / "docs" / "images" / "external_simulation.svg")


if __name__ == "__main__":
    main()
