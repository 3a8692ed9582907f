"""Densities of the logit scores: how far trial and external patients are alike, before and with the weights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import GREY, INK, SIZE, SMALL, STROKES, TINY, WIDTH, sheet, slug
from onearm.results import Choice, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _HEIGHT = 0.65, 0.3, 2.1


def overlap(results: Results) -> tuple[Drawing, ...]:
    """One drawing for each comparison with a score: that of the primary method, or else the first that has one."""
    found: dict[str, Choice] = {}
    for choice in results.choices:
        if choice.at:
            found.setdefault(choice.comparison, choice)
    return tuple(_drawing(results, choice) for choice in found.values())


def _drawing(results: Results, choice: Choice) -> Drawing:
    name = choice.comparison
    label = next((f.label for f in results.flows if f.id == name), name.replace("_", " "))
    return Drawing(
        name=slug("overlap", name),
        title=f"Overlap of the scores: {label}",
        caption=f"Densities of the logit of the score (how like a trial patient) in the trial and in {label}: "
        f"everybody, and as weighted by {choice.label}. Where the trial's line stands high and the first external line "
        "near zero, there are hardly patients to compare with. With the weights the external line should lie on the "
        "trial's; where the method speaks of fewer than all trial patients, it need not reach all of it.",
        section="comparison",
        comparison=name,
        draw=partial(draw, choice, results.header.notice),
        data=partial(data, choice),
    )


def _curves(choice: Choice) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The lines by their words."""
    weighted = f"external, weighted (effective n\u00a0{text.number(choice.effective_external)})"
    return (
        ("trial", choice.density_trial),
        ("external, before", choice.density_external),
        (weighted, choice.density_weighted),
    )


def data(choice: Choice) -> Series:
    """The three densities."""
    rows = [(name, x, y) for name, line in _curves(choice) for x, y in zip(choice.at, line, strict=True)]
    return Series.of("group logit_score density", rows)


def draw(choice: Choice, notice: str) -> Figure:
    """Draw the three densities over the logit score."""
    foot = 0.62 + (0.22 if notice else 0.0)
    height = 0.62 + _HEIGHT + foot
    figure = sheet(height, notice)
    axes = figure.add_axes((_LEFT / WIDTH, foot / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, _HEIGHT / height))
    for k, (words, density) in enumerate(_curves(choice)):
        look = STROKES[k]
        axes.plot(choice.at, density, color=look.colour, linestyle=look.dashes, linewidth=1.6, label=words)
        axes.fill_between(choice.at, 0, density, color=look.colour, alpha=0.08, linewidth=0)
    axes.set_xlim(choice.at[0], choice.at[-1])
    axes.set_ylim(0, None)
    axes.set_yticks([])
    axes.set_ylabel("Density", size=SIZE)
    axes.set_xlabel("Logit of the score", size=SIZE, labelpad=11)
    for words, x, side in (("← unlike the trial's patients", 0, "left"), ("like the trial's patients →", 1, "right")):
        axes.annotate(
            words,
            (x, 0),
            xycoords="axes fraction",
            xytext=(0, -22),
            textcoords="offset points",
            size=TINY,
            color=GREY,
            ha=side,
        )
    place: dict[str, Any] = {
        "loc": "upper left",
        "bbox_to_anchor": (_LEFT / WIDTH, 1.0),
        "frameon": False,
        "borderpad": 0.2,
    }
    figure.legend(**place, fontsize=SMALL, labelcolor=INK, ncols=1, handlelength=3.2)
    return figure
