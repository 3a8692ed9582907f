"""One look for every figure: sizes, colours that survive colour blindness and black-and-white print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

WIDTH = 7.0
"""Width of every figure in inches."""

SIZE, SMALL, TINY = 8.5, 7.5, 6.5
"""Font sizes in points."""

INK, GREY, FAINT, WARNING = "#1b2733", "#5b6770", "#c9d0d6", "#b3261e"

RC: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "onearm",
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.minor.visible": False,
    "path.simplify": False,
}
"""Settings under which every figure is drawn and written, whatever the reader's own are."""


@contextmanager
def own_look() -> Iterator[None]:
    """onearm's own settings and matplotlib's defaults, whatever a file of the reader's says; put back afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


@dataclass(frozen=True, slots=True)
class Stroke:
    """Colour and dashes of one line; the dashes tell lines apart without colour."""

    colour: str
    dashes: Any


STROKES = (
    Stroke("#0072b2", "-"),
    Stroke("#c44e00", (0, (5, 2))),
    Stroke("#00805f", (0, (5, 1.5, 1, 1.5))),
    Stroke("#7a4b94", (0, (1.5, 1.5))),
    Stroke("#1b2733", (0, (8, 2, 2, 2))),
)


def stroke(k: int) -> Stroke:
    """The stroke of the k-th line; they repeat after five.

    Examples
    --------
    >>> stroke(0).dashes, stroke(5) == stroke(0)
    ('-', True)
    """
    return STROKES[k % len(STROKES)]


def sheet(height: float, notice: str) -> Figure:
    """An empty figure of a height in inches, with the notice at its foot."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    figure.patch.set_visible(False)
    if notice:
        said = wrapped(notice, WIDTH - 0.2, TINY)
        figure.text(0.1 / WIDTH, 0.06 / height, said, size=TINY, color=GREY, va="bottom", ha="left", style="italic")
    return figure


SAMPLE = 0.36
"""Inches of a line that stands for itself in a key."""


def sample(figure: Figure | SubFigure, look: Stroke, x: float, y: float, width: float = 1.6) -> None:
    """A short piece of a line, from x inches on, so that words tell their line without its colour."""
    from matplotlib.lines import Line2D

    place: dict[str, Any] = {"transform": figure.dpi_scale_trans, "solid_capstyle": "butt"}
    figure.add_artist(
        Line2D([x, x + SAMPLE], [y, y], color=look.colour, linestyle=look.dashes, linewidth=width, **place)
    )


def wrapped(words: str, inches: float, size: float) -> str:
    """Words broken into lines that fit a width, by the average width of the widest usual font.

    Examples
    --------
    >>> wrapped("never received a dose", 1.0, 8.5)
    'never received\\na dose'
    """
    return "\n".join(textwrap.wrap(words, max(8, int(inches * 72 / (0.58 * size)))) or [""])


def sentence(words: str) -> str:
    """Words that begin a sentence of a caption.

    Examples
    --------
    >>> sentence("weighted Kaplan-Meier")
    'Weighted Kaplan-Meier'
    """
    return words[:1].upper() + words[1:]


def lines(words: str) -> int:
    """How many lines a wrapped text has."""
    return words.count("\n") + 1


def keep_ticks_inside(axes: Axes) -> None:
    """Drop the ticks that lie beyond the limits of the axes: their numbers have no place on the sheet."""
    low, high = axes.get_xlim()
    axes.set_xticks([t for t in axes.get_xticks() if low <= t <= high])
    low, high = axes.get_ylim()
    axes.set_yticks([t for t in axes.get_yticks() if low <= t <= high])


def tint(colour: str) -> str:
    """A light, opaque shade of a colour; a see-through one would fade the hatches of an SVG too.

    Examples
    --------
    >>> tint("#000000")
    '#d1d1d1'
    """
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - 0.18 * (255 - part)):02x}" for part in parts)


def slug(*parts: str) -> str:
    """A name for a file.

    Examples
    --------
    >>> slug("km", "os|salvage_chemo")
    'km-os-salvage_chemo'
    """
    return "-".join("".join(c if c.isalnum() or c in "_." else "-" for c in part) for part in parts if part)
