"""Lines of one page of a PDF. The page's drawing commands are run; fonts and pictures are left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onearm.errors import UsageError
from onearm.io.digitised.colour import of_shares
from onearm.io.digitised.drawing import (
    EVERYWHERE,
    IDENTITY,
    MOST_POINTS,
    Box,
    Drawing,
    Line,
    Matrix,
    bezier,
    box_of,
    moved,
    overlap,
    product,
    refuse,
    stretch,
)

if TYPE_CHECKING:
    from pypdf import PageObject

_MOST_BYTES = 100_000_000
_DEEPEST = 12
Point = tuple[float, float]


def pdf_drawing(path: Path, page: int) -> Drawing:
    """Read the lines of one page, the first being 1; y goes up from the foot of the page.

    Raises
    ------
    UsageError
        U342: the package pypdf is not installed. U343: there is no such page.
    DataError
        X601: the file cannot be read. X603: it is not a PDF, is locked, too large or damaged.
    """
    sheet = _page(path, page)
    runner = _Runner()
    try:
        runner.run(sheet.get_contents(), sheet.get("/Resources"), _State(), 0)
    except _damage() as problem:
        raise refuse("X603", path.name, f"page {page} is damaged: {problem}", "save the figure as PDF again") from None
    return Drawing(tuple(runner.lines), runner.images, f"{path.name}, page {page}", down=False)


def _damage() -> tuple[type[Exception], ...]:
    from pypdf.errors import PyPdfError

    return (
        PyPdfError,
        NotImplementedError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
    )


def _page(path: Path, page: int) -> PageObject:
    try:
        from pypdf import PdfReader
    except ImportError as missing:
        says = f"PDF figures need the package pypdf, which cannot be loaded ({missing})"
        raise UsageError.one(
            "U342", path.name, says, "install the extra `pdf` of this package, or save the figure as SVG"
        ) from None
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise refuse("X603", path.name, "the file is larger than 100 MB", "keep the page with the figure")
        reader = PdfReader(path)
        pages = len(reader.pages)
    except OSError as problem:
        raise refuse("X601", path.name, f"the file cannot be read: {problem.strerror}", "check the path") from None
    except _damage() as problem:
        says = f"the file is not a PDF that can be read: {problem}"
        raise refuse("X603", path.name, says, "unlock it, or print the page to a new PDF") from None
    if isinstance(page, bool) or not isinstance(page, int) or not 1 <= page <= pages:
        says = f"there is no page {page}: the file has {pages}, counted from 1"
        raise UsageError.one("U343", path.name, says, "give the number of the page that holds the figure")
    return reader.pages[page - 1]


@dataclass(frozen=True, slots=True)
class _State:
    """The graphics state that q keeps and Q gives back."""

    matrix: Matrix = IDENTITY
    clip: Box = EVERYWHERE
    colour: str = "#000000"
    width: float = 1.0
    dashed: bool = False


@dataclass
class _Runner:
    """Runs drawing operators (PDF 32000-1:2008, annex A) as far as lines are concerned."""

    lines: list[Line] = field(default_factory=list)
    images: int = 0
    points: int = 0
    path: list[list[Point]] = field(default_factory=list)

    def run(self, content: Any, resources: Any, state: _State, depth: int) -> None:
        """Run one content stream."""
        from pypdf.generic import ContentStream

        if content is None:
            return
        stream = content if isinstance(content, ContentStream) else ContentStream(content, None)
        kept: list[_State] = []
        clipping = False
        for operands, operator in stream.operations:
            name = operator.decode("latin-1") if isinstance(operator, bytes) else str(operator)
            if name == "q":
                kept.append(state)
            elif name == "Q":
                state = kept.pop() if kept else state
            elif name in ("W", "W*"):
                clipping = True
            elif name in _PAINT:
                state = self._paint(name, state, clipping)
                clipping = False
            elif name in _DRAW:
                self._draw(name, [float(v) for v in operands])
            elif name == "Do":
                self._place(str(operands[0]), resources, state, depth)
            elif name in ("BI", "INLINE IMAGE"):
                self.images += 1
            elif name in _SET:
                state = _SET[name](state, operands)

    def _draw(self, name: str, v: Sequence[float]) -> None:
        """Path construction: m l c v y h re."""
        if name == "re":
            x, y, w, h = v
            self.path.append([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)])
        elif name == "m":
            self.path.append([(v[0], v[1])])
        elif self.path and name == "h":
            self.path[-1].append(self.path[-1][0])
        elif self.path and name == "l":
            self.path[-1].append((v[0], v[1]))
        elif self.path:
            here = self.path[-1][-1]
            pairs = list(zip(v[::2], v[1::2], strict=True))
            control = {"c": pairs, "v": [here, *pairs], "y": [*pairs, pairs[-1]]}[name]
            self.path[-1] += bezier(here, *control)

    def _paint(self, name: str, state: _State, clipping: bool) -> _State:
        """Stroke what was constructed, or make it the clip."""
        pieces = [np.asarray(p, dtype=np.float64) for p in self.path if len(p) > 1]
        if name in ("s", "b", "b*"):
            pieces = [np.vstack([p, p[:1]]) for p in pieces]
        self.path = []
        placed = [moved(state.matrix, p) for p in pieces]
        if name in _STROKES:
            self.points += sum(len(p) for p in placed)
            if self.points > MOST_POINTS:
                raise refuse("X603", "the page", f"it has more than {MOST_POINTS} points", "keep the one figure")
            width = state.width * stretch(state.matrix)
            self.lines += [Line(p, state.colour, width, state.dashed, state.clip) for p in placed]
        if clipping and placed:
            return replace(state, clip=overlap(state.clip, box_of(np.concatenate(placed))))
        return state

    def _place(self, name: str, resources: Any, state: _State, depth: int) -> None:
        """A picture is counted; a form is run with its own matrix."""
        held = (resources or {}).get("/XObject")
        item = held.get_object().get(name) if held is not None else None
        if item is None:
            return
        item = item.get_object()
        if item.get("/Subtype") == "/Image":
            self.images += 1
        elif item.get("/Subtype") == "/Form":
            if depth >= _DEEPEST:
                raise refuse("X603", "the page", f"forms are nested more than {_DEEPEST} deep", "save the figure again")
            own = [float(v) for v in item.get("/Matrix", IDENTITY)]
            matrix = product(state.matrix, (own[0], own[1], own[2], own[3], own[4], own[5]))
            self.run(item, item.get("/Resources", resources), replace(state, matrix=matrix), depth + 1)


_PAINT = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n"}
_STROKES = {"S", "s", "B", "B*", "b", "b*"}
_DRAW = {"m", "l", "c", "v", "y", "h", "re"}


def _numbers(operands: Sequence[Any]) -> list[float]:
    return [float(v) for v in operands if isinstance(v, int | float)]


def _concatenated(state: _State, operands: Sequence[Any]) -> _State:
    a, b, c, d, e, f = (float(v) for v in operands)
    return replace(state, matrix=product(state.matrix, (a, b, c, d, e, f)))


def _coloured(state: _State, operands: Sequence[Any]) -> _State:
    return replace(state, colour=of_shares(_numbers(operands)))


_SET: dict[str, Callable[[_State, Sequence[Any]], _State]] = {
    "cm": _concatenated,
    "G": _coloured,
    "RG": _coloured,
    "K": _coloured,
    "SC": _coloured,
    "SCN": _coloured,
    "CS": lambda state, _: replace(state, colour="#000000"),
    "w": lambda state, operands: replace(state, width=float(operands[0])),
    "d": lambda state, operands: replace(state, dashed=bool(len(operands[0]))),
}
