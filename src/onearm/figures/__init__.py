"""Figures: they choose and arrange what `onearm.results` holds, and never compute.

``plan(results)`` says what can be drawn, without loading matplotlib; ``pictures(results)`` draws it all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from onearm.figures.calendar import calendar
from onearm.figures.consistency import consistency
from onearm.figures.curves import curves
from onearm.figures.drawing import Drawing, Picture
from onearm.figures.flow import flow
from onearm.figures.forest import forest
from onearm.figures.formats import png, rendered
from onearm.figures.love import love
from onearm.figures.love_methods import love_methods
from onearm.figures.monitoring import boundaries, operating_characteristics
from onearm.figures.mrd import mrd
from onearm.figures.orders import orders
from onearm.figures.overlap import overlap
from onearm.figures.residuals import residuals
from onearm.figures.series import Series
from onearm.figures.stacked import stacked
from onearm.figures.states import states
from onearm.figures.subgroups import subgroups
from onearm.figures.swimmer import swimmer
from onearm.figures.tipping import tipping
from onearm.figures.waterfall import waterfall
from onearm.figures.weights import weights
from onearm.results import Results

__all__ = ["FIGURES", "Drawing", "Picture", "Series", "data", "picture", "pictures", "plan", "png", "rendered"]

FIGURES: Mapping[str, Callable[[Results], tuple[Drawing, ...]]] = MappingProxyType(
    {
        "flow": flow,
        "km": curves,
        "states": states,
        "cif-stacked": stacked,
        "swimmer": swimmer,
        "mrd": mrd,
        "waterfall": waterfall,
        "calendar": calendar,
        "boundary": boundaries,
        "characteristics": operating_characteristics,
        "subgroups": subgroups,
        "overlap": overlap,
        "weights": weights,
        "love": love,
        "love-methods": love_methods,
        "residuals": residuals,
        "consistency": consistency,
        "forest": forest,
        "orders": orders,
        "tipping": tipping,
    }
)
"""Every kind of figure; a new one is one file and one line here."""


def plan(results: Results) -> dict[str, Drawing]:
    """Every figure of these results by its name, not yet drawn.

    Examples
    --------
    >>> from onearm.results import Header
    >>> plan(Results(Header(trial="t", title="T", arm="A")))
    {}
    """
    return {drawing.name: drawing for make in FIGURES.values() for drawing in make(results)}


def picture(drawing: Drawing) -> Picture:
    """Draw one figure and write it as SVG; the same drawing gives the same bytes."""
    return Picture(
        name=drawing.name,
        title=drawing.title,
        caption=drawing.caption,
        section=drawing.section,
        comparison=drawing.comparison,
        svg=rendered(drawing, "svg"),
    )


def data(drawing: Drawing) -> str:
    """The numbers of a figure as CSV, from the record that it is drawn from."""
    return drawing.data().csv()


def pictures(results: Results) -> dict[str, Picture]:
    """Every figure of these results, drawn."""
    return {name: picture(drawing) for name, drawing in plan(results).items()}
