"""Invented numbers of adverse events: two classes, by version, with odd characters."""

from __future__ import annotations

from typing import Any

from onearm.results import Estimate

GROUPS = {"": 48, "version=original": 38, "version=amendment_1": 10}
NOTE = "every event on record that began on day 1 or later; no end of a treatment-emergent period is set"

COUNTS: dict[str, tuple[str, str, dict[str, tuple[int, int, int]]]] = {
    "any": (
        "any adverse event",
        "",
        {"": (47, 40, 7), "version=original": (37, 31, 6), "version=amendment_1": (10, 9, 1)},
    ),
    "soc.blood": (
        "Blood",
        "Blood",
        {"": (44, 40, 0), "version=original": (35, 32, 0), "version=amendment_1": (9, 8, 0)},
    ),
    "term.neutropenia": (
        "Neutropenia",
        "Blood",
        {"": (41, 39, 0), "version=original": (32, 31, 0), "version=amendment_1": (9, 8, 0)},
    ),
    "soc.liver": (
        "Liver & bile <ducts>",
        "Liver & bile <ducts>",
        {"": (5, 3, 1), "version=original": (5, 3, 1), "version=amendment_1": (0, 0, 0)},
    ),
    "term.vod": (
        'Veno-occlusive disease, "SOS"',
        "Liver & bile <ducts>",
        {"": (5, 3, 1), "version=original": (5, 3, 1), "version=amendment_1": (0, 0, 0)},
    ),
}
"""Row -> its words, its heading, and for each group the patients with any grade, grade 3 or worse, grade 5."""


def toxicity() -> list[Estimate]:
    found = []
    for group, n in GROUPS.items():
        size = {"stat": "n", "unit": "patients", "value": float(n), "method": "count", "notes": (NOTE,)}
        found.append(_one("toxicity.n", "patients", group, **size))
        for item, (words, heading, counts) in COUNTS.items():
            shares = zip(("", "@grade3+", "@grade5"), counts[group], strict=True)
            for at, x in shares:
                share: dict[str, Any] = {"stat": "p", "unit": "proportion", "events": x, "value": x / n}
                label = f"{words}, {at[1:]}" if at else words
                found.append(
                    _one(f"toxicity.{item}{at}", label, group, heading=heading, method="patients, once each", **share)
                )
    return found


def _one(key: str, label: str, group: str, **given: Any) -> Estimate:
    return Estimate(
        id=f"{key}|{group}" if group else key,
        label=f"Adverse events: {label}",
        variable="toxicity",
        context="toxicity",
        n=GROUPS[group],
        population="Treated patients",
        group=group,
        **given,
    )
