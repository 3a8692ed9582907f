"""How wrong a comparison could be: confounders nobody measured, outcomes nobody saw, errors in what was recorded.

``e_value``, ``bias_factor``, ``rule_out`` and ``tipping_point`` for an unmeasured confounder; ``tipping_missing``,
``tipping_dropout`` and ``tipping_borrowing`` for missing outcomes, drop-outs and the weight of borrowed data;
``misclassification``, ``selection_bias``, ``unmeasured_confounder`` and ``probabilistic_bias`` for bias analysis;
``negative_control`` for outcomes that the treatment cannot have changed.
"""

from __future__ import annotations

from ._bias_probabilistic import BiasDistribution, probabilistic_bias
from ._bias_table import BiasAdjusted, misclassification, selection_bias, unmeasured_confounder
from ._sensitivity_borrowing import BorrowingTip, tipping_borrowing
from ._sensitivity_confounder import RuleOut, TippingPoint, confounding_limits, rule_out, tipping_point
from ._sensitivity_dropout import DropoutTip, tipping_dropout
from ._sensitivity_evalue import EValue, bias_factor, e_value, e_value_difference
from ._sensitivity_missing import MissingOutcomes, tipping_missing
from ._sensitivity_negative import Calibrated, NegativeControl, negative_control

__all__ = [
    "BiasAdjusted",
    "BiasDistribution",
    "BorrowingTip",
    "Calibrated",
    "DropoutTip",
    "EValue",
    "MissingOutcomes",
    "NegativeControl",
    "RuleOut",
    "TippingPoint",
    "bias_factor",
    "confounding_limits",
    "e_value",
    "e_value_difference",
    "misclassification",
    "negative_control",
    "probabilistic_bias",
    "rule_out",
    "selection_bias",
    "tipping_borrowing",
    "tipping_dropout",
    "tipping_missing",
    "tipping_point",
    "unmeasured_confounder",
]
