"""protocol.yaml and claims.yaml can be read, agree with themselves, and say that the patients are invented."""

from __future__ import annotations

from example_reading import ROOT

from onearm.io.claims import read_claims
from onearm.io.protocol import read_protocol

FOLDER = ROOT / "mini-hcvd-ino"


def test_the_protocol_is_sound():
    read = read_protocol(FOLDER)
    assert read.findings == ()
    assert list(read.protocol.versions) == ["original", "fractionated"]


def test_the_amendment_starts_at_patient_39_of_this_cohort():
    later = read_protocol(FOLDER).protocol.versions["fractionated"]
    assert [later.governs(n, "first-relapse", None) for n in (38, 39)] == [False, True]


def test_every_place_says_that_the_patients_are_invented():
    protocol = read_protocol(FOLDER).protocol
    notices = [protocol.trial.notice, *(e.notice for e in protocol.external.values())]
    texts = [FOLDER / "README.md", FOLDER / "protocol.yaml", ROOT / "make_mini_hcvd_ino.py"]
    assert len(notices) == 3
    assert all("invented" in text.lower() for text in notices + [p.read_text("utf-8") for p in texts])


def test_the_stopping_rule_says_that_it_is_not_the_trials():
    assert all("not the rule" in rule.assumption for rule in read_protocol(FOLDER).protocol.monitoring.values())


def test_the_claims_can_be_read():
    claims = read_claims(FOLDER / "claims.yaml")
    assert claims.rounding == "half-up"
    assert len(claims.claims) == 27
