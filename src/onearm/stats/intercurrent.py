"""What happens on the way (transplant, a new therapy, a response) and changes what follows.

Ways to compare without immortal time: ``simon_makuch`` (curves), ``mantel_byar`` (test), ``time_dependent_cox``
(hazard ratio), ``clone_censor_weight`` (strategies with a time window), ``landmark`` (groups at a fixed time).
The comparison of ever with never is only done under the name ``naive_ever_never``; ``refuse_ever_never`` is for
callers that meet such groups. Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._clone_censor import CloneCensorWeight as CloneCensorWeight
    from ._clone_censor import clone_censor_weight as clone_censor_weight
    from ._clone_contrast import StrategyContrast as StrategyContrast
    from ._landmark import Landmark as Landmark
    from ._landmark import landmark as landmark
    from ._mantel_byar import MantelByar as MantelByar
    from ._mantel_byar import SwitchCox as SwitchCox
    from ._mantel_byar import mantel_byar as mantel_byar
    from ._mantel_byar import time_dependent_cox as time_dependent_cox
    from ._naive import NaiveComparison as NaiveComparison
    from ._naive import naive_ever_never as naive_ever_never
    from ._simon_makuch import SimonMakuch as SimonMakuch
    from ._simon_makuch import simon_makuch as simon_makuch
    from ._strategy import Strategy as Strategy
    from ._strategy import follow_strategy as follow_strategy
    from ._switch import refuse_ever_never as refuse_ever_never

# public name -> private module that holds it
_NAMES: dict[str, str] = {
    "CloneCensorWeight": "_clone_censor",
    "clone_censor_weight": "_clone_censor",
    "StrategyContrast": "_clone_contrast",
    "Landmark": "_landmark",
    "landmark": "_landmark",
    "MantelByar": "_mantel_byar",
    "SwitchCox": "_mantel_byar",
    "mantel_byar": "_mantel_byar",
    "time_dependent_cox": "_mantel_byar",
    "NaiveComparison": "_naive",
    "naive_ever_never": "_naive",
    "SimonMakuch": "_simon_makuch",
    "simon_makuch": "_simon_makuch",
    "Strategy": "_strategy",
    "follow_strategy": "_strategy",
    "refuse_ever_never": "_switch",
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
