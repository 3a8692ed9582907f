"""The course of every subject, gathered once: what several facts look at."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.protocol.document import Protocol
from onearm.protocol.fact import ResponseScale


@dataclass(frozen=True, slots=True)
class Course:
    """One cohort with what facts need of it.

    ``frame`` has one row a subject: ``subject``, ``subject_at``, ``treated``, ``enrolled_day``; of follow-up
    ``relapse_day death_day last_contact_day relapsed died followup_at``; ``response_day response_at`` of the first
    response before relapse; ``first_day first_at last_day last_at`` of the evaluable assessments and ``refractory``
    (assessed, and never a response); ``seen_first seen_first_at seen_last seen_at`` of all assessments.
    """

    cohort: Cohort
    scale: ResponseScale
    time_zero: str
    frame: pl.DataFrame

    @classmethod
    def of(cls, cohort: Cohort, protocol: Protocol) -> Course:
        """Gather the course of a cohort's subjects by the protocol's response scale."""
        scale = protocol.response
        return cls(cohort, scale, protocol.trial.time_zero, _gathered(cohort, scale))

    def assessments(self, until: str) -> pl.DataFrame:
        """Response rows that count: before relapse, or all of them when ``until`` is ``death``."""
        return assessments(self.cohort) if until == "relapse" else self.cohort.responses


def assessments(cohort: Cohort) -> pl.DataFrame:
    """Response rows before relapse: an assessment on the day of relapse shows the relapse.

    Progressive disease (PD) found on that day is the progression itself and counts, or nobody's best response were PD.
    """
    relapse = cohort.followup.select("subject", "relapse_day")
    rows = cohort.responses.join(relapse, on="subject", how="left", maintain_order="left")
    found = (pl.col("day") == pl.col("relapse_day")) & (pl.col("response") == "PD")
    return rows.filter(pl.col("relapse_day").is_null() | (pl.col("day") < pl.col("relapse_day")) | found)


def _gathered(cohort: Cohort, scale: ResponseScale) -> pl.DataFrame:
    follow = cohort.followup.select(
        "subject", "relapse_day", "death_day", "last_contact_day", "relapsed", "died", followup_at="at"
    )
    is_response = pl.col("response").is_in(scale.responders)
    first = (
        assessments(cohort)
        .filter(is_response)
        .group_by("subject", maintain_order=True)
        .agg(response_day=pl.col("day").first(), response_at=pl.col("at").first())
    )
    assessed = (
        cohort.responses.filter(pl.col("response").is_in(scale.order))
        .group_by("subject", maintain_order=True)
        .agg(
            refractory=~is_response.any(),
            first_day=pl.col("day").first(),
            first_at=pl.col("at").first(),
            last_day=pl.col("day").last(),
            last_at=pl.col("at").last(),
        )
    )
    seen = cohort.responses.group_by("subject", maintain_order=True).agg(
        seen_first=pl.col("day").first(),
        seen_first_at=pl.col("at").first(),
        seen_last=pl.col("day").last(),
        seen_at=pl.col("at").last(),
    )
    frame = cohort.subjects.select("subject", "treated", "enrolled_day", subject_at="at")
    for part in (follow, first, assessed, seen):
        frame = frame.join(part, on="subject", how="left", maintain_order="left")
    return frame
