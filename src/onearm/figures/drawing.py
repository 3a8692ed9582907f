"""A figure before and after it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onearm.figures.series import Series

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure that can be drawn; matplotlib is loaded when ``draw`` is called.

    ``name`` names the file, ``caption`` says what is seen, ``section`` and ``comparison`` say where a report
    places it. ``data`` gives the numbers that ``draw`` draws, from the same record.
    """

    name: str
    title: str
    caption: str
    section: str
    draw: Callable[[], Figure]
    data: Callable[[], Series]
    comparison: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure that was drawn: its SVG, with the words and the place of its `Drawing`."""

    name: str
    title: str
    caption: str
    section: str
    svg: bytes
    comparison: str = ""
