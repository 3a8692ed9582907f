"""A figure drawn for its own sake, outside a report: with the look of the others, as a figure or as a file."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from onearm.figures.drawing import Drawing
from onearm.figures.style import RC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 200


def figure(drawing: Drawing) -> Figure:
    """Draw under onearm's own settings, whatever the reader's are."""
    import matplotlib

    with matplotlib.rc_context(RC):
        return drawing.draw()


def png(drawing: Drawing) -> bytes:
    """The drawing as a PNG; the same drawing gives the same bytes."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        made = drawing.draw()
        canvas: Any = FigureCanvasAgg(made)
        canvas.print_figure(out, dpi=_DPI, facecolor="white", metadata={"Software": None})
    return out.getvalue()
