"""`onearm design ...`: a design or a stopping rule, its boundary and what it does."""

from onearm.cli.design import external, in_stages, probabilities, thresholds
from onearm.cli.design.app import design

__all__ = ["design", "external", "in_stages", "probabilities", "thresholds"]
