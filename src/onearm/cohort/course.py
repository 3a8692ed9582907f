"""The order of events in each subject: nothing before time zero, after death, or without its condition."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from onearm.cohort.log import Log, count
from onearm.cohort.schema import Source
from onearm.errors import Severity

Frames = Mapping[str, pl.DataFrame]

EVENTS: dict[str, tuple[str, str]] = {
    "responses": ("day", "response assessment"),
    "adverse_events": ("start_day", "adverse event"),
    "procedures": ("day", "procedure"),
    "doses": ("day", "dose"),
}
"""Table -> the column that dates a row, and what a row is."""


def check_course(subjects: pl.DataFrame, tables: Frames, source: Source, log: Log) -> None:
    """Check the order of events of every subject.

    Parameters
    ----------
    subjects
        With ``subject``, ``treated``, ``at``, ``line``.
    tables
        The other tables that could be read, with their study days.
    """
    followup = tables.get("followup")
    for name, (column, what) in EVENTS.items():
        if name in tables:
            _before_zero(tables[name], column, what, log, "warning" if name == "adverse_events" else "error")
    if "adverse_events" in tables:
        _ends(tables["adverse_events"], log)
    if followup is not None and not followup.is_empty():
        _followup(subjects, followup, log)
        _after_the_end({"subjects": subjects, **tables}, followup, log)
        _relapses(tables, followup, source, log)
        _fatal(tables, followup, log)
    _unassessed(subjects, tables, log)
    _untreated(subjects, tables, log)
    _no_zero(tables, subjects, log)


def _before_zero(frame: pl.DataFrame, column: str, what: str, log: Log, severity: Severity) -> None:
    first = frame[column].min()
    if first is None or first >= 1:  # type: ignore[operator]
        return
    early = severity == "warning"
    log.rows(
        "D284" if early else "D283",
        frame.filter(pl.col(column) < 1),
        lambda r: (
            f"{what} on day {r[column]}, before "
            + ("enrolment of a subject never treated" if r["no_zero"] else "time zero")
        ),
        "check the date; it does not count as treatment-emergent"
        if early
        else "correct the date, or leave out what was before time zero",
        severity,
    )


def _ends(frame: pl.DataFrame, log: Log) -> None:
    log.rows(
        "D285",
        frame.filter(pl.col("end_day") < pl.col("start_day")),
        lambda r: f"the adverse event ended on day {r['end_day']}, before it began on day {r['start_day']}",
        "correct start or end",
    )


def _followup(subjects: pl.DataFrame, followup: pl.DataFrame, log: Log) -> None:
    log.rows(
        "D234",
        subjects.filter(pl.col("subject").is_not_null()).join(followup, on="subject", how="anti"),
        lambda r: f"subject {r['subject']} has no row in followup",
        "add a row with at least the last contact",
    )
    if followup["subject"].n_unique() < followup.height:
        log.rows(
            "D232",
            followup.filter(~pl.col("subject").is_first_distinct()),
            lambda r: f"subject {r['subject']} has another row in followup",
            "keep one row a subject",
        )
    for column, what in (
        ("relapse_day", "relapse"),
        ("death_day", "death"),
        ("last_contact_day", "last contact"),
    ):
        _before_zero(followup, column, what, log, "error")
        if what != "last contact":
            log.rows(
                "D286",
                followup.filter(pl.col("last_contact_day") < pl.col(column)),
                lambda r, column=column, what=what: (  # type: ignore[misc]
                    f"last contact on day {r['last_contact_day']} is before {what} on day {r[column]}"
                ),
                "correct one of the two; the day of death is a contact",
            )
    _causes(followup, log)


def _causes(followup: pl.DataFrame, log: Log) -> None:
    dead, caused = pl.col("death").is_not_null(), pl.col("cause").is_not_null()
    if followup["cause"].null_count() < followup.height:
        log.rows(
            "D288",
            followup.filter(dead & ~caused),
            lambda _: "there is a death without a cause",
            "fill in `cause`, or write unknown",
            "warning",
        )
    log.rows(
        "D289",
        followup.filter(caused & ~dead),
        lambda r: "there is a cause of death, but no date of death",
        "fill in `death`, or delete the cause",
        "warning",
    )


def _after_the_end(tables: Frames, followup: pl.DataFrame, log: Log) -> None:
    step = "correct one of the two dates"
    for column, what in (("relapse_day", "relapse"), ("last_contact_day", "last contact")):
        log.rows(
            "D280",
            followup.filter(pl.col(column) > pl.col("death_day")),
            lambda r, column=column, what=what: (  # type: ignore[misc]
                f"{what} on day {r[column]} is after death on day {r['death_day']}"
            ),
            step,
        )
    ends = followup.unique("subject", keep="first", maintain_order=True).select(
        "subject", "death_day", "last_contact_day"
    )
    for name, (column, what) in {"subjects": ("treatment_start_day", "treatment start"), **EVENTS}.items():
        if name not in tables:
            continue
        known = tables[name].join(ends, on="subject", how="inner", maintain_order="left")
        late = pl.col(column) > pl.col("death_day")
        after = pl.col(column) > pl.col("last_contact_day")
        known = known.filter(late.fill_null(False) | after.fill_null(False))
        if known.is_empty():
            continue
        log.rows(
            "D280",
            known.filter(late),
            lambda r, column=column, what=what: (  # type: ignore[misc]
                f"{what} on day {r[column]} is after death on day {r['death_day']}"
            ),
            step,
        )
        log.rows(
            "D287",
            known.filter(~late.fill_null(False) & (pl.col(column) > pl.col("last_contact_day"))),
            lambda r, column=column, what=what: (  # type: ignore[misc]
                f"{what} on day {r[column]} is after the last contact on day {r['last_contact_day']}"
            ),
            "move the last contact: it is the last day on which the subject was known to be alive",
            "error" if name == "responses" else "warning",  # an assessment may be an event, which would be lost
        )


def _relapses(tables: Frames, followup: pl.DataFrame, source: Source, log: Log) -> None:
    if "responses" not in tables:
        return
    good = tables["responses"].filter(pl.col("response").is_in(list(source.protocol.response.responders)))
    first = good.group_by("subject").agg(pl.col("day").min().alias("_first"), pl.lit(True).alias("_responded"))
    relapsed = followup.filter(pl.col("relapse").is_not_null()).join(first, on="subject", how="left")
    words = ", ".join(source.protocol.response.responders)
    unread = tables["responses"].filter(pl.col("response").is_null())["subject"]
    never = relapsed.filter(pl.col("_responded").is_null() & ~pl.col("subject").is_in(unread.to_list()))
    order = source.protocol.response.order
    if source.protocol.response.progressive:
        never = never.clear()  # where disease may be stable or progress, a progression needs no response before it
    partly = tables["responses"].filter(pl.col("response").is_in(list(order[:-1])))["subject"].to_list()
    log.rows(
        "D281",
        never.filter(~pl.col("subject").is_in(partly)),
        lambda _: "there is a relapse, but no response before it",
        f"add the assessment with the response ({words}); a disease that never responded does not relapse",
    )
    log.rows(
        "D281",
        never.filter(pl.col("subject").is_in(partly)),
        lambda _: f"there is a relapse without a response ({words}) before it; it counts as an event",
        "check the assessments, and which categories are a response",
        "warning",
    )
    log.rows(
        "D282",
        relapsed.filter(pl.col("relapse_day") <= pl.col("_first")),
        lambda r: f"relapse on day {r['relapse_day']} is not after the first response on day {r['_first']}",
        "correct one of the two dates",
    )


def _fatal(tables: Frames, followup: pl.DataFrame, log: Log) -> None:
    if "adverse_events" not in tables:
        return
    died = followup.filter(pl.col("death").is_not_null()).select("subject").unique()
    log.rows(
        "D290",
        tables["adverse_events"].filter(pl.col("grade") == 5).join(died, on="subject", how="anti"),
        lambda r: f"grade 5 means death, but subject {r['subject']} did not die",
        "fill in `death` in followup, or correct the grade",
        "warning",
    )


def _unassessed(subjects: pl.DataFrame, tables: Frames, log: Log) -> None:
    if "responses" not in tables:
        return
    log.rows(
        "D239",
        subjects.filter(pl.col("treated")).join(tables["responses"], on="subject", how="anti"),
        lambda r: f"subject {r['subject']} was treated and has no response assessment",
        "add the assessments, or a row with the code for not evaluable",
        "warning",
    )


def _untreated(subjects: pl.DataFrame, tables: Frames, log: Log) -> None:
    if "doses" in tables:
        log.rows(
            "D291",
            tables["doses"].join(subjects.filter(pl.col("treated")), on="subject", how="anti"),
            lambda r: f"there is a dose, but subject {r['subject']} has no `treatment_start`",
            "fill in `treatment_start`, or delete the dose",
        )


def _no_zero(tables: Frames, subjects: pl.DataFrame, log: Log) -> None:
    for name, frame in tables.items():
        lost = frame.filter(pl.col("no_zero"))
        if lost.height:
            who = lost["subject"].n_unique()
            says = f"{count(who, 'subject')} never treated: the rows in {name} have no study day"
            log.add(
                "D249",
                str(lost["at"][0]),
                says,
                "fill in `treatment_start` if they were treated; otherwise analyse those treated",
                "note" if name != "followup" else "warning",
            )
