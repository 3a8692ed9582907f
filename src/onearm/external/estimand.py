"""Whom an effect speaks of, in words, once it is known who was lost on the way."""

from __future__ import annotations

WORDS = {
    "ATT": "effect in the trial's patients (ATT)",
    "ATE": "effect in trial and external patients together (ATE)",
    "ATO": "effect in those likely on either side (ATO, overlap weights)",
    "ATM": "effect in those who could be matched (ATM, matching weights)",
    "comparator": "effect in the published comparator's population",
}


def label(estimand: str, lost: int, trimmed: bool = False, external: int = 0) -> str:
    """The estimand as it must be printed.

    Parameters
    ----------
    estimand
        What the method aims at.
    lost
        Trial patients whom the numbers no longer speak of.
    trimmed
        Whether patients were left out for their score.
    external
        External patients without a place: an ATE no longer speaks of them either.

    Examples
    --------
    >>> label("ATT", 0), label("ATT", 3), label("ATO", 0), label("ATE", 0, True)
    ('ATT', 'ATT of those kept', 'ATO', 'ATE of those kept')
    >>> label("ATE", 0, external=15), label("ATT", 0, external=15)
    ('ATE of those kept', 'ATT')
    """
    gone = lost + (external if estimand == "ATE" else 0)
    return f"{estimand} of those kept" if (gone and estimand in ("ATT", "ATE")) or trimmed else estimand


def external_words(estimand: str, external: int, of: int) -> tuple[str, ...]:
    """What is said of external patients without a place, where the estimand speaks of them too.

    Parameters
    ----------
    estimand
        What the method aims at.
    external
        External patients without a place in the comparison, ``of`` how many.

    Examples
    --------
    >>> external_words("ATE", 15, 221), external_words("ATT", 15, 221)
    (('15 of 221 external patients have no place: the effect no longer speaks of them',), ())
    """
    if estimand != "ATE" or not external:
        return ()
    have = "has" if external == 1 else "have"
    return (f"{external} of {of} external patients {have} no place: the effect no longer speaks of them",)


def sentence(
    estimand: str, incomplete: int, unplaced: int, why: str = "without a partner within the caliper", external: int = 0
) -> str:
    """The estimand, and how many trial patients the numbers no longer speak of.

    Parameters
    ----------
    estimand
        What the method aims at.
    incomplete
        Eligible trial patients who lack a covariate.
    unplaced
        Those who have no place in the comparison, and ``why``.
    external
        External patients without a place.
    """
    lost = incomplete + unplaced
    if not lost and label(estimand, 0, external=external) != estimand:
        return f"estimand {label(estimand, 0, external=external)}"
    if not lost:
        return f"estimand {estimand}"
    patients = "patient is" if lost == 1 else "patients are"
    kept = "those matched" if why.startswith("without a partner") else "those kept"
    return (
        f"estimand {estimand} of {kept}: {lost} eligible trial {patients} lost, {incomplete} for a "
        f"missing covariate, {unplaced} {why}"
    )
