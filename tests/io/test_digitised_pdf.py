"""The drawing operators of PDF, by small files put together here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onearm.errors import DataError, UsageError
from onearm.io.digitised import Axes, read_pdf

AXES = Axes(x=((0, 0), (100, 10)), y=((0, 0), (100, 1)))  # 100 x 100, y counted up
STEPS = ([0, 2, 2, 6, 6, 10], [1, 1, 0.8, 0.8, 0.3, 0.3])
CURVE = "0 100 m 20 100 l 20 80 l 60 80 l 60 30 l 100 30 l"


def pdf(tmp_path: Path, content: str, form: str = "", matrix: str = "1 0 0 1 0 0") -> Path:
    """One page with the content stream, and the form /F."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        f"<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[{matrix}]/Length {len(form)}"
        f"/Resources<</XObject<</F 5 0 R>>>>>>stream\n{form}\nendstream",
    ]
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{p:010d} 00000 n \n" for p in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    path = tmp_path / "km.pdf"
    path.write_text(text + end, encoding="latin-1")
    return path


@pytest.mark.parametrize(
    ("content", "form", "matrix"),
    [
        (f"1 0 0 RG {CURVE} S", "", ""),
        ("1 0 0 RG 0 100 m 20 100 l S 20 100 m 20 80 l S 20 80 m 60 80 l 60 30 l S 60 30 m 100 30 l S", "", ""),
        ("0 1 1 0 K q .5 0 0 .5 10 5 cm -20 190 m 20 190 l 20 150 l 100 150 l 100 50 l 180 50 l S Q", "", ""),
        ("/DeviceRGB CS 1 0 0 SCN q 0 1 0 RG Q " + CURVE + " S", "", ""),
        ("1 0 0 RG q 2 0 0 2 -10 -10 cm /F Do Q", "5 55 m 15 55 l 15 45 l 35 45 l 35 20 l 55 20 l S", ""),
        ("1 0 0 RG /F Do", "5 55 m 15 55 l 15 45 l 35 45 l 35 20 l 55 20 l S", "2 0 0 2 -10 -10"),
        ("1 0 0 RG 0 0 100 100 re W n 0 100 m 20 100 l 20 80 l 60 80 l 60 30 l 150 30 l 150 5 l S", "", ""),
        (f"1 0 0 RG 0 100 m 5 0 l 90 0 l f {CURVE} B", "", ""),
    ],
)
def test_the_same_curve_in_many_words(tmp_path: Path, content: str, form: str, matrix: str) -> None:
    curve = read_pdf(pdf(tmp_path, content, form, matrix or "1 0 0 1 0 0"), 1, AXES)
    assert (curve.colour, curve.dashed) == ("#ff0000", False)
    np.testing.assert_allclose(curve.time, STEPS[0], atol=1e-9)
    np.testing.assert_allclose(curve.survival, STEPS[1], atol=1e-9)


def test_dashes_and_widths(tmp_path: Path) -> None:
    path = pdf(tmp_path, f"q [3 2] 0 d 2 w {CURVE} S Q 0 100 m 30 100 l 30 10 l 100 10 l S")
    dashed = read_pdf(path, 1, AXES, dashed=True)
    assert (dashed.width, dashed.time.size) == (2, 6)
    assert read_pdf(path, 1, AXES, dashed=False).survival[-1] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("page", "words"),
    [(7, "U343 error km.pdf: there is no page 7: the file has 1"), (0, "no page 0"), (True, "no page True")],
)
def test_pages_that_do_not_exist(tmp_path: Path, page: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_pdf(pdf(tmp_path, CURVE + " S"), page, AXES)


def test_form_that_draws_itself_ends(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="forms are nested more than 12 deep"):
        read_pdf(pdf(tmp_path, "/F Do", "/F Do"), 1, AXES)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"X601 error none\.pdf"):
        read_pdf(tmp_path / "none.pdf", 1, AXES)
    text = tmp_path / "text.pdf"
    text.write_text("no figure here\n" * 100, encoding="utf-8")
    with pytest.raises(DataError, match=r"X603 error text\.pdf: the file is not a PDF that can be read"):
        read_pdf(text, 1, AXES)
    with pytest.raises(DataError, match=r"X603 error km\.pdf: page 1 is damaged"):
        read_pdf(pdf(tmp_path, "1 0 m (a) 2 l S"), 1, AXES)
    with pytest.raises(DataError, match="no place on a page"):
        read_pdf(pdf(tmp_path, 3 * "1000000 0 0 1000000 0 0 cm " + "0 0 m 1 2 l S"), 1, AXES)
    with pytest.raises(DataError, match=r"X604 error km\.pdf, page 1: no line among 0"):
        read_pdf(pdf(tmp_path, ""), 1, AXES)


def test_locked_file_is_said_to_be_locked(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(pdf(tmp_path, CURVE + " S")))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = tmp_path / "locked.pdf"
    with locked.open("wb") as out:
        writer.write(out)
    with pytest.raises(DataError, match=r"X603 error locked\.pdf"):
        read_pdf(locked, 1, AXES)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(UsageError, match=r"U342 error km\.pdf: PDF figures need the package pypdf"):
        read_pdf(pdf(tmp_path, ""), 1, AXES)
