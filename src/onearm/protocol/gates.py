"""What must hold before an effect may be read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from onearm.protocol.base import Part

Share = Annotated[float, Field(gt=0, le=1)]


class Gates(Part):
    """Thresholds that a design passes or fails before any effect is shown; those not given are not asked.

    Parameters
    ----------
    max_smd
        Largest absolute standardized difference after matching or weighting.
    min_matched
        Smallest share of the eligible trial patients who keep a place in the comparison.
    variance_ratio
        Lowest and highest variance ratio (trial over external) of a numeric covariate.
    max_ks
        Largest distance between the two distribution functions of a covariate.
    min_effective
        Smallest effective number of external patients.
    min_overlap
        Smallest share of the trial's patients whose score lies within the range of the external ones.
    min_equipoise
        Smallest share, on either side, of preference scores from 0.3 to 0.7.
    max_weight
        Largest share of all external weight that one patient may carry.
    max_energy
        Largest energy distance between the two weighted groups.
    """

    max_smd: Annotated[float, Field(gt=0, le=5)] = 0.25
    min_matched: Share = 0.5
    variance_ratio: tuple[float, float] | None = None
    max_ks: Share | None = None
    min_effective: Annotated[float, Field(gt=0)] | None = None
    min_overlap: Share | None = None
    min_equipoise: Share | None = None
    max_weight: Share | None = None
    max_energy: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Gates:
        if self.variance_ratio is not None and not 0 < self.variance_ratio[0] < 1 < self.variance_ratio[1]:
            raise ValueError("`variance_ratio` is a pair around 1, such as [0.5, 2]")
        return self
