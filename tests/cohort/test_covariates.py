from __future__ import annotations

import pytest

from onearm.cohort.covariates import UNIT_FACTORS, factors, other_unit
from onearm.protocol.trial import Covariate


@pytest.mark.parametrize(
    ("value", "unit", "span", "said"),
    [
        (1.75, "cm", (120, 220), "1.75 m would be 175 cm"),
        (70, "cm", (120, 220), "70 inches would be 177.8 cm"),
        (1750, "cm", (120, 220), "1750 mm would be 175 cm"),
        (260, "kg", (30, 200), "260 lb would be 117.9 kg"),
        (35, "g/dL", (1, 6), "35 g/L would be 3.5 g/dL"),
        (3.5, "g/L", (10, 60), "3.5 g/dL would be 35 g/L"),
        (35, "fraction", (0, 1), "35 percent would be 0.35 fraction"),
        (0.5, "%", (5, 100), "0.5 a fraction would be 50 %"),
        (45000, "10^9/L", (0, 500), "45000 cells/µL would be 45 10^9/L"),
        (999, "cm", (120, 220), ""),
        (70, "apples", (120, 220), ""),
    ],
)
def test_other_units(value, unit, span, said):
    assert other_unit(value, Covariate(label="X", unit=unit, range=span)) == said


def test_spelling_of_units_does_not_matter():
    assert factors(" G/DL ") == factors("g/dL") != ()
    assert factors("cells/µL") == factors("cells/μL") != ()


def test_factors_change_something():
    assert all(f > 0 and f != 1 for pairs in UNIT_FACTORS.values() for _, f in pairs)
