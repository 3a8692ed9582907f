"""The trail of what is not one number: a method's choice, and when the design was settled."""

from __future__ import annotations

import pytest

from onearm.cli.trace import lines
from onearm.errors import UsageError
from onearm.results import Choice, Commitment, Header, Results

CHOICE = Choice(
    comparison="c",
    method="overlap",
    label="Overlap weights (ATO)",
    words="overlap weights (ATO) from a logistic score",
    estimand="ATO",
    trial=48,
    external=221,
    lost=2,
    effective_trial=47.3,
    effective_external=173.3,
    failed=("GATE FAILED: largest difference",),
)
RESULTS = Results(
    Header(trial="t", title="T", arm="A"),
    choices=(CHOICE,),
    commitment=(Commitment(status="late", says="Not prespecified: locked late.", changes=("2026-01-02: a typo",)),),
)


def test_a_choice_says_whom_it_speaks_of_and_what_failed() -> None:
    said = "\n".join(lines(RESULTS, "choice|c/overlap"))
    for words in ("ATO", "48 trial (effective 47.3)", "221 external", "2 eligible trial patients lost", "GATE FAILED"):
        assert words in said


def test_the_commitment_lists_its_changes() -> None:
    assert "2026-01-02: a typo" in "\n".join(lines(RESULTS, "commitment"))


def test_an_unknown_choice_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"choice\|c/overlap"):
        list(lines(RESULTS, "choice|c/overlp"))
