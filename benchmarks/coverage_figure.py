"""Actual coverage of the survival intervals, drawn."""

from __future__ import annotations

from pathlib import Path

from benchmarks.coverage_designs import SIZES
from benchmarks.coverage_one_arm import BETA_PRODUCT, LEVELS

from onearm.stats._limits import INTERVALS

COLOURS = ("#999999", "#E69F00", "#000000", "#56B4E9", "#009E73", "#D55E00", "#CC79A7")
PANELS = {"light": "light censoring", "losses": "losses, 60 % censored", "heavy": "administrative, 60 % censored"}
FLOOR = 80.0


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Small multiples: censoring down, n across; survival on the x axis, coverage on the y axis."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    options = (*INTERVALS, *BETA_PRODUCT)
    found = {
        (r["setting"], r["n"], r["option"], r["quantity"]): 100 * float(r["value"])
        for r in rows
        if r["family"] == "curve" and r["kernel"] in ("kaplan_meier", "beta_product")
    }
    if not found:
        return
    with mpl.rc_context({"svg.hashsalt": "coverage", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9, 7.6), layout="constrained")
        axes = figure.subplots(len(PANELS), len(SIZES), sharex=True, sharey=True)
        for across, (setting, words) in zip(axes, PANELS.items(), strict=True):
            for ax, n in zip(across, SIZES, strict=True):
                ax.axhspan(94, 96, color="#EEEEEE")
                ax.axhline(95, color="#666666", linewidth=0.8)
                for option, colour in zip(options, COLOURS, strict=True):
                    y = [found.get((setting, str(n), option, f"S = {level}"), float("nan")) for level in LEVELS]
                    shown = [v if v >= FLOOR else float("nan") for v in y]
                    dashed = "--" if option in BETA_PRODUCT else "-"
                    ax.plot(LEVELS, shown, dashed, marker="o", markersize=3, color=colour, label=option)
                ax.set_title(f"{words}, n = {n}", fontsize=9)
                ax.set_ylim(FLOOR, 100.5)
                ax.set_xticks(LEVELS)
        axes[0][0].invert_xaxis()
        figure.supxlabel("true survival")
        figure.supylabel(f"coverage of nominal 95 % limits, percent (below {FLOOR:.0f} not shown)")
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
