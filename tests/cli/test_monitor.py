"""`onearm monitor` as people use it: what it prints, its exit status, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path

import pytest

from onearm.cli.main import main

sys.path.insert(0, str(Path(__file__).parent.parent / "study"))

import watched_by_hand as hand
from stopping import P, write

RULE = """\
monitoring:
  r: {kind: posterior, fact: vod, population: treated, n_max: 8, first_look: 2, every: 2, stop_if: rate-above,
      limit: 0.2, cutoff: 0.9, prior: [0.4, 1.6]}
"""
SUSPEND = RULE.replace("cutoff: 0.9", "cutoff: 0.9, window: {days: 60}, pending: exclude, suspend: true")
WELL = [P(0), P(10), P(20, wait=3)]
ILL = [P(0, vod=(5,)), P(10, vod=(4,)), P(20, wait=3)]


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["monitor", *words])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out, said.err


@pytest.mark.parametrize("text", ["2013-09-10", "2014-10-28", "2015-08-20", "2017-05-30", "2018-06-15"])
def test_the_bundled_trial_equals_the_decisions_by_hand(
    bundled: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    date = dt.date.fromisoformat(text)
    code, out, _ = call(capsys, str(bundled), "--as-of", text, "--json", "-q")
    found = {w["id"]: w for w in json.loads(out)}
    vod, response = hand.vod(bundled, date, 0), hand.response(bundled, date, 0)
    for id, known in (("monitoring.vod", vod), ("monitoring.response", response)):
        w = found[id]
        assert (w["date"], w["word"]) == (text, known.word)
        numbers = w["numbers"]
        assert numbers[f"{id}.evaluated"]["value"] == known.n
        assert numbers[f"{id}.events"]["value"] == known.x
        assert numbers[f"{id}.belief-1"]["value"] == pytest.approx(known.belief, abs=1e-10)
        assert w["moments"][-1]["pending"] == known.pending
    assert code == 0


def test_one_row_more_moves_what_is_printed(bundled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "t"
    shutil.copytree(bundled, folder)
    before = call(capsys, str(folder), "--as-of", "2015-05-01")[1]
    assert "2 patients with veno-occlusive disease among 20; at 20 patients the rule acts on 8 or more" in before
    assert hand.vod_limit(20) == 8
    ill = {r["subject"] for r in hand.rows(folder, "adverse_events") if r["term"] == "veno-occlusive disease"}
    alive = {r["subject"] for r in hand.rows(folder, "followup") if r["last_contact"] > "2015-12-31"}
    well = [s for s in sorted(hand.treated(folder, dt.date(2015, 5, 1))) if s not in ill and s in alive]
    for k, subject in enumerate(well[:6], 3):
        with (folder / "data" / "adverse_events.csv").open("a", encoding="utf-8") as file:
            file.write(f"{subject},veno-occlusive disease,3,2015-05-01,\n")
        code, out, _ = call(capsys, str(folder), "--as-of", "2015-05-01")
        assert f"{k} patients with veno-occlusive disease among 20" in out
        assert ("STOP FOR HARM" in out) == (k >= 8)
        assert code == (3 if k >= 8 else 0)
    code, out, _ = call(capsys, str(folder))
    assert code == 3
    assert "The rule stopped the trial on 2015-05-01." in out


def test_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, str(write(tmp_path / "well", RULE, WELL)))[0] == 0
    code, out, _ = call(capsys, str(write(tmp_path / "ill", RULE, ILL)), "--as-of", "2020-01-15")
    assert (code, "STOP FOR HARM" in out) == (3, True)
    code, out, _ = call(capsys, str(write(tmp_path / "wait", SUSPEND, WELL)), "--as-of", "2020-01-15")
    assert (code, "SUSPEND" in out) == (3, True)


def test_the_history_is_printed_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "ill", RULE, ILL)
    plain, told = (call(capsys, str(folder), *words)[1] for words in ((), ("--history",)))
    assert "2020-01-18" not in plain
    assert any(line.split()[:5] == ["2020-01-18", "3", "2", "2", "0"] for line in told.splitlines())


TIMED = """\
monitoring:
  r: {kind: time-to-event, fact: os, population: treated, n_max: 8, first_look: 1, label: Same words, prior: [3, 10],
      standard: [60, 295], cutoff: 0.03}
  s: {kind: posterior, fact: vod, population: treated, n_max: 8, first_look: 2, label: Same words,
      stop_if: rate-above, limit: 0.2, cutoff: 0.9, prior: [0.4, 1.6]}
