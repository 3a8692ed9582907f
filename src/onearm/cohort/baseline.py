"""What the choice of controls may see: covariates, and nothing that happened afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onearm.cohort.tables import CLEAN, Cohort
from onearm.errors import listed
from onearm.protocol.document import Protocol
from onearm.protocol.trial import Covariate

_IDENTITY = ("subject", "at")
_FORBIDDEN = frozenset(
    {c for table in CLEAN.values() for c in table} - set(_IDENTITY)
    | {
        "time",
        "event",
        "status",
        "outcome",
        "censored",
        "relapse",
        "death",
        "last_contact",
        "os",
        "efs",
        "dfs",
        "pfs",
    }
)


def named_as_outcomes(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Covariates of comparisons that bear the name of an outcome: comparison and covariate."""
    used = ((name, c) for name, one in protocol.comparisons.items() for c in one.covariates)
    return tuple((name, c) for name, c in used if c in _FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Covariates of one source, a row a subject. It has no place for an outcome.

    Parameters
    ----------
    name
        The source.
    covariates
        Name -> definition of each covariate it holds.
    frame
        ``subject``, ``at`` and exactly these covariates (Float64, or text for categories).

    Raises
    ------
    TypeError
        The frame has another column, lacks one, has one of the wrong type, or a covariate bears the name of
        an outcome.
    ValueError
        A subject is there twice.
    """

    name: str
    covariates: Mapping[str, Covariate]
    frame: pl.DataFrame

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pl.DataFrame):
            raise TypeError("the frame of a Baseline is a polars.DataFrame")
        if taken := _FORBIDDEN.intersection(self.covariates):
            raise TypeError(f"a Baseline holds no outcome and no time: {listed(sorted(taken))}")
        allowed, there = {*_IDENTITY, *self.covariates}, set(self.frame.columns)
        if there != allowed:
            parts = [
                f"{what}: {listed(sorted(names))}"
                for what, names in (("not allowed", there - allowed), ("missing", allowed - there))
                if names
            ]
            raise TypeError(f"a Baseline holds its covariates and nothing else; {'; '.join(parts)}")
        for name, covariate in self.covariates.items():
            wanted = pl.Float64 if covariate.is_number else pl.String
            if self.frame.schema[name] != wanted:
                raise TypeError(f"covariate {name!r} is {self.frame.schema[name]}, not {wanted}")
        if self.frame["subject"].n_unique() != self.frame.height:
            raise ValueError("a subject is there twice")

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects, in the order of the rows."""
        return tuple(self.frame["subject"].to_list())

    def only(self, subjects: Iterable[str]) -> Baseline:
        """Keep these subjects, in the order of the rows."""
        kept = self.frame.filter(pl.col("subject").is_in(list(subjects)))
        return Baseline(self.name, self.covariates, kept)

    def complete(self, covariates: Sequence[str]) -> tuple[Baseline, tuple[str, ...]]:
        """Keep those with a value of every one of these covariates; also returns those left out."""
        if not covariates:
            return self, ()
        full = self.frame.select(pl.all_horizontal(pl.col(c).is_not_null() for c in covariates)).to_series()
        out = tuple(self.frame.filter(~full)["subject"].to_list())
        return Baseline(self.name, self.covariates, self.frame.filter(full)), out

    def design_matrix(self, covariates: Sequence[str]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Columns for a model: numbers as they are, categories as 0/1 for every level but the first declared.

        Parameters
        ----------
        covariates
            Their names, in the order wanted.

        Returns
        -------
        matrix : ndarray of float64, shape (subjects, columns)
            NaN where the value is missing.
        names : tuple of str
            ``age``, ``sex=female``, one a column.

        Raises
        ------
        KeyError
            A name that this Baseline does not hold.
        """
        return self._matrix(covariates, skip=1)

    def balance_matrix(self, covariates: Sequence[str]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Columns to show balance: as `design_matrix`, but with every level of a category."""
        return self._matrix(covariates, skip=0)

    def _matrix(self, covariates: Sequence[str], skip: int) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        columns: list[NDArray[np.float64]] = []
        names: list[str] = []
        for name in covariates:
            covariate, series = self.covariates[name], self.frame[name]
            if covariate.is_number:
                columns.append(series.to_numpy())  # null becomes NaN
                names.append(name)
                continue
            for level in covariate.levels[skip:]:
                columns.append((series == level).cast(pl.Float64).to_numpy())  # here too
                names.append(f"{name}={level}")
        shape = (self.frame.height, len(columns))
        matrix = np.column_stack(columns) if columns else np.empty(shape)
        return np.ascontiguousarray(matrix, dtype=np.float64), tuple(names)


def baseline(cohort: Cohort, covariates: Iterable[str], protocol: Protocol) -> Baseline:
    """Take the covariates named, and nothing else, out of a cohort.

    Parameters
    ----------
    cohort
        A source whose tables were accepted.
    covariates
        Names under ``covariates`` of the protocol.

    Raises
    ------
    TypeError
        A name that is no covariate of the protocol, for instance an outcome.
    """
    return of_subjects(cohort.name, cohort.subjects, covariates, protocol)


def of_subjects(name: str, subjects: pl.DataFrame, covariates: Iterable[str], protocol: Protocol) -> Baseline:
    """The same from the rows of ``subjects`` alone."""
    names = list(dict.fromkeys(covariates))
    if unknown := [n for n in names if n not in protocol.covariates]:
        raise TypeError(f"no covariate of the protocol: {listed(unknown)}")
    chosen = {n: protocol.covariates[n] for n in names}
    return Baseline(name, chosen, subjects.select(*_IDENTITY, *names))
