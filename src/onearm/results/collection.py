"""Everything one run found, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from onearm.errors import UsageError, near
from onearm.results import ard, plain
from onearm.results.drawn import Bars, Schedule
from onearm.results.listing import Listing
from onearm.results.monitored import Boundaries, CharacteristicsCurves, TimeBoundaries
from onearm.results.outline import Outline
from onearm.results.records import (
    Choice,
    Commitment,
    Curve,
    Estimate,
    Evidence,
    Flow,
    Gate,
    Header,
    Lane,
    Pair,
    Residuals,
)
from onearm.results.statement import Statement
from onearm.results.watched import Watch

if TYPE_CHECKING:
    import polars as pl

SCHEMA = 6
"""Version of the shape of results.json."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one run found, in order; look a number up by its id.

    Examples
    --------
    >>> one = Estimate(id="orr", label="Overall response", variable="orr", stat="p", context="proportion",
    ...                unit="proportion", n=48, events=44, value=44 / 48, method="exact", population="treated")
    >>> r = Results(Header(trial="t", title="T", arm="A"), {"orr": one})
    >>> r["orr"].events, "orr" in r, Results.from_json(r.to_json()) == r
    (44, True, True)
    """

    header: Header
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    flows: tuple[Flow, ...] = ()
    pairs: tuple[Pair, ...] = ()
    choices: tuple[Choice, ...] = ()
    commitment: tuple[Commitment, ...] = ()
    residuals: tuple[Residuals, ...] = ()
    lanes: tuple[Lane, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    bars: tuple[Bars, ...] = ()
    watches: tuple[Watch, ...] = ()
    boundaries: tuple[Boundaries | TimeBoundaries, ...] = ()
    characteristics: tuple[CharacteristicsCurves, ...] = ()
    statements: tuple[Statement, ...] = ()
    listed: tuple[Listing, ...] = ()
    outline: Outline = field(default_factory=Outline)
    evidence: Mapping[str, Mapping[str, Evidence]] = field(default_factory=dict)
    listings: Mapping[str, tuple[Mapping[str, str | int], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("estimates", "curves", "evidence", "listings"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, key: str) -> Estimate:
        """The number with this id; `UsageError` U301 with a near match when there is none."""
        try:
            return self.estimates[key]
        except KeyError:
            raise UsageError.one(
                "U301",
                key,
                f'no number has the id "{key}"{near(key, self.estimates)}',
                "look the id up in results.csv (column id)",
            ) from None

    def __contains__(self, key: str) -> bool:
        return key in self.estimates

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates.values())

    def __len__(self) -> int:
        return len(self.estimates)

    def frame(self) -> pl.DataFrame:
        """One row per number, in the columns of CDISC's analysis results data, plus ``id`` and ``method``.

        Columns: ``group1 group1_level group2 ... group4_level variable variable_level context stat_name stat_label stat
        stat_fmt unit n id method population warning error``. An estimate gives one row for its value, three for limits
        and their level, one for a standard error, one for those with the event; ``id`` and ``stat_name`` name a row.
        """
        import polars as pl

        rows = [row for e in self for row in ard.rows(e)]
        return pl.DataFrame(rows, schema=ard.schema(), orient="row")

    def to_json(self) -> str:
        """Deterministic JSON text, one record a line; infinities become the strings ``"inf"`` and ``"-inf"``.

        Evidence and listings are left out: they name lines of files, which change when rows are reordered and numbers
        do not.
        """
        lists = {
            "estimates": self.estimates.values(),
            "curves": self.curves.values(),
            "gates": self.gates,
            "flows": self.flows,
            "pairs": self.pairs,
            "choices": self.choices,
            "commitment": self.commitment,
            "residuals": self.residuals,
            "lanes": self.lanes,
            "schedules": self.schedules,
            "bars": self.bars,
            "watches": self.watches,
            "boundaries": self.boundaries,
            "characteristics": self.characteristics,
            "statements": self.statements,
            "listed": self.listed,
        }
        parts = [f'"schema": {SCHEMA}', f'"header": {plain.line(self.header)}']
        parts.append(f'"outline": {plain.line(self.outline)}')
        parts += [f'"{name}": [\n{plain.lines(records)}\n]' for name, records in lists.items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @classmethod
    def from_json(cls, text: str, where: str = "results.json") -> Results:
        """Read back what `to_json` wrote; `UsageError` U302 when it is something else."""
        try:
            body = json.loads(text)
            if body["schema"] != SCHEMA:
                raise ValueError(f"shape {body['schema']} of results, this version reads {SCHEMA}")
            return cls(
                header=plain.header(body["header"]),
                estimates={e["id"]: plain.record(Estimate, e) for e in body["estimates"]},
                curves={c["id"]: plain.curve(c) for c in body["curves"]},
                gates=tuple(plain.record(Gate, g) for g in body["gates"]),
                flows=tuple(plain.flow(f) for f in body["flows"]),
                pairs=tuple(plain.record(Pair, p) for p in body["pairs"]),
                choices=tuple(plain.record(Choice, c) for c in body["choices"]),
                commitment=tuple(plain.record(Commitment, c) for c in body["commitment"]),
                residuals=tuple(plain.record(Residuals, r) for r in body["residuals"]),
                lanes=tuple(plain.lane(one) for one in body["lanes"]),
                schedules=tuple(plain.schedule(one) for one in body["schedules"]),
                bars=tuple(plain.record(Bars, one) for one in body["bars"]),
                watches=tuple(plain.watch(w) for w in body["watches"]),
                boundaries=tuple(plain.boundaries(b) for b in body["boundaries"]),
                characteristics=tuple(plain.record(CharacteristicsCurves, c) for c in body["characteristics"]),
                statements=tuple(plain.record(Statement, s) for s in body["statements"]),
                listed=tuple(plain.record(Listing, one) for one in body["listed"]),
                outline=plain.outline(body["outline"]),
            )
        except (ValueError, KeyError, TypeError) as problem:
            raise UsageError.one(
                "U302", where, f"these are not results of onearm ({problem})", "run `onearm run` again"
            ) from None
