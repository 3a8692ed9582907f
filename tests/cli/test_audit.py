"""`onearm audit`: every kind of file, what it prints and writes, its exit status, and files that cannot be read."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from onearm.cli.main import main
from onearm.io import manuscript

TEXT = "Of 48 patients, 44 (92%) responded, with 35 of them (73%) in complete response."
GOOD = "Of 48 patients, 44 (92%) responded."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
    return file.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(*lines: str) -> bytes:
    drawn = "BT /F1 10 Tf 12 TL 50 700 Td " + " T* ".join(f"({line}) Tj" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{i} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    tail = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + tail.encode()


def statements(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return {s["text"]: s["verdict"] for s in json.loads(capsys.readouterr().out)["statements"] if s["percent"]}


@pytest.mark.parametrize("ending", ["txt", "md", "docx", "pdf"])
def test_every_kind_of_file_says_the_same(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"abstract.{ending}"
    split = TEXT.replace("with ", "with\n").split("\n")
    bodies = {"docx": word(paragraph("Results") + paragraph(TEXT)), "pdf": pdf("Results.", *split)}
    file.write_bytes(bodies.get(ending, b"Results\r\n\r\n" + TEXT.encode()))
    assert main(["audit", str(file), "--json"]) == 1
    assert statements(capsys) == {"44 (92%)": "fits", "35 of them (73%)": "wording"}


def test_a_word_table_is_read_row_by_row(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(t)}</w:tc>" for t in ("Response", "44 (92%)", "4 (8%)"))
    file = tmp_path / "a.docx"
    file.write_bytes(word(f"{paragraph('n = 48')}<w:tbl><w:tr>{cells}</w:tr></w:tbl>"))
    assert manuscript.read_text(file) == "n = 48\n\nResponse | 44 (92%) | 4 (8%)"


def run(text: str, tag: str = "t", raised: bool = False) -> str:
    place = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>' if raised else ""
    return f'<w:r>{place}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def test_a_word_document_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    shapes = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    twice = f'<mc:AlternateContent xmlns:mc="{mc}">{shapes}</mc:AlternateContent>'
    body = (
        f"<w:p>{run('Of 48')}{run('12,13', raised=True)}{run(' patients,')}"
        f"<w:del>{run(' 43 (90%)', 'delText')}</w:del><w:ins>{run(' 44 (92%)')}</w:ins>"
        f"<w:moveFrom>{run(' moved')}</w:moveFrom><w:r><w:t> came.</w:t><w:tab/><w:noBreakHyphen/></w:r></w:p>"
        f"<w:p>{run('See.')}<w:r>{twice}</w:r></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('Kept.')}</w:sdtContent></w:sdt>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p></w:tc><w:tc>"
        f"<w:tbl><w:tr><w:tc>{paragraph('c')}</w:tc><w:tc>{paragraph('d')}</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>"
    )
    file = tmp_path / "a.docx"
    file.write_bytes(word(body))
    with zipfile.ZipFile(file, "a") as parts:
        notes = f'<w:footnotes xmlns:w="{W}"><w:footnote><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        parts.writestr("word/footnotes.xml", f"{notes}<w:footnote>{paragraph('A note.')}</w:footnote></w:footnotes>")
    lines = ["Of 48¹²,¹³ patients, 44 (92%) came. -", "See.", "In a box.", "Kept.", "a b | c | d", "A note."]
    assert manuscript.read_text(file) == "\n\n".join(lines)


def test_encodings_and_endings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, body in {
        "a.txt": GOOD.encode("utf-16"),
        "b.TXT": b"\xfe\xff" + GOOD.encode("utf-16-be"),
        "c.md": b"\xef\xbb\xbf" + GOOD.encode(),
    }.items():
        (tmp_path / name).write_bytes(body)
        assert manuscript.read_text(tmp_path / name) == GOOD
    bodies = {"d.txt": pdf(GOOD), "e.txt": word(paragraph(GOOD)), "f.txt": "48 – 44".encode("cp1252"),
              "g.txt": b"\xff\xfe\x00\xd8\x41", "h.txt": GOOD.encode("utf-16-le"), "i.docx": pdf(GOOD),
              "j.pdf": word(paragraph(GOOD)), "k.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
              "l.docx": word("<w:sdt>" * 20_000 + "</w:sdt>" * 20_000)}  # fmt: skip
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
        assert refused(tmp_path / name, capsys) == "U372", name
    assert "let it end in .pdf" in _said(tmp_path / "d.txt", capsys)
    assert "locked with a password" in _said(tmp_path / "k.docx", capsys)


def _said(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    main(["audit", str(path)])
    return capsys.readouterr().err


def test_lines_and_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Results.\n" + TEXT, encoding="utf-8")
    assert main(["audit", str(file)]) == 1
    out = capsys.readouterr()
    assert re.search(r"^wording +2 +35 of them \(73%\) +48; truncate - +35 \(73%\) needs n = 48", out.out, re.M)
    assert "2 statements tested, 1 to look at" in out.err
    file.write_text(GOOD, encoding="utf-8")
    assert main(["audit", str(file), "-q"]) == 0
    assert capsys.readouterr().err == ""
    file.write_text("Nothing to count here.", encoding="utf-8")
    assert main(["audit", str(file)]) == 0
    assert "no statement of numbers" in capsys.readouterr().out


class Shown(HTMLParser):
    """The text of the box, the names of tags, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open = 0
        self.skip = False
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src")]
        self.ids += [v or "" for k, v in attrs if k == "id"]
        self.open += tag == "div" and named.get("class") == "text"
        self.skip = tag == "a"

    def handle_endtag(self, tag: str) -> None:
        self.open -= tag == "div" and self.open > 0
        self.skip = False

    def handle_data(self, data: str) -> None:
        if self.open and not self.skip:
            self.said += data


