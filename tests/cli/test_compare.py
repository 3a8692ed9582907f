"""`onearm compare` as people use it: two runs of one folder, its exit status, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from factory import good_trial

from onearm.cli.main import main


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = main(["compare", *map(str, words)])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out, said.err


def swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small trial at two data cuts: S01 has died on a day that was still under observation, S06 is in CR."""
    home = tmp_path_factory.mktemp("compare")
    trial = good_trial(home / "trial")
    assert main(["run", str(trial), "--out", str(home / "may"), "-q"]) == 0
    swap(trial / "data" / "followup.csv", "S01,,,,2017-06-30", "S01,,2016-06-30,leukaemia,2016-06-30")
    swap(trial / "data" / "responses.csv", "S06,2014-06-05,PR", "S06,2014-06-05,CR")
    assert main(["run", str(trial), "--out", str(home / "june"), "-q"]) == 0
    return home


@pytest.fixture
def pair(runs: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Both folders, to be spoilt."""
    return tuple(Path(shutil.copytree(runs / name, tmp_path / name)) for name in ("may", "june"))  # type: ignore[return-value]


def edit(folder: Path, change: Callable[[dict[str, Any]], object], *, sealed: bool = True) -> None:
    """Change results.json; sealed, the manifest says that the run wrote it so."""
    path, mark = folder / "results.json", folder / "manifest.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body), encoding="utf-8")
    if sealed:
        manifest = json.loads(mark.read_text(encoding="utf-8"))
        manifest["outputs"]["results.json"] = hashlib.sha256(path.read_bytes()).hexdigest()
        mark.write_text(json.dumps(manifest), encoding="utf-8")


def manifest(folder: Path, **more: Any) -> None:
    body = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(body | more), encoding="utf-8")


def test_two_rows_changed_and_every_number_that_follows(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, runs / "may", runs / "june", "--json")
    found = json.loads(out)
    assert code == 1
    by_id = {c["id"]: c for c in found["changes"] if c["number"]}
    # by hand: S06 enters the responders, 5 of 7 treated and then 6
    orr = by_id["orr"]
    told = {p["field"]: (p["before"], p["after"], p.get("difference"), p.get("relative")) for p in orr["parts"]}
    assert told["value"] == ("71.4%", "85.7%", "+14.3 points", "+20.0%")
    assert told["events"] == ("5", "6", "+1", "+20.0%")
    assert (orr["section"], orr["entered"], orr["left"]) == ("key results", ["S06"], [])
    # S01 dies last of all, alone with S04, S05 and S07 under observation: S(t) falls from 4/7 to 3/7
    curve = next(c for c in found["changes"] if c["id"] == "os" and c["section"] == "curves")
    apart = next(p for p in curve["parts"] if p["field"].startswith("furthest apart"))
    assert (apart["before"], apart["after"]) == ("57.1%", "42.9%")
    assert by_id["os.events"]["entered"] == ["S01"]
    assert {c["id"] for c in found["changes"] if c["section"] == "courses"} == {"S01", "S06"}
    assert found["why"]["verdict"] == "known"
    assert found["why"]["differences"] == [
        {"kind": "data", "says": "data/followup.csv changed, data/responses.csv changed"}
    ]
    one, two = (json.loads((runs / n / "results.json").read_text())["estimates"] for n in ("may", "june"))
    old, new = ({e["id"]: e for e in some} for some in (one, two))
    fields = ("value", "low", "high", "level", "std_error", "n", "events", "method", "population", "error", "unit")
    by_hand = {
        i for i in new if any(old[i][f] != new[i][f] for f in fields) or old[i]["subjects"] != new[i]["subjects"]
    }
    by_hand |= {
        i for i in new if any(o in by_hand and old[o]["subjects"] != new[o]["subjects"] for o in new[i]["subjects_of"])
    }
    assert set(by_id) == by_hand
    assert found["counts"] == {"same": len(new) - len(by_hand), "changed": len(by_hand), "only_in_a": 0, "only_in_b": 0}


def test_people_see_it_with_its_ids(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "changes.html"
    code, out, err = call(capsys, runs / "may", runs / "june", "--html", page)
    assert code == 1
    assert "Why: The data differ, and nothing else that is recorded: data/followup.csv changed" in out
    assert out.index("KEY RESULTS") < out.index("  orr  ") < out.index("\ncurves")
    assert f"wrote {page}" in err
    assert 'data-id="orr"' in page.read_text(encoding="utf-8")


def test_the_same_results_twice(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, runs / "may", runs / "may" / "results.json")
    assert code == 0
    assert "0 numbers changed" in out
    assert "Nothing changed." in out


def test_a_trial_folder_stands_for_its_results(runs: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copytree(runs / "may", tmp_path / "trial" / "results")
    assert call(capsys, tmp_path / "trial", runs / "may")[0] == 0


def test_numbers_that_changed_although_nothing_did(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    may, _ = pair
    other = Path(shutil.copytree(may, may.parent / "other"))
    edit(other, lambda body: body["estimates"][0].update(value=body["estimates"][0]["value"] + 1e-9))
    code, out, err = call(capsys, may, other, "-q")
    assert code == 1
    assert "ERROR: Numbers changed although inputs, protocol, version" in out
    assert "ERROR: Numbers changed although" in err


def test_results_edited_after_the_run(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    may, _ = pair
    other = Path(shutil.copytree(may, may.parent / "other"))
    edit(other, lambda body: body["estimates"][0].update(value=99.0), sealed=False)
    code, out, _ = call(capsys, may, other)
    assert code == 1
    assert "results.json is not the file that its manifest.json names: it was changed after the run" in out


def test_results_without_their_manifest(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    may, june = pair
    (june / "manifest.json").unlink()
    code, out, _ = call(capsys, may, june)
    assert code == 1
    assert "cannot be known (B: no manifest.json beside results.json)" in out


def test_more_than_one_thing_differs(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    manifest(pair[1], seed=2, onearm="9.9.9")
    _, out, _ = call(capsys, *pair)
    assert "The data, code, seed differ" in out
    assert "cannot be told apart" in out
    assert "The same: protocol, design lock" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Expecting value"),
        (b'{"schema": 5, "estimates": [', "Expecting"),
        (b"[]", "list"),
        (b"5", "int"),
        (b"\xff\xfe", "decode"),
        (b'{"schema": 4}', "shape 4 of results, this version reads"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[" * 200_000, ""),
        (b'{"schema": ' + b"9" * 5000 + b"}", ""),
    ],
)
def test_what_is_no_results_file(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    (pair[1] / "results.json").write_bytes(content)
    for order in (pair, pair[::-1]):
        code, out, err = call(capsys, *order)
        assert (code, out) == (2, "")
        assert err.startswith("U302 error")
        assert says in err
        assert len(err) < 1000


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b["estimates"].append(b["estimates"][0]),
        lambda b: b["estimates"][0].update(value="many"),
        lambda b: b["estimates"][0].update(n=2.5),
        lambda b: b["estimates"][0].update(n=True),
        lambda b: b["estimates"][0].update(n=10**400),
        lambda b: b["estimates"][0].update(label=None),
        lambda b: b["estimates"][0].update(label="\ud800"),
        lambda b: b["estimates"][0].update(subjects=[["1"]]),
        lambda b: b["estimates"][0].update(unit="proportion", value="inf"),
        lambda b: b["estimates"][0].update(level="inf"),
        lambda b: b["curves"][0].update(start="inf"),
        lambda b: b["estimates"][0].update(more=1),
        lambda b: b["estimates"].append(5),
        lambda b: b["curves"][0].update(value=b["curves"][0]["value"][1:]),
        lambda b: b["curves"][0].update(risk=None),
        lambda b: b["pairs"][0].update(trial=7),
        lambda b: b["lanes"][0].update(segments="no"),
        lambda b: b.update(header=[]),
        lambda b: b.pop("gates"),
    ],
)
def test_what_no_run_writes(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], change: Callable[[dict[str, Any]], object]
) -> None:
    edit(pair[1], change)
    code, out, err = call(capsys, *pair)
    assert (code, out) == (2, "")
    assert err.startswith("U302 error")


def test_huge_ids_and_odd_signs(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    edit(pair[1], lambda b: b["estimates"][0].update(id="x" * 2_000_000, label="\x1b[31mred"))
    code, out, _ = call(capsys, *pair)
    assert code == 1
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) < 2000


@pytest.mark.parametrize("place", ["nowhere", "empty", "results.json/inside"])
def test_places_without_results(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str) -> None:
    (tmp_path / "empty").mkdir()
    code, _, err = call(capsys, runs / "may", tmp_path / place)
    assert code == 2
    assert err.startswith("U380 error")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"inputs": 1}', '{"outputs": {"a": 1}, "inputs": {}}'])
def test_a_manifest_that_is_none(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], content: str) -> None:
    (pair[1] / "manifest.json").write_text(content, encoding="utf-8")
    code, _, err = call(capsys, *pair)
    assert code == 2
    assert err.startswith("U381 error")


def test_a_page_never_replaces_the_results(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    before = (pair[0] / "results.json").read_bytes()
    code, _, err = call(capsys, *pair, "--html", pair[0] / "results.json")
    assert code == 2
    assert "U322" in err
    assert (pair[0] / "results.json").read_bytes() == before


def test_the_order_of_the_two_turns_the_signs(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there, back = (
        json.loads(call(capsys, runs / a, runs / b, "--json")[1]) for a, b in (("may", "june"), ("june", "may"))
    )
    forth = {c["id"]: c for c in there["changes"] if c["number"]}
    other = {c["id"]: c for c in back["changes"] if c["number"]}
    assert forth.keys() == other.keys()
    for id, one in forth.items():
        assert (one["entered"], one["left"]) == (other[id]["left"], other[id]["entered"])
        for p, q in zip(one["parts"], other[id]["parts"], strict=True):
            assert (p["before"], p["after"]) == (q["after"], q["before"])


@pytest.mark.parametrize("name", ["manifest.json", "results.csv", "page.html", "tables/page.html"])
def test_a_page_does_not_stand_in_a_folder_of_results(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = {p: p.read_bytes() for p in pair[1].rglob("*") if p.is_file()}
    code, _, err = call(capsys, *pair, "--html", pair[1] / name)
    assert code == 2
    assert "U322" in err
    assert {p: p.read_bytes() for p in pair[1].rglob("*") if p.is_file()} == before


def test_exports_are_compared_like_their_folders(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in pair:
        assert main(["export", str(one), "-q"]) == 0
    zips = [one.with_suffix(".zip") for one in pair]
    found, other = (json.loads(call(capsys, *sides, "--json")[1]) for sides in (pair, zips))
    assert other.pop("a").endswith("may.zip/results/results.json")
    assert other.pop("b").endswith("june.zip/results/results.json")
    assert other == {name: value for name, value in found.items() if name not in ("a", "b")}
    assert call(capsys, pair[0], zips[0])[0] == 0
    code, _, err = call(capsys, *zips, "--html", zips[0])
    assert code == 2
    assert "U322" in err


def test_an_export_that_is_not_whole_is_not_compared(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(pair[0]), "-q"]) == 0
    whole = pair[0].with_suffix(".zip")
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["results/results.json"] = files["results/results.json"].replace(b'"value": 1', b'"value": 2', 1)
    spoilt = pair[0].with_name("spoilt.zip")
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    code, _, err = call(capsys, whole, spoilt)
    assert code == 2
    assert "U384" in err
    assert "is not what manifest.json says" in err
    cut = pair[0].with_name("cut.zip")
    cut.write_bytes(whole.read_bytes()[:-200])
    assert call(capsys, whole, cut)[0] == 2


def other_run(tmp_path: Path, name: str, *swaps: tuple[str, str, str], seed: int = 1) -> Path:
    """A run of the small trial after changes of its files."""
    trial = good_trial(tmp_path / f"trial-{name}")
    for file, old, new in swaps:
        swap(trial / file, old, new)
    out = tmp_path / name
    assert main(["run", str(trial), "--out", str(out), "--seed", str(seed), "-q"]) == 0
    return out


def test_only_the_seed_differs(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, runs / "may", other_run(tmp_path, "seven", seed=7))
    assert code == 0
    assert "Why: The seed differs (1 -> 7), and no number changed." in out
    assert "The same: data, protocol, code, design lock" in out


def test_only_a_label_differs(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label = "protocol.yaml", "orr: {estimator", "orr: {label: Overall response, estimator"
    code, out, _ = call(capsys, runs / "may", other_run(tmp_path, "label", label))
    assert code == 0
    assert "of 1 more only words differ" in out
    assert "label: responded -> Overall response" in out
    assert "The protocol differs (protocol.yaml changed), and no number changed." in out


def test_an_endpoint_more(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "protocol.yaml", "  os: {estimator: survival", (
        "  asct: {estimator: proportion, fact: transplant, population: treated}\n  os: {estimator: survival"
    )  # fmt: skip
    code, out, _ = call(capsys, runs / "may", other_run(tmp_path, "more", more), "--json")
    found = json.loads(out)
    assert code == 1
    assert found["counts"] | {"same": 0} == {"same": 0, "changed": 0, "only_in_a": 0, "only_in_b": 1}
    (asct,) = [c for c in found["changes"] if c["number"]]
    assert (asct["id"], asct["kind"], asct["entered"]) == ("asct", "only in B", ["S01", "S07"])
    assert [d["kind"] for d in found["why"]["differences"]] == ["protocol"]


def test_another_trial(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = other_run(tmp_path, "other", ("protocol.yaml", "id: small-trial", "id: other-trial"))
    _, out, _ = call(capsys, runs / "may", other)
    assert "THE TRIALS ARE NOT THE SAME: A is small-trial, B is other-trial" in out


def test_another_cutoff_is_named(tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = other_run(tmp_path, "later", ("protocol.yaml", "cutoff: 2017-12-31", "cutoff: 2018-01-31"))
    _, out, _ = call(capsys, runs / "may", later)
    assert "protocol.yaml changed (cut-off 2017-12-31 -> 2018-01-31)" in out


def test_a_manifest_without_a_protocol_claims_nothing(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for one in pair:
        manifest(one, inputs={})
    _, out, _ = call(capsys, *pair)
    assert "cannot be known (A: its manifest.json names no protocol.yaml among the inputs; B: its" in out
    assert "The same:" not in out


def test_results_are_read_while_no_run_replaces_them(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    fcntl = pytest.importorskip("fcntl")
    held = os.open(pair[0].parent, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)  # as a run does while it puts its folder in place
    found: list[int] = []
    reader = threading.Thread(target=lambda: found.append(main(["compare", str(pair[0]), str(pair[1]), "-q"])))
    reader.start()
    reader.join(0.5)
    assert reader.is_alive()
    assert found == []
    os.close(held)
    reader.join(60)
    assert found == [1]
    capsys.readouterr()


def test_files_that_changed_after_the_run_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial = good_trial(tmp_path / "trial")
    assert main(["run", str(trial), "-q"]) == 0
    assert call(capsys, trial, trial / "results")[2] == ""
    swap(trial / "data" / "responses.csv", "S06,2014-06-05,PR", "S06,2014-06-05,CR")
    code, out, err = call(capsys, trial, trial)
    assert code == 0
    assert "Nothing changed." in out
    for letter in "AB":
        assert f"{letter}: data/responses.csv changed after these results were made" in err
    mark = trial / "results" / "manifest.json"
    body = json.loads(mark.read_text())
    body["inputs"] |= {"/dev/zero": "0", "../../x": "0", "data/gone.csv": "0"}
    mark.write_text(json.dumps(body))
    assert "data/responses.csv changed after" in call(capsys, trial, trial)[2]
