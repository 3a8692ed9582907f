"""A figure drawn for its own sake, outside a report: with the look of the others, as a figure or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onearm.figures import boundary, characteristics, formats, sizes, times
from onearm.figures.drawing import Drawing
from onearm.figures.style import own_look
from onearm.results import Boundaries, CharacteristicsCurves, TimeBoundaries
from onearm.results.sized import SizeCurves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawn = Boundaries | TimeBoundaries | CharacteristicsCurves | SizeCurves

_DPI = 200


def drawing(record: Drawn, notice: str = "") -> Drawing:
    """What a record of a rule or of its characteristics looks like, not yet drawn."""
    if isinstance(record, Boundaries):
        return boundary.drawing(record, notice)
    if isinstance(record, TimeBoundaries):
        return times.drawing(record, notice)
    if isinstance(record, SizeCurves):
        return sizes.drawing(record, notice)
    return characteristics.drawing(record, notice)


def figure(record: Drawn) -> Figure:
    """Draw under onearm's own settings, whatever the reader's are."""
    with own_look():
        return drawing(record).draw()


def png(record: Drawn) -> bytes:
    """A record's picture as PNG; the same record gives the same bytes."""
    return formats.png(drawing(record), _DPI)
