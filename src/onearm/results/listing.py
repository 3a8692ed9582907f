"""A listing of subjects or of their events, as documents print it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows of words about subjects, one subject a row; a subject may have several.

    Parameters
    ----------
    id, title
        Name (``subjects``, ``vod_listing``) and caption.
    section
        Where a report places it (``subjects``, ``safety`` ...).
    columns
        Headings; the first stands over the row labels.
    rows
        The texts, a row as long as ``columns``; empty where nothing is known.
    subjects
        Whom each row is about, as many as ``rows``.
    notes
        The rules by which rows were made and ordered.

    Examples
    --------
    >>> one = Listing(id="vod", title="Veno-occlusive disease", section="safety", columns=("Subject", "Grade"),
    ...               rows=(("007", "3"),), subjects=("007",))
    >>> len(one.rows) == len(one.subjects)
    True
    """

    id: str
    title: str
    section: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    subjects: tuple[str, ...]
    notes: tuple[str, ...] = ()
