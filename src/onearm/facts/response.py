"""Facts from response assessments: best response, response, MRD, remission at last contact."""

from __future__ import annotations

import polars as pl

from onearm.facts.column import FactColumn, day_text, rows_of
from onearm.facts.course import Course
from onearm.protocol.fact import BestResponse, InRemission, Mrd, Response


def _best(course: Course, until: str) -> pl.DataFrame:
    """One row a subject: ``category`` of the best and earliest assessment, what is said of it, and its proof."""
    scale = course.scale
    rank = {category: i for i, category in enumerate(scale.order)}
    rows = course.assessments(until)
    best = (
        rows.filter(pl.col("response").is_in(scale.order))
        .with_columns(rank=pl.col("response").replace_strict(rank, return_dtype=pl.Int32))
        .sort("rank", "day", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .agg(pl.col("response").first(), pl.col("day").first(), pl.col("at").first())
    )
    assessed = rows.group_by("subject", maintain_order=True).agg(assessed_at="at")
    frame = course.frame.select("subject", "subject_at")
    for part in (best, assessed):
        frame = frame.join(part, on="subject", how="left", maintain_order="left")
    return frame.select(
        "subject",
        category=pl.col("response").fill_null(scale.not_evaluable),
        says=pl.concat_str(pl.col("response"), pl.lit(" on "), day_text("day")).fill_null("no evaluable assessment"),
        at=pl.when(pl.col("response").is_in(scale.responders))
        .then(pl.concat_list("at"))
        .when(pl.col("assessed_at").is_not_null())
        .then("assessed_at")
        .otherwise(pl.concat_list("subject_at")),
    )


def best_response(name: str, clause: BestResponse, course: Course) -> FactColumn:
    """Category of the best response; those without an evaluable assessment are not evaluable."""
    frame = _best(course, clause.until).rename({"category": "value"})
    return FactColumn(name, clause.label or name, "category", clause.rules, frame)


def response(name: str, clause: Response, course: Course) -> FactColumn:
    """Whether the best response is among the categories asked for."""
    wanted = clause.any_of or course.scale.responders
    frame = _best(course, clause.until).select("subject", "says", "at", value=pl.col("category").is_in(wanted))
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)


def mrd_tests(clause: Mrd, course: Course) -> pl.DataFrame:
    """Assessments before relapse with an MRD result, and whether each was ``negative`` by the clause's limit."""
    fine = pl.col("mrd_limit").fill_null(0.0) <= clause.limit
    low = (pl.col("mrd") == "negative") | (pl.col("mrd_value") < clause.limit)
    return (
        course.assessments("relapse")
        .filter(pl.col("mrd").is_not_null() | pl.col("mrd_value").is_not_null())
        .with_columns(negative=(fine & low).fill_null(False))
    )


def mrd(name: str, clause: Mrd, course: Course) -> FactColumn:
    """Whether MRD was negative below the limit, at any or at the first assessment with a result before relapse."""
    tested = mrd_tests(clause, course)
    if clause.count == "best":
        tested = tested.sort("negative", descending=True, maintain_order=True)
    else:  # of several on the first day the worst
        tested = tested.sort("day", "negative", maintain_order=True)
    one = tested.group_by("subject", maintain_order=True).agg(
        pl.col("negative").first(), pl.col("day").first(), pl.col("at").first()
    )
    untested = pl.lit(False) if clause.untested == "counted" else pl.lit(None, pl.Boolean)
    known = pl.col("negative").is_not_null()
    frame = (
        course.frame.select("subject", "subject_at")
        .join(one, on="subject", how="left", maintain_order="left")
        .select(
            "subject",
            value=pl.when(known).then("negative").otherwise(untested),
            says=pl.when(~known)
            .then(pl.lit("MRD not tested"))
            .when("negative")
            .then(pl.concat_str(pl.lit("MRD negative on "), day_text("day")))
            .otherwise(pl.concat_str(pl.lit("MRD not negative on "), day_text("day"))),
            at=pl.concat_list(pl.coalesce("at", "subject_at")),
        )
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)


def in_remission(name: str, clause: InRemission, course: Course) -> FactColumn:
    """Whether a responder was alive and free of relapse at last contact."""
    frame = course.frame.select(
        "subject",
        value=pl.col("response_day").is_not_null() & ~pl.col("relapsed") & ~pl.col("died"),
        says=pl.when(pl.col("response_day").is_null())
        .then(pl.lit("never in remission"))
        .when(pl.col("relapsed"))
        .then(pl.concat_str(pl.lit("relapse on "), day_text("relapse_day")))
        .when(pl.col("died"))
        .then(pl.concat_str(pl.lit("death in remission on "), day_text("death_day")))
        .otherwise(pl.concat_str(pl.lit("in remission on "), day_text("last_contact_day"))),
        at=rows_of("response_at", "followup_at"),
    )
    return FactColumn(name, clause.label or name, "yes-no", clause.rules, frame)
