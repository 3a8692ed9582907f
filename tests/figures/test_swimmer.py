"""Swimmer plots: every lane once, every mark in its place, a key that is complete and covers nothing."""

from __future__ import annotations

import random
from collections import Counter
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from onearm.figures import Drawing, picture, plan
from onearm.figures.style import RC
from onearm.figures.swimmer import FILLS, PAGES, PER_PAGE, SIGNS, arranged, swimmer
from onearm.results import Header, Lane, Mark, Results, Segment

KINDS = ("A + B", "A", "C with a rather long name of many words that must be wrapped into two lines", "D")


def lane(k: int, rng: random.Random, group: str) -> Lane:
    end = 0.5 + rng.expovariate(1 / 20)
    died = rng.random() < 0.5
    bars = [
        Segment(cycle=c + 1, kind=KINDS[c // 3], start=1.1 * c, end=1.1 * c + 0.9)
        for c in range(rng.randint(1, 12))
        if 1.1 * c + 0.9 < end
    ]
    marks = [Mark(kind="response", label=rng.choice(["CR", "CRi", "CRp"]), time=end / 3)]
    marks += [Mark(kind="mrd", label="MRD negative", time=end / 3)] if rng.random() < 0.7 else []
    marks += [Mark(kind="procedure", label="ASCT", time=end / 2)] if rng.random() < 0.5 else []
    marks += [Mark(kind="relapse", label="Relapse", time=end * 0.9)] if rng.random() < 0.3 else []
    marks += [Mark(kind="death", label="Death", time=end)] if died else []
    return Lane(
        subject=f"S{k}", label=f"{k}", group=group, end=end, died=died, segments=tuple(bars), marks=tuple(marks)
    )


def results(n: int, *, untreated: int = 0) -> Results:
    rng = random.Random(n)
    lanes = [lane(k + 1, rng, "First version" if k < 0.7 * n else "Second version") for k in range(n)]
    lanes += [
        Lane(subject=f"S{n + k + 1}", label=f"{n + k + 1}", group="Second version", end=None, died=False)
        for k in range(untreated)
    ]
    return Results(Header(trial="t", title="T", arm="A", notice="Invented patients."), lanes=tuple(lanes))


def drawn(drawing: Drawing) -> Figure:
    with matplotlib.rc_context(RC):
        figure = drawing.draw()
        FigureCanvasAgg(figure).draw()
    return figure


def texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


SIZES = [(1, 1), (2, 1), (48, 1), (60, 1), (61, 2), (120, 2), (121, 1), (1000, 1)]


@pytest.mark.parametrize(("n", "pages"), SIZES)
def test_every_lane_stands_on_one_page(n: int, pages: int) -> None:
    of = results(n)
    drawings = swimmer(of)
    assert [d.name for d in drawings] == (["swimmer"] if pages == 1 else [f"swimmer-{k + 1}" for k in range(pages)])
    labels = []
    for drawing in drawings:
        (axes,) = drawn(drawing).axes
        mine = [t.get_text() for t in axes.get_yticklabels()]
        assert 1 <= len(mine) <= PER_PAGE
        labels += mine
    few = n <= PER_PAGE * PAGES
    assert len(labels) == len(set(labels)) == (n if few else PER_PAGE)
    assert set(labels) <= {one.label for one in of.lanes}
    told = f"Shown are {PER_PAGE} of {n} subjects, at equal distances"
    assert all((told in d.caption) is not few for d in drawings)


def test_no_lanes_no_plot() -> None:
    assert swimmer(Results(Header(trial="t", title="T", arm="A"))) == ()
    assert swimmer(results(0, untreated=2)) == ()


def test_the_longest_on_top_in_each_group() -> None:
    lanes = results(48).lanes
    order = arranged(lanes)
    assert [one.group for one in order] == sorted(one.group for one in lanes)
    for group in ("First version", "Second version"):
        ends = [one.end for one in order if one.group == group]
        assert ends == sorted(ends, reverse=True)
    (axes,) = drawn(swimmer(results(48))[0]).axes
    at = [axes.transData.transform((0, y))[1] for y in axes.get_yticks()]
    assert at == sorted(at, reverse=True)
    assert [t.get_text() for t in axes.get_yticklabels()] == [one.label for one in order]
    assert [t.get_text() for t in axes.texts] == [
        "First version (n\u00a0=\u00a034)",
        "Second version (n\u00a0=\u00a014)",
    ]


def test_headings_on_a_later_page_say_that_they_go_on() -> None:
    said = [[t.get_text() for t in drawn(d).axes[0].texts] for d in swimmer(results(110))]
    whole, rest = "First version (n\u00a0=\u00a077)", "Second version (n\u00a0=\u00a033)"
    assert said == [[whole], [f"{whole}, continued", rest]]


def test_marks_and_bars_stand_where_the_record_says() -> None:
    of = results(48)
    (axes,) = drawn(swimmer(of)[0]).axes
    rows = dict(zip((t.get_text() for t in axes.get_yticklabels()), axes.get_yticks(), strict=True))
    pitch = min(b - a for a, b in zip(axes.get_yticks(), axes.get_yticks()[1:], strict=False))
    wanted = Counter((one.label, m.time) for one in of.lanes for m in one.marks)
    wanted += Counter((one.label, one.end) for one in of.lanes if not one.died)
    seen: Counter[tuple[str, float]] = Counter()
    for line in axes.lines:
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True):
            label, middle = min(rows.items(), key=lambda row: abs(row[1] - y))
            assert abs(middle - y) < pitch / 2
            seen[label, float(x)] += 1
    assert seen == wanted
    boxes: Counter[tuple[str, float, float]] = Counter()
    for found in axes.collections:
        for path in found.get_paths() if isinstance(found, PolyCollection) else ():
            x, y = path.vertices[:4, 0], path.vertices[:4, 1].mean()
            boxes[min(rows, key=lambda label, y=y: abs(rows[label] - y)), float(x.min()), float(x.max())] += 1
    assert boxes == Counter((one.label, s.start, s.end) for one in of.lanes for s in one.segments)


@pytest.mark.parametrize("n", [1, 2, 48, 110, 130])
def test_the_key_is_complete_and_below_everything(n: int) -> None:
    of = results(n)
    words = {m.label for one in of.lanes for m in one.marks} | {s.kind for one in of.lanes for s in one.segments}
    words |= {"Follow-up"} | ({"Last seen alive"} if not all(one.died for one in of.lanes) else set())
    for drawing in swimmer(of):
        figure = drawn(drawing)
        said = " ".join(t.get_text() for t in figure.texts)
        assert all(w in said for w in words), said
        floor = figure.axes[0].xaxis.label.get_window_extent().y0
        for t in figure.texts:
            assert t.get_window_extent().y1 < floor, t.get_text()


@pytest.mark.parametrize("n", [1, 2, 48, 110, 130])
def test_no_text_leaves_the_page_or_meets_another(n: int) -> None:
    for drawing in swimmer(results(n)):
        figure = drawn(drawing)
        width, height = figure.bbox.size
        axes = figure.axes[0]
        found = [*figure.texts, *axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels(), axes.xaxis.label]
        found += [axes.yaxis.label] if axes.yaxis.label.get_text() else []
        boxes = [(t.get_text(), t.get_window_extent()) for t in found]
        for said, box in boxes:
            assert box.x0 >= -1, said
            assert box.x1 <= width + 1, said
            assert box.y0 >= -1, said
            assert box.y1 <= height + 1, said
        for k, (said, box) in enumerate(boxes):
            for other, beside in boxes[:k]:
                assert not box.shrunk(0.9, 0.8).overlaps(beside.shrunk(0.9, 0.8)), (said, other)


def test_long_names_of_subjects_keep_their_place() -> None:
    one = Lane(subject="x", label="US-0001-2011-0843-000000000004", group="", end=3.0, died=False)
    of = Results(Header(trial="t", title="T", arm="A"), lanes=(one,))
    figure = drawn(swimmer(of)[0])
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_text() == "US-0001-2011-0843-00000…"
    assert label.get_window_extent().x0 >= 0


def test_more_kinds_than_fills_share_the_last_and_are_all_named() -> None:
    bars = tuple(Segment(cycle=k, kind=f"regimen {k}", start=k, end=k + 0.9) for k in range(1, 11))
    marks = tuple(Mark(kind="response", label=f"R{k}", time=k) for k in range(1, 8))
    one = Lane(subject="x", label="1", group="", end=12.0, died=False, segments=bars, marks=marks)
    (drawing,) = swimmer(Results(Header(trial="t", title="T", arm="A"), lanes=(one,)))
    said = " ".join(t.get_text() for t in drawn(drawing).texts)
    assert "Regimen 7; regimen 8; regimen 9; regimen 10" in said
    assert "R4; R5; R6; R7" in said


def test_looks_differ_without_colour() -> None:
    """Of two fills the hatch differs, or the lightness by a quarter of its range; signs differ in shape or fill."""

    def light(colour: str) -> float:
        r, g, b = to_rgb(colour)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    for k, one in enumerate(FILLS):
        for other in FILLS[:k]:
            assert one.hatch != other.hatch or abs(light(one.colour) - light(other.colour)) > 0.25
    signs = [sign for several in SIGNS.values() for sign in several]
    assert len({(s.shape, s.face) for s in signs}) == len(signs)


def test_same_bytes_each_time_and_of_a_size_that_a_report_can_hold() -> None:
    first, again = ({d.name: picture(d).svg for d in plan(results(60)).values()} for _ in range(2))
    assert first == again
    assert len(first["swimmer"]) < 250_000
    assert "Invented patients." in texts(first["swimmer"])


def test_who_is_not_shown_is_said() -> None:
    (drawing,) = swimmer(results(5, untreated=2))
    assert "Not shown, without study days (never treated): 2 (6, 7)." in drawing.caption
    many = swimmer(results(5, untreated=12))[0].caption
    assert "12 (6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and others)" in many
