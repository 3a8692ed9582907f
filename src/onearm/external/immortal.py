"""Do eligibility, treatment and follow-up begin on one day? Where they do not, time is immortal or unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from onearm.errors import Finding, listed
from onearm.external.index_date import Timing
from onearm.protocol.alignment import DayOne

KINDS: dict[str, tuple[str, str, str]] = {
    "eligible": (
        "D330",
        "met the last criterion of eligibility only after day one: whoever died before could not become eligible",
        "start these patients on the day on which they became eligible, or leave them out",
    ),
    "assessed": (
        "D331",
        "have covariates measured after day one: these may be effects of the treatment, and the patient lived to see "
        "them",
        "take the last value before treatment, or count it as missing",
    ),
    "treatment": (
        "D332",
        "began treatment after day one: they are put into a group by what happened later",
        "let day one be the start of treatment",
    ),
    "before": (
        "D333",
        "began treatment before day one: whoever died in between is missing",
        "let day one be the start of treatment",
    ),
    "followed": (
        "D334",
        "are followed only from after day one: whoever died before is not in the source",
        "leave them out, or analyse with delayed entry",
    ),
    "old": (
        "D335",
        "have covariates that are older on day one than the protocol allows",
        "take newer values, or count them as missing",
    ),
}
"""Kind -> code, what is said of the patients, next step."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Patients for whom one of the days does not fall together with day one, and by how many days at most."""

    kind: str
    subjects: tuple[str, ...]
    most_days: int

    @property
    def words(self) -> str:
        """What is wrong, with how many and whom."""
        who = "1 patient" if len(self.subjects) == 1 else f"{len(self.subjects)} patients"
        days = "1 day" if self.most_days == 1 else f"up to {self.most_days} days"
        return f"{who} {KINDS[self.kind][1]} ({days}): {listed(self.subjects)}"


def apart(found: Timing, settings: DayOne) -> tuple[Apart, ...]:
    """Patients whose days do not coincide, by kind.

    Parameters
    ----------
    found
        When each patient begins.
    settings
        How far apart days may lie.

    Notes
    -----
    A day that the source does not give is not judged; see `unjudged`.
    """
    later = {
        "eligible": "eligible_day",
        "assessed": "assessed_day",
        "treatment": "treatment_start_day",
        "followed": "followed_from_day",
    }
    frame = found.frame.with_columns(_since_day_one(c).alias(c) for c in later.values())
    excess = {kind: pl.col(c) for kind, c in later.items()} | {"before": -pl.col("treatment_start_day")}
    allowed = dict.fromkeys(excess, settings.grace_days)
    if settings.oldest_days is not None:
        excess["old"] = -pl.col("assessed_day")
        allowed["old"] = settings.oldest_days
    return tuple(_apart(frame, kind, excess[kind], allowed[kind]) for kind in KINDS if kind in excess)


def _since_day_one(column: str) -> pl.Expr:
    """Study day 1 -> 0, -1 -> -1, 5 -> 4."""
    day = pl.col(column)
    return pl.when(day > 0).then(day - 1).otherwise(day)


def _apart(frame: pl.DataFrame, kind: str, excess: pl.Expr, allowed: int) -> Apart:
    bad = frame.with_columns(excess.alias("excess")).filter(pl.col("excess") > allowed)
    most = bad["excess"].max()
    return Apart(kind, tuple(bad["subject"].to_list()), most if isinstance(most, int) else 0)


def unjudged(found: Timing) -> tuple[str, ...]:
    """Which of the days the source gives for nobody, in words."""
    said = {
        "eligible_day": "when eligibility was established (`eligible`)",
        "assessed_day": "when the covariates were measured (`assessed`)",
        "followed_from_day": "from when a death would have been seen (`followed_from`)",
    }
    frame = found.frame
    return tuple(words for column, words in said.items() if frame[column].null_count() == frame.height)


def check_day_one(found: Timing, where: str, settings: DayOne) -> tuple[Finding, ...]:
    """Findings on one side of a comparison; where the protocol says ``refuse``, the comparison has no design."""
    return tuple(_findings(found, where, settings))


def _findings(found: Timing, where: str, settings: DayOne) -> Iterator[Finding]:
    refused = " (the comparison is refused if they are eligible)" if settings.rule == "refuse" else ""
    for one in apart(found, settings):
        if one.subjects:
            code, _, step = KINDS[one.kind]
            done = " (left out)" if settings.rule == "leave-out" else refused
            yield Finding(code, "warning", where, one.words + done, step)
    if missing := unjudged(found):
        says = f"immortal time cannot be ruled out: the source does not say {listed(missing)}"
        yield Finding("D336", "note", where, says, "add these columns to `subjects` if they are known")
