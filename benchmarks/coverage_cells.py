"""One cell of the table: a family of kernels, a setting, a sample size; many data sets, a row for each number asked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from benchmarks.coverage_designs import BOTH, SIZES, Setting

NAN = float("nan")
ALPHA = 0.05


class Label(NamedTuple):
    """What a number is about: an interval's coverage, a test's size, or the bias of an estimate, of ``truth``."""

    kernel: str
    option: str
    quantity: str
    measure: str
    truth: float


Found = tuple[Label, float, float]  # limits; or a p-value or an estimate, and NaN
Once = Callable[[np.random.Generator, int, Setting], Iterable[Found]]


@dataclass(frozen=True)
class Family:
    """Kernels fed with the same data sets; ``share`` of the replicates asked for, because they are slow."""

    name: str
    title: str
    once: Once
    settings: tuple[Setting, ...] = BOTH
    share: float = 1.0
    sizes: tuple[int, ...] = SIZES


@dataclass(frozen=True)
class Row:
    """A line of the table; see the head of the page for the columns."""

    family: str
    setting: str
    n: int
    kernel: str
    option: str
    quantity: str
    measure: str
    replicates: int
    value: float
    mc_error: float
    above: float
    below: float
    not_estimable: float
    width: float

    def cells(self) -> dict[str, str]:
        """As text, six significant digits, empty where there is nothing to say."""
        as_text = {k: f"{v:.6g}" if isinstance(v, float) else str(v) for k, v in asdict(self).items()}
        return {k: "" if v == "nan" else v for k, v in as_text.items()}


def coverage(kernel: str, option: str, quantity: str, truth: float, limits: Any) -> Found:
    """An interval against the truth; ``limits`` a pair, or None where the kernel refuses."""
    low, high = (NAN, NAN) if limits is None else limits
    return Label(kernel, option, quantity, "coverage", truth), float(low), float(high)


def size(kernel: str, option: str, p_value: Any, quantity: str = "no difference") -> Found:
    """The p-value of a test of a true null hypothesis; None where the kernel refuses."""
    return Label(kernel, option, quantity, "size", ALPHA), NAN if p_value is None else float(p_value), NAN


def bias(kernel: str, option: str, quantity: str, truth: float, estimate: Any) -> Found:
    """An estimate; None where not reached."""
    return Label(kernel, option, quantity, "bias", truth), NAN if estimate is None else float(estimate), NAN


def tried(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a kernel gives, or None where it refuses the data."""
    try:
        return call(*args, **options)
    except ValueError:
        return None


def generator(seed: int, *names: object) -> np.random.Generator:
    """The generator of one cell: a child of the seed by name, so that cells do not depend on each other."""
    key = zlib.crc32("|".join(map(str, names)).encode())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))


def run_cell(family: Family, setting: Setting, n: int, replicates: int, seed: int) -> list[Row]:
    """The rows of one cell."""
    rng = generator(seed, family.name, setting.name, n)
    count = max(1, round(replicates * family.share))
    labels: list[Label] = []
    found = np.empty((0, 0, 2))
    for k in range(count):
        one = list(family.once(rng, n, setting))
        if k == 0:
            labels = [label for label, _, _ in one]
            found = np.empty((count, len(labels), 2))
        if [label for label, _, _ in one] != labels:
            raise RuntimeError(f"{family.name}: replicate {k} has other rows than the first")
        found[k] = [(first, second) for _, first, second in one]
    return [_row(family.name, setting.name, n, label, found[:, j, 0], found[:, j, 1]) for j, label in enumerate(labels)]


def _row(family: str, setting: str, n: int, label: Label, first: Any, second: Any) -> Row:
    count = first.size
    above = below = width = NAN
    if label.measure == "coverage":
        missing = np.isnan(first) | np.isnan(second)
        above, below = float(np.mean(first > label.truth)), float(np.mean(second < label.truth))
        value = float(np.mean((first <= label.truth) & (label.truth <= second)))
        bounded = np.isfinite(first) & np.isfinite(second)
        width = float(np.mean(second[bounded] - first[bounded])) if bounded.any() else NAN
    elif label.measure == "size":
        missing = np.isnan(first)
        value = float(np.mean(first <= label.truth))
    else:
        missing = np.isnan(first)
        ratio = first[~missing] / label.truth - 1
        value = float(ratio.mean()) if ratio.size else NAN
    if label.measure == "bias":
        error = float(ratio.std() / np.sqrt(ratio.size)) if ratio.size else NAN
    else:
        error = float(np.sqrt(value * (1 - value) / count))
    none = float(missing.mean())
    return Row(family, setting, n, *label[:4], count, value, error, above, below, none, width)