"""


def test_times_have_a_unit_and_rules_of_one_label_their_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Day 31 of the first patient is day 21 of the second and day 11 of the third: 31 + 21 + 11 days, in months."""
    _, out, _ = call(capsys, str(write(tmp_path / "t", TIMED, WELL)), "--as-of", "2020-01-31")
    assert "Same words (monitoring.r), as of 2020-01-31\n" in out
    assert "Same words (monitoring.s), as of 2020-01-31\n" in out
    assert "\nmonitoring.r: Stopping rule Same words:" in out
    assert "\nmonitoring.s: Stopping rule Same words:" in out
    (line,) = (line.strip() for line in out.splitlines() if "Time on test:" in line)
    months = float(line.removeprefix("Time on test: ").removesuffix(" months"))
    assert months == pytest.approx((31 + 21 + 11) / (365.25 / 12), abs=0.15)
    _, out, _ = call(capsys, str(write(tmp_path / "u", RULE, WELL)))
    assert out.startswith("r")
    assert "(monitoring.r)" not in out


def test_json_holds_everything_as_plain_values(bundled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, str(bundled), "--json", "-q")
    found = json.loads(out)
    assert code == 0
    assert {w["id"] for w in found} == {
        "monitoring.vod", "monitoring.vod|original", "monitoring.vod|fractionated", "monitoring.response",
    }  # fmt: skip
    for w in found:
        assert w["words"].startswith("Stopping rule")
        assert len(w["moments"]) == 49
        assert all(n["value"] is not None for n in w["numbers"].values())


def test_a_trial_in_study_days_is_judged_on_all_of_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "t", RULE, ILL)
    protocol = folder / "protocol.yaml"
    text = (
        protocol.read_text()
        .replace("cutoff: 2022-12-31", "cutoff: 2022-12-31")
        .replace("covariates:", "data: {time: days}\ncovariates:", 1)
    )
    protocol.write_text(text)
    data = folder / "data"
    (data / "subjects.csv").write_text(
        "subject,number,cohort,enrolled,treatment_start,age\nS01,1,main,1,1,60\nS02,2,main,1,1,60\n"
    )
    (data / "responses.csv").write_text("subject,day,response\n")
    (data / "adverse_events.csv").write_text(
        "subject,term,grade,start,end\n" + "".join(f"S0{k},veno-occlusive disease,3,{4 + k},\n" for k in (1, 2))
    )
    (data / "procedures.csv").write_text("subject,procedure,day\n")
    (data / "doses.csv").write_text("subject,drug,dose,unit,day,cycle\n")
    (data / "followup.csv").write_text("subject,relapse,death,cause,last_contact\nS01,,,,90\nS02,,,,90\n")
    code, out, err = call(capsys, str(folder))
    assert (code, "STOP FOR HARM" in out, "the data as they stand" in out) == (3, True, True), out + err
    code, _, err = call(capsys, str(folder), "--as-of", "2020-01-10")
    assert (code, "U351" in err, "--as-of" in err) == (2, True, True)


REFUSED = {
    "no rule": ("", [], "U350", "add one under `monitoring`"),
    "before the first patient": (RULE, ["--as-of", "2019-12-31"], "U352", "give a day from 2020-01-01 on"),
    "no date": (RULE, ["--as-of", "2020-02-30"], "U300", "2020-02-30"),
    "the option of a day that is none": (RULE, ["--as-of", "2020-02-30"], "U300 error   --as-of", "2020-02-30"),
    "a list for a number": (
        RULE.replace("limit: 0.2", "limit: [0.2]"),
        [],
        "P114",
        "write one value, without brackets",
    ),
    "a fact that no rule can count": (RULE.replace("fact: vod", "fact: alive"), [], "P111", "this rule cannot use"),
    "no date at all": (RULE, ["--as-of", "tomorrow"], "U300", "tomorrow"),
    "a fact that is not there": (RULE.replace("fact: vod", "fact: vodd"), [], "P110", 'there is no fact "vodd"'),
    "a rule of no kind": (RULE.replace("kind: posterior", "kind: guess"), [], "P112", "guess"),
    "a limit of one": (RULE.replace("limit: 0.2", "limit: 1"), [], "P114", "limit"),
    "no prior": (RULE.replace(", prior: [0.4, 1.6]", ""), [], "P109", "prior"),
    "a word too many": (RULE.replace("n_max: 8", "n_max: 8, stop: yes"), [], "P108", "stop"),
    "looks beyond the end": (RULE.replace("first_look: 2", "first_look: 9"), [], "P114", "n_max"),
    "a fact that turns": (RULE.replace("fact: vod", "fact: alive"), [], "P111", "alive"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_code_and_a_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monitoring, words, code, said = REFUSED[name]
    folder = write(tmp_path / "t", monitoring, WELL)
    status, out, err = call(capsys, str(folder), *words)
    assert status == 2 if code.startswith("U") else status in (1, 2)
    assert status != 0
    assert out == ""
    assert code in err
    assert said in err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = call(capsys, str(tmp_path / "nowhere"))
    assert (status, "U310" in err) == (2, True)
