"""Facts from response assessments: best response, response, MRD, remission at last contact."""

from __future__ import annotations

import polars as pl

from onearm.cohort.tables import Cohort
from onearm.facts.column import FactColumn, day_text, rows_of
from onearm.protocol.fact import BestResponse, InRemission, Mrd, Response, ResponseScale


def assessments(cohort: Cohort, until: str = "relapse") -> pl.LazyFrame:
    """Response rows that count: before relapse, or all of them when ``until`` is ``death``."""
    rows = cohort.responses.lazy()
    if until == "relapse":
        relapse = cohort.followup.lazy().select("subject", "relapse_day")
        rows = rows.join(relapse, on="subject", how="left", maintain_order="left").filter(
            pl.col("relapse_day").is_null() | (pl.col("day") < pl.col("relapse_day"))
        )
    return rows


def best_rows(cohort: Cohort, scale: ResponseScale, until: str = "relapse") -> pl.LazyFrame:
    """One row a subject with an evaluable assessment: ``subject response rank day at`` of the best, earliest one."""
    rank = {category: i for i, category in enumerate(scale.order)}
    return (
        assessments(cohort, until)
        .filter(pl.col("response").is_in(scale.order))
        .with_columns(rank=pl.col("response").replace_strict(rank, return_dtype=pl.Int32))
        .sort("rank", "day", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .first()
        .select("subject", "response", "rank", "day", "at")
    )


def first_response(cohort: Cohort, scale: ResponseScale) -> pl.LazyFrame:
    """``subject response_day response_at`` of the first assessment that is a response, before relapse."""
    return (
        assessments(cohort)
        .filter(pl.col("response").is_in(scale.responders))
        .sort("day", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .first()
        .select("subject", response_day="day", response_at="at")
    )


def _everyone(cohort: Cohort) -> pl.LazyFrame:
    return cohort.subjects.lazy().select("subject", subject_at="at")


def _assessed_rows(cohort: Cohort, until: str) -> pl.LazyFrame:
    return assessments(cohort, until).group_by("subject", maintain_order=True).agg(assessed_at="at", n=pl.len())


def _best(cohort: Cohort, scale: ResponseScale, until: str) -> pl.LazyFrame:
    best = best_rows(cohort, scale, until)
    return (
        _everyone(cohort)
        .join(best, on="subject", how="left", maintain_order="left")
        .join(_assessed_rows(cohort, until), on="subject", how="left", maintain_order="left")
        .with_columns(
            category=pl.col("response").fill_null(scale.not_evaluable),
            said=pl.concat_str(pl.col("response"), pl.lit(" on "), day_text("day")).fill_null(
                "no evaluable assessment"
            ),
            proof=pl.when(pl.col("response").is_in(scale.responders))
            .then(pl.concat_list("at"))
            .when(pl.col("n") > 0)
            .then(pl.col("assessed_at"))
            .otherwise(pl.concat_list("subject_at")),
        )
    )


def best_response(name: str, clause: BestResponse, cohort: Cohort, scale: ResponseScale) -> FactColumn:
    """Category of the best response; those without an evaluable assessment are not evaluable."""
    frame = _best(cohort, scale, clause.until).select("subject", value="category", says="said", at="proof")
    return FactColumn(name, clause.label or name, "category", clause.rules, frame.collect())


def response(name: str, clause: Response, cohort: Cohort, scale: ResponseScale) -> FactColumn:
    """Whether the best response is among the categories asked for."""
    wanted = clause.any_of or scale.responders
    frame = _best(cohort, scale, clause.until).select(
        "subject", value=pl.col("category").is_in(wanted), says="said", at="proof"
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame.collect())


def mrd(name: str, clause: Mrd, cohort: Cohort) -> FactColumn:
    """Whether MRD was negative below the limit, at any or at the first assessment with a result before relapse."""
    called = (pl.col("mrd") == "negative") & (pl.col("mrd_limit").fill_null(0.0) <= clause.limit)
    tested = (
        assessments(cohort)
        .filter(pl.col("mrd").is_not_null() | pl.col("mrd_value").is_not_null())
        .with_columns(negative=(called | (pl.col("mrd_value") < clause.limit)).fill_null(False))
        .sort("day", maintain_order=True)
    )
    if clause.count == "best":
        tested = tested.sort("negative", descending=True, maintain_order=True)
    first = tested.group_by("subject", maintain_order=True).first().select("subject", "negative", "day", "at")
    untested = pl.lit(False) if clause.untested == "counted" else pl.lit(None, pl.Boolean)
    frame = (
        _everyone(cohort)
        .join(first, on="subject", how="left", maintain_order="left")
        .select(
            "subject",
            value=pl.when(pl.col("negative").is_null()).then(untested).otherwise(pl.col("negative")),
            says=pl.when(pl.col("negative").is_null())
            .then(pl.lit("MRD not tested"))
            .when(pl.col("negative"))
            .then(pl.concat_str(pl.lit("MRD negative on "), day_text("day")))
            .otherwise(pl.concat_str(pl.lit("MRD not negative on "), day_text("day"))),
            at=pl.concat_list(pl.coalesce("at", "subject_at")),
        )
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame.collect())


def in_remission(name: str, clause: InRemission, cohort: Cohort, scale: ResponseScale) -> FactColumn:
    """Whether a responder was alive and free of relapse at last contact."""
    frame = (
        _everyone(cohort)
        .join(first_response(cohort, scale), on="subject", how="left", maintain_order="left")
        .join(cohort.followup.lazy(), on="subject", how="left", maintain_order="left")
        .select(
            "subject",
            value=pl.col("response_day").is_not_null() & ~pl.col("relapsed") & ~pl.col("died"),
            says=pl.when(pl.col("response_day").is_null())
            .then(pl.lit("never in remission"))
            .when(pl.col("relapsed"))
            .then(pl.concat_str(pl.lit("relapse on "), day_text("relapse_day")))
            .when(pl.col("died"))
            .then(pl.concat_str(pl.lit("death in remission on "), day_text("death_day")))
            .otherwise(pl.concat_str(pl.lit("in remission on "), day_text("last_contact_day"))),
            at=rows_of("response_at", "at"),
        )
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame.collect())