def test_the_page_holds_the_text_marked_and_nothing_from_outside(tmp_path: Path) -> None:
    file, out = tmp_path / "<b>.txt", tmp_path / "a.html"
    text = TEXT + " <script>alert('1')</script> & \"quotes\"; response rate 91.7% (44 of 48; 95% CI, 80.0-97.7)."
    file.write_text(text, encoding="utf-8")
    assert main(["audit", str(file), "--html", str(out), "-q"]) == 1
    written = out.read_text(encoding="utf-8")
    page = Shown()
    page.feed(written)
    assert page.said == text
    assert "script" not in page.tags
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    assert "http" not in re.sub(r"http-equiv", "", written)
    assert '<mark class="wording"' in written
    assert 'To look at: <a href="#s2">2</a>.' in written
    assert 'data-head="what arithmetic allows"' in written
    before = written
    assert main(["audit", str(file), "--html", str(out), "-q"]) == 1
    assert out.read_text(encoding="utf-8") == before


def refused(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["audit", str(path), *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "Next:" in said.err
    return said.err.split()[0]


def test_files_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases: dict[str, tuple[str, bytes]] = {
        "U371": ("a.rtf", b"{}"),
        "U372": ("a.txt", b"\xff\xfe\x00"),
        "U373": ("b.txt", b" \n "),
        "U374": ("c.txt", b"x" * (manuscript.MOST_CHARACTERS + 1)),
    }
    for code, (name, body) in cases.items():
        (tmp_path / name).write_bytes(body)
        assert refused(tmp_path / name, capsys) == code
    assert refused(tmp_path / "none.txt", capsys) == "U370"
    assert refused(tmp_path, capsys) == "U370"
    (tmp_path / "ok.txt").write_text(GOOD)
    assert refused(tmp_path / "ok.txt", capsys, "--html", str(tmp_path / "ok.txt")) == "U322"
    assert (tmp_path / "ok.txt").read_text() == GOOD
    assert refused(tmp_path / "ok.txt", capsys, "--html", str(tmp_path / "none" / "a.html")) == "U322"


def test_documents_that_are_damaged_or_locked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pypdf import PdfReader, PdfWriter

    bomb = f'<!DOCTYPE d [<!ENTITY e "x">]><w:document xmlns:w="{W}"><w:body><w:p>&e;</w:p></w:body></w:document>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("word/document.xml", bomb)
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as parts:
        parts.writestr("other.xml", "<a/>")
    locked, lock = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(GOOD)))), io.BytesIO()
    locked.encrypt("secret", algorithm="RC4-128")
    locked.write(lock)
    good = word(paragraph(GOOD))
    bodies = {
        "a.docx": b"no zip", "b.docx": file.getvalue(), "c.docx": empty.getvalue(), "d.docx": good[: len(good) // 2],
        "e.docx": word("<w:p>"), "a.pdf": b"no pdf", "b.pdf": lock.getvalue(),
        "c.pdf": pdf(GOOD)[:200], "d.pdf": b"%PDF-1.4",
    }  # fmt: skip
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
        assert refused(tmp_path / name, capsys) == "U372", name
    (tmp_path / "e.pdf").write_bytes(pdf(""))
    assert refused(tmp_path / "e.pdf", capsys) == "U373"


def test_a_pdf_without_its_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(pdf(GOOD))
    assert refused(tmp_path / "a.pdf", capsys) == "U342"
