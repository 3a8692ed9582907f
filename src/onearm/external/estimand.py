"""Whom an effect speaks of, in words, once it is known who was lost on the way."""

from __future__ import annotations

WORDS = {
    "ATT": "effect in the trial's patients (ATT)",
    "ATE": "effect in trial and external patients together (ATE)",
    "ATO": "effect in those likely on either side (ATO, overlap weights)",
    "ATM": "effect in those who could be matched (ATM, matching weights)",
    "comparator": "effect in the published comparator's population",
}


def label(estimand: str, lost: int, trimmed: bool = False) -> str:
    """The estimand as it must be printed.

    Parameters
    ----------
    estimand
        What the method aims at.
    lost
        Trial patients whom the numbers no longer speak of.
    trimmed
        Whether patients were left out for their score.

    Examples
    --------
    >>> label("ATT", 0), label("ATT", 3), label("ATO", 0), label("ATE", 0, True)
    ('ATT', 'ATT of those kept', 'ATO', 'ATE of those kept')
    """
    return f"{estimand} of those kept" if (lost and estimand in ("ATT", "ATE")) or trimmed else estimand


def sentence(estimand: str, incomplete: int, unplaced: int, why: str = "without a partner within the caliper") -> str:
    """The estimand, and how many trial patients the numbers no longer speak of.

    Parameters
    ----------
    estimand
        What the method aims at.
    incomplete
        Eligible trial patients who lack a covariate.
    unplaced
        Those who have no place in the comparison, and ``why``.
    """
    lost = incomplete + unplaced
    if not lost:
        return f"estimand {estimand}"
    patients = "patient is" if lost == 1 else "patients are"
    kept = "those matched" if why.startswith("without a partner") else "those kept"
    return (
        f"estimand {estimand} of {kept}: {lost} eligible trial {patients} lost, {incomplete} for a "
        f"missing covariate, {unplaced} {why}"
    )
