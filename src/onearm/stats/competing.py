"""Competing risks: cumulative incidence, comparison of groups, regression.

Names load on first use; the code is in the private modules of the table below.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._cause_specific import cause_specific_cox as cause_specific_cox
    from ._fine_gray import fine_gray as fine_gray
    from ._fine_gray_fit import FineGrayFit as FineGrayFit
    from ._fine_gray_fit import PredictedIncidence as PredictedIncidence
    from ._gray import GrayTest as GrayTest
    from ._gray import gray_test as gray_test
    from ._incidence import cumulative_incidence as cumulative_incidence
    from ._incidence_curve import CauseCurve as CauseCurve
    from ._incidence_curve import CumulativeIncidence as CumulativeIncidence
    from ._incidence_curve import IncidenceAt as IncidenceAt
    from ._incidence_curve import IncidenceQuantile as IncidenceQuantile
    from ._incidence_curve import TimeLost as TimeLost

# public name -> private module that holds it; one line above for type checkers, one here
_NAMES: dict[str, str] = {
    "cumulative_incidence": "_incidence",
    "CumulativeIncidence": "_incidence_curve",
    "CauseCurve": "_incidence_curve",
    "IncidenceAt": "_incidence_curve",
    "IncidenceQuantile": "_incidence_curve",
    "TimeLost": "_incidence_curve",
    "gray_test": "_gray",
    "GrayTest": "_gray",
    "fine_gray": "_fine_gray",
    "FineGrayFit": "_fine_gray_fit",
    "PredictedIncidence": "_fine_gray_fit",
    "cause_specific_cox": "_cause_specific",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__package__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
