"""What a comparison says in words, as the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A table of words about one comparison.

    Parameters
    ----------
    id
        ``comparability|NAME`` or ``target_trial|NAME``.
    comparison
        The comparison.
    columns
        Headings; the first stands over the row labels.
    rows
        The words, a row as long as ``columns``.
    """

    id: str
    comparison: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def kind(self) -> str:
        """The part of the id before the comparison."""
        return self.id.partition("|")[0]
