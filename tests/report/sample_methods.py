"""Invented methods of a comparison: one that passes, one whose gate failed, one without a design, one modelled."""

from __future__ import annotations

from dataclasses import replace

from sample_parts import INO, LEVEL, SALVAGE, number

from onearm.results import Choice, Commitment, Estimate

METHODS = ("overlap", "entropy", "coarsened", "aipw")
_GRID = tuple(0.5 * k - 5 for k in range(21))
_SHARES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def _hill(centre: float) -> tuple[float, ...]:
    return tuple(max(0.0, 0.4 - 0.08 * abs(x - centre)) for x in _GRID)


def _choice(comparison: str, method: str, label: str, estimand: str, external: int, lost: int, ess: float) -> Choice:
    return Choice(
        comparison=comparison,
        method=method,
        label=label,
        words=f"{label[:1].lower()}{label[1:]}, every setting <&>",
        estimand=estimand,
        trial=48 - lost,
        external=external,
        lost=lost,
        effective_trial=float(48 - lost),
        effective_external=ess,
        weight_at=_SHARES,
        weight_external=(0.01, 0.05, 0.1, 0.4, 0.8, 1.4, 2.6, 3.9, 5.5),
    )


def choices() -> tuple[Choice, ...]:
    drawn = {
        "at": _GRID,
        "density_trial": _hill(1),
        "density_external": _hill(-1),
        "density_weighted": _hill(0.8),
        "weight_external": (1.0,) * len(_SHARES),
    }
    failed = ("GATE FAILED: largest absolute standardized difference after matching; largest for WBC; at most 0.25",)
    first = _choice(SALVAGE, "primary", "1:1 nearest neighbour (ATT), primary", "ATT of those kept", 41, 7, 41.0)
    other = _choice(INO, "primary", "1:1 nearest neighbour (ATT), primary", "ATT of those kept", 20, 28, 20.0)
    refused = _choice(SALVAGE, "coarsened", "Coarsened exact matching (ATT)", "ATT", 0, 0, 0.0)
    return (
        replace(first, **drawn),
        _choice(SALVAGE, "overlap", 'Overlap weights <"A&B"> (ATO)', "ATO", 104, 0, 73.26),
        replace(_choice(SALVAGE, "entropy", "Entropy balancing (ATT)", "ATT", 104, 0, 51.2), failed=failed),
        replace(refused, trial=0, refused="no class holds patients of both sides", weight_at=(), weight_external=()),
        _choice(SALVAGE, "aipw", "Doubly robust (AIPW) (ATT)", "ATT", 104, 1, 60.0),
        replace(other, failed=failed),
    )


def commitment() -> tuple[Commitment, ...]:
    says = "Not prespecified: the design was locked on 2026-02-03, after outcomes had been looked at (<first>)."
    change = "2026-02-03: a wider caliper <&>"
    found = Commitment(
        status="late", says=says, locked="2026-02-03", first_look="2026-01-01", digest="ab12", changes=(change,)
    )
    return (found,)


def methods() -> list[Estimate]:
    """Effects, balance and gates of the further methods, and what stands around the comparison."""
    found: list[Estimate] = []
    for method, hr, worst in (("overlap", 0.41, 0.0), ("entropy", 0.47, 0.31), ("coarsened", None, None)):
        at = f"{SALVAGE}/{method}"
        found += _effects(at, hr)
        says = f"largest for age; at most 0.25 allowed; {'passed' if worst == 0 else 'failed'}"
        label = "Largest absolute standardized difference after matching"
        gate = number(f"gate.balance|{at}", label, worst, "ratio", "method gate", method=says)
        found.append(gate if worst is not None else replace(gate, error="no class holds patients of both sides"))
        for k, (key, name) in enumerate((("age", "Age, years"), ("wbc", "White cells"))):
            if worst is not None:
                d = worst * (-1) ** k / (1 + k)
                found.append(number(f"smd.{key}|{at}", name, d, "standardized difference", "method balance"))
                found.append(number(f"mean.{key}|{at}/trial", name, 4.0, "years", "method balance"))
    label = "Overall survival: difference in survival at 12 months"
    key = f"os.survival_difference@12mo|{SALVAGE}/aipw"
    found.append(number(key, label, 0.21, "difference", "method", low=0.02, high=0.4, level=LEVEL))
    return [*found, *_around()]


def _effects(at: str, hr: float | None) -> list[Estimate]:
    why = None if hr else "no class holds patients of both sides"
    cox = {"method": "weighted Cox regression", "error": why, "population": "ATO", "n": 152 if hr else 0}
    limits = {"low": hr * 0.6, "high": hr * 1.6} if hr else {}
    ratio = number(
        f"os.hazard_ratio|{at}",
        "Overall survival: hazard ratio",
        hr,
        "hazard ratio",
        "method",
        level=LEVEL,
        **limits,
        **cox,
    )
    return [ratio, number(f"os.cox_p|{at}", "Overall survival: Wald p", 0.02 if hr else None, "p", "method", **cox)]


def _around() -> list[Estimate]:
    return [
        number(f"os.e_value|{SALVAGE}", "E-value: hazard ratio", 4.1, "ratio", "sensitivity", low=2.2),
        number(f"os.e_value|{INO}", "E-value: hazard ratio", 1.7, "ratio", "sensitivity"),
        number(f"os.shift|{SALVAGE}/entropy", "Confounder: prevalence", 0.4, "proportion", "sensitivity"),
        replace(
            number("os.maic_hr|label_trial", "MAIC: hazard ratio", 0.5, "hazard ratio", "published"),
            heading="MAIC <&>",
        ),
        number(f"os.prior_ess|{SALVAGE}", "Robust MAP: prior effective n", 12.0, "ratio", "borrowing"),
        number("os.mystery|nowhere", "Something: else", 1.0, "ratio", "a context nobody knows"),
    ]
