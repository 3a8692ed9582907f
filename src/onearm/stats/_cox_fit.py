"""What a Cox regression hands back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ._cox_curve import CoxBaseline, CoxCurve, baseline, curve
from ._cox_model import CoxModel
from ._cox_residuals import expected, residuals
from ._cox_shared import ChiSquare as ChiSquare
from ._cox_shared import HazardRatios, exp
from ._cox_shared import LogLikelihood as LogLikelihood
from ._input import Floats, Ints, as_choice, as_floats, as_level, as_matrix


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit(HazardRatios):
    """A fitted Cox model with p covariates; arrays are (p,) unless said.

    Attributes
    ----------
    coef : log hazard ratios. NaN for a column that is constant or repeats earlier ones.
    std_error : from the inverse information; infinite for a coefficient that grows without limit.
    robust_std_error : from the sandwich, None unless ``robust``.
    covariance : (p, p) of the estimate; the sandwich when ``robust``, else ``model_covariance``.
    model_covariance : (p, p) inverse information.
    low, high : limits of ``coef`` at ``level``; z and p_value: Wald. Robust when ``robust``. NaN where the
        standard error is NaN, 0 or infinite.
    log_likelihood : null and fitted.
    wald, score, likelihood_ratio : tests of all coefficients; Wald uses ``covariance``.
    robust_score : score test with the sandwich at zero (Lin & Wei 1989), None unless ``robust``.
    iterations, converged, message : how the fit went; ``message`` is empty when all is well.
    n, events : rows with positive weight, and events among them.
    model : the sorted data and the fitted point, which the methods read; not for outside use.
    """

    coef: Floats
    std_error: Floats
    robust_std_error: Floats | None
    covariance: Floats
    model_covariance: Floats
    low: Floats
    high: Floats
    z: Floats
    p_value: Floats
    log_likelihood: LogLikelihood
    wald: ChiSquare
    score: ChiSquare
    likelihood_ratio: ChiSquare
    robust_score: ChiSquare | None
    iterations: int
    converged: bool
    message: str
    robust: bool
    ties: str
    level: float
    n: int
    events: int
    model: CoxModel = field(repr=False)

    def residuals(self, kind: str = "martingale", *, collapse: ArrayLike | None = None) -> Floats:
        """How far each row, or each event, lies from what the model expects.

        Parameters
        ----------
        kind : "martingale", "deviance" -> (rows,); "score", "dfbeta", "dfbetas" -> (rows, p), rows in the
            order given to ``cox``, NaN for rows of weight 0; "schoenfeld", "scaled-schoenfeld" -> (events,
            p), in the order of ``event_rows`` and ``event_times``. Columns without a coefficient are NaN.
        collapse : labels of rows to be summed, such as subjects with several rows; the result then has one
            row a label, in the order of the sorted labels.

        Returns
        -------
        Floats
            As R's ``residuals.coxph``: dfbeta and dfbetas are weighted, the others are not. Defined in Therneau
            & Grambsch 2000 (doi:10.1007/978-1-4757-3294-8), chapters 4, 6 and 7.

        Raises
        ------
        ValueError
            For an unknown kind, exact ties, or labels for residuals by event.

        Examples
        --------
        Therneau's toy data at its Breslow maximum: .728714, -.271286, -.457427, 2/3, -1/3, -1/3.

        >>> from onearm.stats.cox import cox
        >>> toy = cox([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], ties="breslow")
        >>> toy.residuals("martingale").round(6).tolist()
        [0.728714, -0.271286, -0.457427, 0.666667, -0.333333, -0.333333]
        """
        return residuals(self.model, kind, collapse)

    @property
    def event_rows(self) -> Ints:
        """Row, as given to ``cox``, of each event: by stratum, then time (events,)."""
        return self.model.rows[self.model.risk.event]

    @property
    def event_times(self) -> Floats:
        """Time of each event, in the same order (events,)."""
        return self.model.time[self.model.risk.event]

    def baseline(self, *, centred: bool = False) -> CoxBaseline:
        """Cumulative baseline hazard of each stratum, by Breslow or Efron as the ties were treated.

        It is that of a row whose covariates and offset are all zero, or with ``centred`` one whose
        covariates are the means of all rows, by case weight. R's ``basehaz(centered=FALSE)`` is the former;
        its default is the latter, but columns of -1, 0 and 1 only stay uncentred and means with late entry
        are unweighted there.
        With Breslow's ties the hazard grows by events / sum of exp(x b) at risk (Breslow 1974,
        doi:10.2307/2529620). ValueError with exact ties.

        Examples
        --------
        Therneau's toy data at its Breslow maximum, exp(b) = r = (3 + sqrt 33)/2: 1/(3 r + 3), then
        2/(r + 3) more, then 1.

        >>> from onearm.stats.cox import cox
        >>> toy = cox([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], ties="breslow")
        >>> toy.baseline().hazard.round(6).tolist()
        [0.062047, 0.333333, 1.333333]
        """
        self._no_exact("baseline hazard")
        return baseline(self.model, centred)

    def curve(self, x: ArrayLike, *, level: float = 0.95, interval: str = "log-log") -> CoxCurve:
        """Predicted survival for rows of covariates ``x`` (m, p), with standard errors and limits.

        One row of p covariates may be given as (p,). ``interval`` as for ``kaplan_meier``. Offsets of
        zero are assumed. Standard errors use ``covariance``. As R's ``survfit.coxph``, at event times:
        exp(-H exp(x b)), H the baseline hazard, with the variance of Tsiatis 1981
        (doi:10.1214/aos/1176345329). ValueError for rows of another length, an unknown interval, or exact ties.

        Examples
        --------
        >>> from onearm.stats.cox import cox
        >>> toy = cox([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], ties="breslow")
        >>> toy.curve([0]).survival[:, 0].round(6).tolist()
        [0.939839, 0.716531, 0.263597]
        """
        self._no_exact("curve")
        return curve(self.model, self._rows(x), as_level(level), interval)

    def predict(self, x: ArrayLike | None = None, kind: str = "lp") -> Floats:
        """Prediction for rows ``x`` (m, p), or for the rows of the fit in the order given (NaN at weight 0).

        "lp": x b, not centred, offset included for the rows of the fit; columns without a coefficient
        count nothing. "risk": exp of it. "expected": events expected in the follow-up of the fit's rows.
        """
        as_choice("kind", kind, ("lp", "risk", "expected"))
        if kind == "expected":
            if x is not None:
                raise ValueError("kind 'expected' needs follow-up: it is for the rows of the fit, x must be None")
            self._no_exact("expected number of events")
            return self.model.placed(expected(self.model))
        b = np.where(np.isnan(self.coef), 0.0, self.coef)
        if x is not None:
            lp = self._rows(x) @ b
        else:
            lp = self.model.b @ self.model.z + float(self.model.centre @ b)
            lp = self.model.placed(lp if self.model.offset is None else lp + self.model.offset)
        return lp if kind == "lp" else exp(lp)

    def _rows(self, x: ArrayLike) -> Floats:
        """Rows of p covariates."""
        table = as_floats("x", x)
        if table.ndim < 2 and table.size == self.coef.size:
            table = table.reshape(1, -1)
        table = as_matrix("x", table)
        if table.shape[1] != self.coef.size:
            raise ValueError(f"x has {table.shape[1]} columns where the model has {self.coef.size}")
        return table

    def _no_exact(self, what: str) -> None:
        """Refuse what the exact likelihood does not estimate."""
        if self.ties == "exact":
            raise ValueError(f"ties='exact' gives no {what}: fit with efron or breslow")
