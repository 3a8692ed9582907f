"""`onearm report`: every format says the same, twice the same bytes, and a failure leaves what was there."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from factory import good_trial

from onearm import figures, tables
from onearm.cli.main import main
from onearm.io.results import read_results
from onearm.report.compose import compose
from onearm.report.document import Document, Tabled, lines, plain

FILES = {
    "report.html",
    "report.pdf",
    "report.docx",
    "report.md",
    "summary.html",
    "summary.pdf",
    "summary.docx",
    "summary.md",
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trial that was run."""
    folder = good_trial(tmp_path_factory.mktemp("report") / "small")
    assert main(["run", str(folder), "-q"]) == 0
    return folder


@pytest.fixture(scope="module")
def documents(trial: Path) -> Path:
    """Its documents in every format."""
    assert main(["report", str(trial), "-q"]) == 0
    return trial / "documents"


@pytest.fixture
def own(trial: Path, tmp_path: Path) -> Path:
    """A copy of the trial that a test may spoil."""
    return Path(shutil.copytree(trial, tmp_path / "own"))


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_every_format_is_written_and_named_in_the_manifest(documents: Path) -> None:
    found = names(documents)
    assert FILES | {"tables.rtf", "ars.json", "manifest.json"} <= found
    body = json.loads((documents / "manifest.json").read_bytes())
    assert set(body["outputs"]) == found - {"manifest.json"}


