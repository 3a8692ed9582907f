"""Formats of figures: SVG small and the same, PDF with its fonts and without a clock, PNG of the size asked."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from onearm.figures import plan, png, rendered
from onearm.figures.formats import KINDS
from onearm.figures.paths import short
from onearm.results import Results

sys.path.insert(0, str(Path(__file__).parent))
from kinds import every


@pytest.fixture(scope="module")
def results() -> Results:
    return every()


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("name", ["km-os", "swimmer", "flow-trial"])
def test_identical_bytes_twice(kind: str, name: str, results: Results) -> None:
    one, other = (rendered(plan(results)[name], kind) for _ in range(2))
    assert one == other


def test_identical_bytes_whatever_the_order_of_hashes() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import hashlib; from kinds import every; "
        "from onearm.figures import plan, rendered; p = plan(every()); "
        "print([hashlib.sha256(rendered(p[n], k)).hexdigest() for k in ('svg', 'pdf', 'png') for n in ('km-os', 'swimmer')])"  # noqa: E501
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_pdf_has_its_fonts_and_no_clock(results: Results) -> None:
    made = rendered(plan(results)["km-os"], "pdf")
    assert made.startswith(b"%PDF-")
    assert b"/FontFile2" in made  # TrueType within
    assert b"/Type3" not in made
    for word in (b"CreationDate", b"ModDate", b"Producer", b"matplotlib", b"Matplotlib", b"/Title"):
        assert word not in made, word


def test_a_png_has_300_pixels_an_inch(results: Results) -> None:
    made = rendered(plan(results)["forest"], "png")
    assert made.startswith(b"\x89PNG")
    assert struct.unpack(">I", made[16:20]) == (2100,)  # seven inches
    at = made.index(b"pHYs") + 4
    assert struct.unpack(">II", made[at : at + 8]) == (11811, 11811)  # pixels a metre
    assert struct.unpack(">I", png(plan(results)["forest"], 100)[16:20]) == (700,)


def test_a_png_is_on_white(results: Results) -> None:
    from matplotlib.image import imread

    seen = imread(io.BytesIO(png(plan(results)["km-os"], 72)))
    assert tuple(seen[2, 2]) == (1.0, 1.0, 1.0, 1.0)


def test_formats_that_do_not_exist_are_named(results: Results) -> None:
    drawing = plan(results)["km-os"]
    with pytest.raises(ValueError, match=r'no format "jpg".*svg, pdf, png'):
        rendered(drawing, "jpg")
    with pytest.raises(ValueError, match="dpi is 5"):
        png(drawing, 5)


def test_svg_is_small(results: Results) -> None:
    sizes = {name: len(rendered(drawing, "svg")) for name, drawing in plan(results).items()}
    assert sizes["km-os"] < 12_000
    assert sizes["states-where"] < 20_000
    assert sizes["swimmer"] < 40_000


def test_styles_of_one_picture_do_not_reach_another(results: Results) -> None:
    for drawing in plan(results).values():
        root = ElementTree.fromstring(rendered(drawing, "svg"))
        own = root.get("id")
        for rules in root.iter("{http://www.w3.org/2000/svg}style"):
            for rule in re.findall(r"([^{}]+)\{", rules.text or ""):
                assert rule.startswith(f"#{own} ."), rule


def points(data: str) -> list[tuple[float, float]]:
    """The points through which short path data goes, by an own reading of the letters."""
    at, start, found = [0.0, 0.0], [0.0, 0.0], []
    for letter, rest in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", data):
        values = [float(v) for v in re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+)", rest)]
        if letter in "Mm":
            at = values if letter == "M" else [at[0] + values[0], at[1] + values[1]]
            start = list(at)
        elif letter == "h":
            at = [at[0] + values[0], at[1]]
        elif letter == "v":
            at = [at[0], at[1] + values[0]]
        elif letter == "l":
            at = [at[0] + values[0], at[1] + values[1]]
        elif letter == "z":
            at = list(start)
        else:
            raise AssertionError(letter)
        found.append((at[0], at[1]))
    return found


def test_short_paths_stay_on_their_course() -> None:
    """A step curve of thousands of points: every point of it lies on the short path, within a hundredth."""
    import random

    rng = random.Random(7)
    x, y, course = 0.0, 100.0, [(0.0, 100.0)]
    for _ in range(3000):
        x += rng.random() * 0.1
        course.append((x, y))
        y -= rng.choice([0.0, 0.0, 0.0003, 0.02])
        course.append((x, y))
    long = "M " + " \nL ".join(f"{a:.6f} {b:.6f}" for a, b in course) + " \n"
    made = short(long)
    assert len(made) < 0.2 * len(long)
    kept = points(made)
    for a, b in course[::17]:
        assert any(
            min(p[0], q[0]) - 0.011 <= a <= max(p[0], q[0]) + 0.011
            and min(p[1], q[1]) - 0.011 <= b <= max(p[1], q[1]) + 0.011
            for p, q in pairwise(kept)
        )


def test_short_paths_turn_back_where_the_course_does() -> None:
    assert short("M 0 0 L 5 0 L 2 0") == "M0 0h5h-3"  # it lies on the way out, yet the course goes back
    assert short("M 1 1 L 1 1") == "M1 1h0"  # a dot with a round end stays a dot
    assert short("M 0 0 L 1 0 L 1 1 z M 5 5 L 6 6") == "M0 0h1v1zM5 5l1 1"


def test_a_readers_own_settings_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "text.usetex: True\nfont.size: 30\nsavefig.bbox: tight\nlines.linewidth: 9\n"
    )
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from sample import sample\nfrom onearm import figures\nimport hashlib\n"
        "d = figures.plan(sample())['km-os']\n"
        "print([hashlib.sha256(figures.rendered(d, k)).hexdigest() for k in ('svg', 'png', 'pdf')])\n"
    )
    here = Path(__file__).parents[1]
    words = [sys.executable, "-c", code, str(here / "report"), str(here / "broken")]
    runs = [subprocess.run(words, cwd=place, capture_output=True, text=True, check=True) for place in (tmp_path, here)]
    assert runs[0].stdout == runs[1].stdout
    assert "Traceback" not in runs[0].stderr
