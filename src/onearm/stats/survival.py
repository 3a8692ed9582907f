"""Survival curves and their comparison, from right-censored and left-truncated follow-up.

Names load on first use; the code is in the private modules of the table below.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._curve import KaplanMeier as KaplanMeier
    from ._curve import Quantile as Quantile
    from ._curve import RestrictedMean as RestrictedMean
    from ._curve import SurvivalAt as SurvivalAt
    from ._kaplan_meier import kaplan_meier as kaplan_meier
    from ._kaplan_meier import reverse_kaplan_meier as reverse_kaplan_meier
    from ._landmark import Landmark as Landmark
    from ._landmark import landmark as landmark
    from ._log_rank import LogRank as LogRank
    from ._log_rank import log_rank as log_rank

# public name -> private module that holds it; one line above for type checkers, one here
_NAMES: dict[str, str] = {
    "KaplanMeier": "_curve",
    "Quantile": "_curve",
    "RestrictedMean": "_curve",
    "SurvivalAt": "_curve",
    "kaplan_meier": "_kaplan_meier",
    "reverse_kaplan_meier": "_kaplan_meier",
    "Landmark": "_landmark",
    "landmark": "_landmark",
    "LogRank": "_log_rank",
    "log_rank": "_log_rank",
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