class Words(HTMLParser):
    """The words of a page without its drawings, its index and its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skip = 0
        self.feed(text.partition('<section id="numbers"')[0])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.skip += tag in ("svg", "style", "script", "nav")

    def handle_endtag(self, tag: str) -> None:
        self.skip -= tag in ("svg", "style", "script", "nav")

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.words.append(data)


def squeezed(text: str) -> str:
    """A text without anything that a line break may change."""
    return re.sub(r"[\s\u00ad\u200b\u00a0\u202f\\]+", "", text)


def read(path: Path) -> str:
    if path.suffix == ".html":
        return squeezed("".join(Words(path.read_text()).words))
    if path.suffix == ".docx":
        xml = zipfile.ZipFile(path).read("word/document.xml").decode()
        return squeezed(
            re.sub(r"&(amp|lt|gt);", lambda m: {"amp": "&", "lt": "<", "gt": ">"}[m[1]], re.sub("<[^>]+>", "", xml))
        )
    if path.suffix == ".pdf":
        pypdf = pytest.importorskip("pypdf")
        return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(path).pages))
    return squeezed(path.read_text())


def document(trial: Path, kind: str) -> Document:
    results, origin = read_results(trial)
    from onearm.io.document_files import provenance

    return compose(results, tables.build(results), figures.plan(results), kind, provenance=provenance(origin))


@pytest.mark.parametrize("form", ["html", "pdf", "docx", "md"])
@pytest.mark.parametrize("kind", ["report", "summary"])
def test_the_same_numbers_in_every_format(trial: Path, documents: Path, kind: str, form: str) -> None:
    words = read(documents / f"{kind}.{form}")
    wanted = [squeezed(plain(parts)) for b in document(trial, kind).blocks() for parts in lines(b)]
    numbers = [w for w in wanted if re.search(r"\d", w)]
    assert len(numbers) > 5
    assert [w for w in numbers if words.count(w) < 1] == []


def test_the_listings_hold_every_table(trial: Path, documents: Path) -> None:
    text = (documents / "tables.rtf").read_text()
    shown = [b.table for b in document(trial, "report").blocks() if isinstance(b, Tabled)]
    assert shown
    for table in shown:
        for cell in table.cells():
            for piece in re.findall(r"\d+(?:\.\d+)?", cell.text):
                assert piece in text, (table.id, cell.text)


def test_identical_bytes_in_another_process_and_place(trial: Path, documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    subprocess.run([sys.executable, "-m", "onearm", "report", str(trial), "-q", "--out", str(out)], check=True)
    for name in sorted(names(documents)):
        assert (out / name).read_bytes() == (documents / name).read_bytes(), name


def test_formats_written_one_after_the_other_stay_together(own: Path) -> None:
    out = own / "few"
    for form in ("md", "html"):
        assert main(["report", str(own), "-q", "--format", form, "--kind", "summary", "--out", str(out)]) == 0
    assert {"summary.md", "summary.html"} <= names(out)


def test_documents_of_other_results_do_not_stay(own: Path) -> None:
    assert main(["report", str(own), "-q", "--format", "md"]) == 0
    path = own / "protocol.yaml"
    path.write_text(path.read_text().replace("title: A small", "title: Another small", 1))
    assert main(["run", str(own), "-q"]) == 0
    assert main(["report", str(own), "-q", "--format", "html", "--kind", "summary"]) == 0
    assert names(own / "documents") == {"summary.html", "manifest.json"}


def test_figures_as_files(own: Path) -> None:
    assert main(["report", str(own), "-q", "--format", "html", "--kind", "summary", "--figures", "png,pdf"]) == 0
    made = {p.suffix: p.read_bytes()[:8] for p in (own / "documents" / "figures").iterdir()}
    assert made[".png"].startswith(b"\x89PNG")
    assert made[".pdf"].startswith(b"%PDF")


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


@pytest.fixture
def earlier(own: Path) -> dict[str, bytes]:
    assert main(["report", str(own), "-q", "--format", "md,html", "--kind", "summary"]) == 0
    return {name: (own / "documents" / name).read_bytes() for name in names(own / "documents")}


def older(own: Path) -> list[str]:
    path = own / "results" / "results.json"
    path.write_text(re.sub(r'"schema": \d+', '"schema": 5', path.read_text(), count=1))
    return ["U302", "run `onearm run` again"]


def no_results(own: Path) -> list[str]:
    shutil.rmtree(own / "results")
    return ["U380"]


def changed(own: Path) -> list[str]:
    path = own / "results" / "results.json"
    path.write_text(path.read_text().replace('"value": 0.7142', '"value": 0.9142', 1))
    return ["U382", "changed after the run"]


def unvouched(own: Path) -> list[str]:
    (own / "results" / "manifest.json").unlink()
    path = own / "results" / "results.json"
    path.write_text(re.sub(r'"at_risk": \[[^\]]*\]', '"at_risk": ["x"]', path.read_text()))
    return ["U302"]


def edited(own: Path) -> list[str]:
    (own / "documents" / "summary.md").write_text("My own words")
    return ["U320", "would be lost: summary.md"]


def half(own: Path) -> list[str]:
    path = own / "results" / "results.json"
    path.write_bytes(path.read_bytes()[:5000])
    return ["U302"]


@pytest.mark.parametrize("spoil", [older, no_results, half, changed, unvouched, edited])
def test_bad_results_are_refused_and_earlier_documents_stay(
    own: Path, earlier: dict[str, bytes], spoil: object, capsys: pytest.CaptureFixture[str]
) -> None:
    said = spoil(own)  # type: ignore[operator]
    earlier = {n: (own / "documents" / n).read_bytes() for n in earlier}
    err = refused(["report", str(own), "-q"], capsys)
    assert all(word in err for word in said)
    assert {n: (own / "documents" / n).read_bytes() for n in names(own / "documents")} == earlier


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--format", "pfd"], '"pfd" is none of the formats (did you mean "pdf"?)'),
        (["--kind", "poster"], "U396"),
        (["--figures", "gif"], "U396"),
        (["--sections", "abstract,limitation"], 'did you mean "limitations"'),
        (["--template", "nowhere.docx"], "U397"),
        (["--template", "protocol.yaml"], "U39"),
        (["--out", "data"], "U320"),
        (["--format", ","], "U396"),
        (["--kind", ""], "U396"),
        (["--template", "data"], "U397"),
    ],
)
def test_bad_wishes_are_refused_and_earlier_documents_stay(
    own: Path, earlier: dict[str, bytes], words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(own / w) if (own / w).exists() else w for w in words]
    err = refused(["report", str(own), "-q", *words], capsys)
    assert " ".join(code.split()) in " ".join(err.split())
    assert {n: (own / "documents" / n).read_bytes() for n in names(own / "documents")} == earlier


def test_a_template_of_the_protocol_is_used(own: Path) -> None:
    docx = pytest.importorskip("docx")
    template = docx.Document()
    template.add_paragraph("The cover of our institute")
    template.save(own / "house.docx")
    path = own / "protocol.yaml"
    path.write_text(path.read_text() + "\nreport: {word_template: house.docx, sections: [key, limitations]}\n")
    assert main(["run", str(own), "-q"]) == 0
    assert main(["report", str(own), "-q", "--format", "docx", "--kind", "report"]) == 0
    made = docx.Document(io.BytesIO((own / "documents" / "report.docx").read_bytes()))
    said = [p.text for p in made.paragraphs]
    assert "The cover of our institute" in said
    assert "Key results" in said
    assert "Abstract" not in said
    (own / "house.docx").unlink()
    assert main(["report", str(own), "-q", "--format", "docx", "--kind", "report"]) == 2


def test_changed_data_are_pointed_out(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", str(own), "--format", "md", "--kind", "summary"]) == 0
    assert "have changed since the run" not in capsys.readouterr().err
    path = own / "data" / "followup.csv"
    path.write_text(path.read_text() + "\n")
    assert main(["report", str(own), "--format", "md", "--kind", "summary"]) == 0
    assert "have changed since the run" in capsys.readouterr().err


def test_an_interactive_page_needs_nothing_from_outside(own: Path) -> None:
    pytest.importorskip("vl_convert")
    words = ["report", str(own), "-q", "--format", "html", "--kind", "report"]
    assert main(words) == 0
    plain_page = (own / "documents" / "report.html").read_text()
    assert main([*words, "--interactive"]) == 0
    page = (own / "documents" / "report.html").read_text()
    assert "live-curve" in page
    assert 'class="live-curve"' not in plain_page
    policy = re.search(r"script-src ([^;]*);", page)
    assert policy is not None
    assert policy[1].count("'sha256-") == page.count("<script>") == 3
    assert "unsafe-eval" not in page[:2000]
    assert len(page) < 5_000_000


def test_an_unknown_id_in_own_words_costs_no_run_but_no_document_is_sent(
    own: Path, earlier: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    path = own / "protocol.yaml"
    path.write_text(
        path.read_text() + "\nreport: {sections: [{title: Aims, words: 'Of all {orrr} responded.'}, key]}\n"
    )
    capsys.readouterr()
    assert main(["run", str(own)]) == 0
    said = capsys.readouterr().err
    assert "U390" in said
    assert "are of earlier results" in said
    assert "[no number has the id" in (own / "results" / "report.html").read_text()
    assert "U390" in refused(["report", str(own), "-q"], capsys)
    assert {n: (own / "documents" / n).read_bytes() for n in names(own / "documents")} == earlier


@pytest.mark.parametrize("place", ["results/docs", "data/docs", "results"])
def test_documents_stand_in_no_folder_of_other_commands(
    own: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "U320" in refused(["report", str(own), "-q", "--format", "md", "--out", str(own / place)], capsys)
    assert main(["run", str(own), "-q"]) == 0


def test_a_manifest_of_documents_is_not_trusted(own: Path, earlier: dict[str, bytes]) -> None:
    path = own / "documents" / "manifest.json"
    body = json.loads(path.read_bytes())
    (own / "victim.txt").write_text("mine")
    body["outputs"] |= {"../victim.txt": "00", "/dev/zero": "00"}
    path.write_text(json.dumps(body))
    assert main(["report", str(own), "-q", "--format", "md", "--kind", "summary"]) == 0
    assert (own / "victim.txt").read_text() == "mine"
    assert "summary.html" in names(own / "documents")


def test_a_digit_of_a_folded_heading_has_a_source(own: Path) -> None:
    path = own / "protocol.yaml"
    path.write_text(path.read_text().replace("label: Another centre", "label: Registry 2010"))
    assert main(["run", str(own), "-q"]) == 0
    page = (own / "results" / "report.html").read_text()
    assert all("data-id" in tag for tag in re.findall(r"<summary[^>]*>(?=[^<]*\d)", page))


def test_without_the_extra_the_tables_are_left_out_with_a_note(
    own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onearm.io.document_files.find_spec", lambda name: None)
    capsys.readouterr()
    assert main(["report", str(own), "--kind", "summary", "--out", str(own / "plain")]) == 0
    assert 'pip install "onearm[rtf]"' in capsys.readouterr().err
    assert {"summary.pdf", "ars.json"} <= names(own / "plain")
    assert "tables.rtf" not in names(own / "plain")


def test_a_run_that_changes_nothing_leaves_its_documents_current(
    own: Path, earlier: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["run", str(own)]) == 0
    assert "of earlier results" not in capsys.readouterr().err
