"""Claims against results: the rounding they are printed with, bounds, and what cannot be checked."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from onearm.claims import Claim, Claims, verify
from onearm.errors import ClaimsError
from onearm.io.claims import read_claims
from onearm.results import Estimate, Header, Results


def results() -> Results:
    words = {"label": "x", "variable": "x", "context": "c", "method": "m", "population": "p"}
    estimates = [
        Estimate(id="orr", stat="p", unit="proportion", n=48, events=44, value=44 / 48, **words),
        Estimate(id="sixteenth", stat="p", unit="proportion", n=16, events=1, value=1 / 16, **words),
        Estimate(id="half", stat="survival", unit="proportion", n=9, value=0.425, **words),
        Estimate(id="median", stat="median", unit="months", n=9, value=24.5, **words),
        Estimate(id="nr", stat="median", unit="months", n=9, value=math.inf, **words),
        Estimate(id="ne", stat="median", unit="months", n=9, value=None, error="nobody", **words),
        Estimate(id="hr", stat="hr", unit="hazard ratio", n=9, value=0.6, low=0.4, high=0.9, level=0.95, **words),
    ]
    return Results(Header(trial="t", title="T", arm="A"), {e.id: e for e in estimates})


CASES = [
    ("orr", "value", "92%", True),
    ("orr", "value", "91.7%", True),
    ("orr", "value", "91%", False),
    ("orr", "events", "44", True),
    ("orr", "n", "48", True),
    ("sixteenth", "value", "6.3%", True),
    ("sixteenth", "value", "6.2%", False),
    ("half", "value", "43%", True),
    ("half", "value", "42.5%", True),
    ("median", "value", "25", True),
    ("median", "value", "24.5", True),
    ("median", "value", "24", False),
    ("nr", "value", "25", False),
    ("ne", "value", "25", False),
    ("hr", "high", "< 1", True),
    ("hr", "low", ">0.4", False),
    ("hr", "low", ">=0.4", True),
    ("hr", "value", "<= 60%", True),
    ("hr", "value", "0.60", True),
    ("absent", "value", "1", False),
]


@pytest.mark.parametrize(("number", "part", "published", "holds"), CASES)
def test_claim(number: str, part: str, published: str, holds: bool) -> None:
    claim = Claim.model_validate({"claim": "c", "number": number, "part": part, "published": published})
    (verdict,) = verify(results(), Claims(source="s", claims=(claim,)))
    assert verdict.holds is holds, verdict


def test_other_rounding_rules() -> None:
    claim = Claim(claim="c", number="sixteenth", published="6.2%")
    for rule in ("half-even", "truncate"):
        assert verify(results(), Claims(source="s", rounding=rule, claims=(claim,)))[0].holds


@pytest.mark.parametrize("published", ["about 5", "", "5 %%", "5-6", "%"])
def test_a_claim_must_be_a_number(published: str) -> None:
    with pytest.raises(ValidationError):
        Claim(claim="c", number="orr", published=published)


def test_a_broken_claims_file_names_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text('source: x\nclaims:\n  - {claim: a, number: orr, published: "92%"}\n  - {claim: b, numbr: orr}\n')
    with pytest.raises(ClaimsError, match=r"claims.yaml:4"):
        read_claims(path)
    path.write_text("claims: [")
    with pytest.raises(ClaimsError, match="C103"):
        read_claims(path)
    with pytest.raises(ClaimsError, match="C101"):
        read_claims(tmp_path / "none.yaml")
