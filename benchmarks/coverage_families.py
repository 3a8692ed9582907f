"""All families in the order of the table."""

from __future__ import annotations

from benchmarks import coverage_one_arm, coverage_states, coverage_switch, coverage_two_arms

PARTS = (coverage_one_arm, coverage_states, coverage_two_arms, coverage_switch)
FAMILIES = tuple(family for part in PARTS for family in part.FAMILIES)
PROPORTIONS = "proportions"
TITLES = {f.name: f.title for f in FAMILIES} | {PROPORTIONS: "Proportions"}
