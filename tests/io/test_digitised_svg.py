"""The language of SVG, by small files written here: what is drawn must be read, what is unsafe refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from onearm.errors import DataError
from onearm.io.digitised import Axes, read_svg
from onearm.io.digitised.svg import svg_drawing

AXES = Axes(x=((0, 0), (100, 10)), y=((100, 0), (0, 1)))  # 100 x 100, y counted down
STEPS = ([0, 2, 2, 6, 6, 10], [1, 1, 0.8, 0.8, 0.3, 0.3])


def svg(tmp_path: Path, body: str, head: str = "") -> Path:
    path = tmp_path / "km.svg"
    path.write_text(
        f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 100 100">{body}</svg>',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    "body",
    [
        '<path stroke="red" d="M0 0 L20 0 L20 20 L60 20 L60 70 L100 70"/>',
        '<path stroke="red" d="M0,0H20V20H60V70H100"/>',
        '<path stroke="red" d="m0 0h20v20h40v50h40"/>',
        '<path stroke="red" d="m0 0 20 0 0 20 40 0 0 50 40 0"/>',
        '<path stroke="red" d="M100 70 60 70 60 20 20 20 20 0 0 0"/>',
        '<polyline stroke="red" fill="none" points="0,0 20,0 20,20 60,20 60,70 100,70"/>',
        '<g transform="translate(10,5)"><g transform="scale(2)"><path style="stroke:#ff0000;fill:none" '
        'd="M-5-2.5H5V7.5H25V32.5H45"/></g></g>',
        '<path stroke="rgb(100%,0%,0%)" transform="matrix(0 1 1 0 0 0)" d="M0 0V20H20V60H70V100"/>',
        '<path stroke="#f00" transform="rotate(90) scale(1,-1)" d="M0 0V20H20V60H70V100"/>',
        '<path stroke="#f00" transform="rotate(180 50 50)" d="M100 100H80V80H40V30H0"/>',
        '<defs><path id="c" d="M0 0H20V20H60V70H100"/></defs><use href="#c" stroke="red"/>',
        '<defs><g id="c"><path d="M-1-1H19V19H59V69H99"/></g></defs><use xlink:href="#c" x="1" y="1" stroke="red"/>',
        '<line stroke="red" x1="0" y1="0" x2="20" y2="0"/><line stroke="red" x1="20" y1="0" x2="20" y2="20"/>'
        '<path stroke="red" d="M20 20H60V70H100"/>',
        '<clipPath id="k"><rect x="0" y="0" width="100" height="100"/></clipPath>'
        '<path stroke="red" clip-path="url(#k)" d="M0 0H20V20H60V70H150V90H170"/>',
        '<path stroke="none" d="M0 0H10V30H100"/><path stroke="red" d="M0 0H20V20H60V70H100"/>',
    ],
)
def test_the_same_curve_in_many_words(tmp_path: Path, body: str) -> None:
    curve = read_svg(svg(tmp_path, body), AXES)
    assert curve.colour == "#ff0000"
    np.testing.assert_allclose(curve.time, STEPS[0], atol=1e-9)
    np.testing.assert_allclose(curve.survival, STEPS[1], atol=1e-9)


def test_curves_and_smooth_curves() -> None:
    from onearm.io.digitised._svg_path import subpaths

    # a quadratic from (0, 0) over (1, 2) to (2, 0) is at (1, 1) half way; T mirrors it below the line
    (points, closed), *rest = subpaths("M0 0Q1 2 2 0T4 0")
    assert (not closed, rest) == (True, [])
    assert points[8] == pytest.approx((1, 1))
    assert points[24] == pytest.approx((3, -1))
    # cubic with control points (0, 1), (1, 1): (0.5, 0.75) half way; S mirrors the second one to (1, -1)
    ((cubic, _),) = subpaths("M0 0C0 1 1 1 1 0S2-1 2 0")
    assert cubic[8] == pytest.approx((0.5, 0.75))
    assert cubic[24] == pytest.approx((1.5, -0.75))
    ((triangle, closed),) = subpaths("M0 0L1 0L1 1z")
    assert closed
    assert triangle[-1] == (0, 0)


def test_skew_is_applied(tmp_path: Path) -> None:
    drawing = svg_drawing(svg(tmp_path, '<path stroke="red" transform="skewX(45)" d="M0 0L0 10"/>'))
    np.testing.assert_allclose(drawing.lines[0].points, [[0, 0], [10 * math.tan(math.pi / 4), 10]], atol=1e-12)


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("body", "head", "words"),
    [
        ("<text>&c;</text>", BOMB, "X602 error km.svg: the file defines XML entities"),
        ("", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "defines XML entities"),
        ('<path stroke="red" d="M0 0L1e999 1"/>', "", "it has a coordinate that is no place on a page"),
        ('<path stroke="red" d="M0 0C1e308 1e308 0 0 1 1"/>', "", "no place on a page"),
        ('<path stroke="red" transform="scale(1e300)" d="M0 0L1 1"/>', "", "no place on a page"),
        ('<path stroke="red" transform="rotate(1e999)" d="M0 0L1 1"/>', "", "no place on a page"),
        ("<g><path>", "", "X602 error km.svg: the file is not well-formed XML"),
        ("<g>" * 70 + "</g>" * 70, "", "nests them more than 60 deep"),
        ('<g id="a"><use href="#a"/></g>', "", "nests them more than 60 deep"),
    ],
)
def test_unsafe_files_are_refused(tmp_path: Path, body: str, head: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_svg(svg(tmp_path, body, head), AXES)


def test_doctype_alone_is_harmless(tmp_path: Path) -> None:
    head = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert read_svg(svg(tmp_path, '<path stroke="red" d="M0 0H20V20H60V70H100"/>', head), AXES).time.size == 6


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"X601 error none\.svg: the file cannot be read"):
        read_svg(tmp_path / "none.svg", AXES)
    page = tmp_path / "page.svg"
    page.write_text("<html/>", encoding="utf-8")
    with pytest.raises(DataError, match="holds <html>, not <svg>"):
        read_svg(page, AXES)
    with pytest.raises(DataError, match=r"X604 error km\.svg: no line among 0"):
        read_svg(svg(tmp_path, "<text>none</text>"), AXES)
