"""Flow of subjects as boxes: who is left on the left, who was removed on the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onearm import text
from onearm.figures.drawing import Drawing
from onearm.figures.series import Series
from onearm.figures.style import GREY, INK, SIZE, SMALL, lines, sheet, slug, wrapped
from onearm.results import Flow, FlowStep, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MAIN, _SIDE, _RIGHT = (0.15, 3.1), (3.75, 3.1), 6.85
_LINE, _PAD, _GAP, _BRANCH = 0.165, 0.2, 0.3, 0.5


def flow(results: Results) -> tuple[Drawing, ...]:
    """One drawing for the trial and one for each external source."""
    return tuple(_drawing(results, f) for f in results.flows if f.steps)


def _drawing(results: Results, one: Flow) -> Drawing:
    own = one.id == results.flows[0].id or one.id == "trial"
    return Drawing(
        name=slug("flow", one.id),
        title=f"Flow of subjects: {one.label}",
        caption=f"Flow of subjects: {one.label}. Left: those who remain; right: those removed, and why; dashed: parts.",
        section="flow" if own else "comparison",
        comparison="" if own else one.id,
        draw=partial(draw, one, results.header.notice),
        data=partial(data, one),
    )


def data(one: Flow) -> Series:
    """The boxes: who is left at each step, who was removed on the way to it."""
    rows = [
        (s.estimate, s.label, "part" if s.branch else "step", s.n, s.removed, s.reason, s.removed_estimate)
        for s in one.steps
    ]
    return Series.of("id step kind n removed reason removed_id", rows)


def draw(one: Flow, notice: str) -> Figure:
    """Draw the boxes from the top."""
    boxes = _Boxes(one)
    figure = sheet(boxes.height + (0.35 if notice else 0.1), notice)
    boxes.onto(figure)
    return figure


class _Boxes:
    """Places every box first (y counted down from the top, in inches), then draws them."""

    def __init__(self, one: Flow) -> None:
        self.boxes: list[tuple[float, float, float, float, str, bool]] = []
        self.lines: list[tuple[list[float], list[float], bool]] = []
        y, end, rail = 0.12, 0.0, 0.0
        for k, step in enumerate(one.steps):
            if step.branch:
                y, rail = self._branch(step, y, rail or end)
                continue
            if k:
                y = self._removed(step, y, end)
            y, end, rail = self._main(step, y), 0.0, 0.0
            end = y
            y += _GAP
        self.height = max(y - _GAP + 0.15, max((b[1] + b[3] for b in self.boxes), default=0.0) + 0.1)

    def _box(self, x: float, y: float, width: float, words: str, size: float, dashed: bool = False) -> float:
        said = wrapped(words, width - 0.2, size)
        height = lines(said) * _LINE + _PAD
        self.boxes.append((x, y, width, height, said, dashed))
        return height

    def _main(self, step: FlowStep, y: float) -> float:
        return y + self._box(*_MAIN[:1], y, _MAIN[1], _counted(step.label, step.n), SIZE)

    def _removed(self, step: FlowStep, y: float, end: float) -> float:
        """The box of those removed on the way to a step; the arrow goes on beside it."""
        x = _MAIN[0] + 0.25 if y - end > _GAP + 0.01 else _MAIN[0] + _MAIN[1] / 2
        if step.removed:
            height = self._box(
                _SIDE[0], y - _GAP / 2, _SIDE[1], _counted(step.reason or "Removed", step.removed), SMALL
            )
            middle = y - _GAP / 2 + height / 2
            self.lines.append(([x, _SIDE[0]], [middle, middle], True))
            y += height
        self.lines.append(([x, x], [end, y], True))
        return y

    def _branch(self, step: FlowStep, y: float, end: float) -> tuple[float, float]:
        y -= _GAP / 2
        x = _MAIN[0] + 0.25
        height = self._box(_MAIN[0] + _BRANCH, y, _MAIN[1] - _BRANCH, _counted(step.label, step.n), SMALL, True)
        middle = y + height / 2
        self.lines.append(([x, x, _MAIN[0] + _BRANCH], [end, middle, middle], False))
        return y + height + _GAP, middle

    def onto(self, figure: Figure) -> None:
        """Draw everything in inches from the top left."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        top, inches = figure.get_figheight(), figure.dpi_scale_trans
        for xs, ys, arrow in self.lines:
            ys = [top - y for y in ys]
            figure.add_artist(Line2D(xs, ys, color=GREY, linewidth=0.9, transform=inches))
            if arrow:
                mark = ">" if ys[0] == ys[1] else "v"
                tip = (xs[-1] - 0.03, ys[-1]) if mark == ">" else (xs[-1], ys[-1] + 0.03)
                figure.add_artist(Line2D([tip[0]], [tip[1]], marker=mark, markersize=4.5, color=GREY, transform=inches))
        for x, y, width, height, said, dashed in self.boxes:
            figure.add_artist(
                Rectangle(
                    (x, top - y - height),
                    width,
                    height,
                    transform=inches,
                    linewidth=0.9,
                    edgecolor=GREY,
                    facecolor="white",
                    linestyle=(0, (4, 2)) if dashed else "-",
                )
            )
            size = SMALL if dashed or x == _SIDE[0] else SIZE
            figure.text(
                x + 0.1,
                top - y - height / 2,
                said,
                transform=inches,
                size=size,
                color=INK,
                va="center",
                linespacing=1.25,
            )


def _counted(label: str, n: int) -> str:
    return f"{label[:1].upper()}{label[1:]} (n\u00a0=\u00a0{text.number(n, 0)})"
