"""Operating characteristics: probabilities of every way a trial can end, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._boundary import Boundary
from ._input import Floats, Ints
from ._number import as_share


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """How a trial with a stopping rule ends under each of S sets of true rates; all probabilities are exact.

    Parameters
    ----------
    boundary : the rule.
    p : (S, K) true rates of the endpoints.
    cells : (S, 4) probabilities of both events, the first only, the second only, none in one patient; None with one
        endpoint.
    reasons : (R,) reasons to stop that can occur, in words; "a and b" are limits crossed at the same look.
    successes : (R + 1,) whether stopping for each reason, and at the end completing, is a success.
    success_means : what counts as a success, as a sentence.
    stop : (S, R, L) probability of stopping for each reason at each look.
    complete : (S,) probability of passing every look.
    expected_events : (S, K) events expected among the patients of the trial, summed over its endings (and equal to
        ``p * expected_n``, Wald's identity).
    """

    boundary: Boundary
    p: Floats
    cells: Floats | None
    reasons: tuple[str, ...]
    successes: tuple[bool, ...]
    success_means: str
    stop: Floats
    complete: Floats
    expected_events: Floats

    @property
    def looks(self) -> Ints:
        """(L,) patients at each look."""
        return self.boundary.n

    @property
    def by_look(self) -> Floats:
        """(S, L) probability of stopping at each look."""
        return np.asarray(self.stop.sum(axis=1))

    @property
    def by_reason(self) -> Floats:
        """(S, R) probability of stopping for each reason."""
        return np.asarray(self.stop.sum(axis=2))

    @property
    def stopped(self) -> Floats:
        """(S,) probability of a stop at any look, the last one included."""
        return np.asarray(self.stop.sum(axis=(1, 2)))

    @property
    def early(self) -> Floats:
        """(S,) probability of stopping with fewer than ``n_max`` patients."""
        return np.asarray(self.stop[:, :, self.looks < self.boundary.n_max].sum(axis=(1, 2)))

    @property
    def cap(self) -> Floats:
        """(S,) probability that all ``n_max`` patients enter, whatever the look at ``n_max``, if any, then says."""
        return np.asarray(self.n_distribution[:, -1])

    @property
    def success(self) -> Floats:
        """(S,) probability of the endings marked in ``successes``.

        Stopping for efficacy, with no limit of futility or harm crossed at the same look, is a success. Completing is
        one where no limit says efficacy (a rule on futility or harm alone), and where the last look, at ``n_max``, has
        a limit of futility and none of efficacy. It is none where the rule looks for efficacy and has not found it.
        Without limits of efficacy, stopping because the treatment is safe is a success as well.
        """
        marked = np.array(self.successes[:-1], dtype=np.bool_)
        return np.asarray(self.by_reason[:, marked].sum(axis=1) + self.complete * self.successes[-1])

    @property
    def sizes(self) -> Ints:
        """(M,) the numbers of patients with which the trial can end."""
        last = np.array([self.boundary.n_max])
        return np.asarray(self.looks if self.looks[-1] == last[0] else np.concatenate([self.looks, last]))

    @property
    def n_distribution(self) -> Floats:
        """(S, M) probability of each of ``sizes``."""
        ends = self.by_look
        if self.sizes.size > ends.shape[1]:
            return np.concatenate([ends, self.complete[:, None]], axis=1)
        ends[:, -1] += self.complete
        return ends

    @property
    def expected_n(self) -> Floats:
        """(S,) expected number of patients."""
        return np.asarray(self.n_distribution @ self.sizes)

    @property
    def sd_n(self) -> Floats:
        """(S,) standard deviation of the number of patients."""
        away = self.sizes - self.expected_n[:, None]
        return np.asarray(np.sqrt((self.n_distribution * away**2).sum(axis=1)))

    def n_quantile(self, q: float = 0.5) -> Ints:
        """(S,) smallest number of patients that the trial does not exceed with probability ``q`` or more.

        Raises
        ------
        ValueError : q is not strictly between 0 and 1.
        """
        below = np.cumsum(self.n_distribution, axis=1) < as_share("q", q) - 1e-12
        return np.asarray(self.sizes[np.minimum(below.sum(axis=1), self.sizes.size - 1)])

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings of `rows`."""
        names = self.boundary.names
        return (*(f"true rate, {k}" for k in names), *self.reasons, "complete", "stop early", "success", "expected n",
                "SD n", "median n", *(f"expected events, {k}" for k in names))  # fmt: skip

    def rows(self) -> tuple[tuple[float, ...], ...]:
        """One row a set of true rates, with the headings of `columns`."""
        ends = (self.complete, self.early, self.success, self.expected_n, self.sd_n, self.n_quantile())
        table = np.column_stack([self.p, self.by_reason, *ends, self.expected_events])
        return tuple(tuple(row) for row in table.tolist())
