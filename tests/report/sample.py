"""Invented results of 48 patients, with everything a printed page must bear: odd characters, long labels,
a median that is not reached, a number that cannot be estimated, a gate that failed."""

from __future__ import annotations

from sample_course import course, course_curves, residuals
from sample_exposure import exposure
from sample_external import balance, curves, effects, flows, gates, statements
from sample_methods import choices, commitment, methods
from sample_monitoring import boundaries, characteristics, rule_estimates, watches
from sample_parts import INO, LEVEL, SALVAGE, number, proportion, survival
from sample_toxicity import toxicity

from onearm.results import Estimate, Header, Results

__all__ = ["INO", "SALVAGE", "nothing", "number", "proportion", "sample"]


def header() -> Header:
    return Header(
        trial="mini-hcvd-ino",
        title='Mini-hyper-CVD and inotuzumab, with or without blinatumomab, in first relapse <"A&B">',
        arm="mini-HCVD + InO ± blinatumomab",
        registry="NCT00000000",
        notice='Invented patients: no number here describes a real person <"&>.',
        cutoff="2017-06-30",
        software="onearm 0.1.0; Python 3.11.7; NumPy 2.4.6",
        definitions=(
            "Overall response: CR, CRp or CRi as best response within 4 cycles.",
            "Overall survival: first dose to death of any cause; the living are censored at last contact.",
            "A month is 30.4375 days.",
            "Matching: nearest neighbour 1:1 without replacement, caliper 0.2 SD of the logit score.",
        ),
        findings=(
            'D204 warning responses.csv:6: day 31 is after the window "< 30". Next: check the date',
            "D310 note adverse_events.csv:12: grade is missing. Next: fill the column grade",
        ),
    )


def baseline() -> list[Estimate]:
    found = []
    values = {"median": 39.0, "q1": 28.0, "q3": 52.0, "mean": 41.2, "sd": 15.04, "min": 18.0, "max": 87.0}
    for name, label, unit, missing in (
        ("age", "Age", "years", 0),
        ("wbc", "White cells & <blasts>, 10⁹/L", "", 2),
    ):
        for stat, value in values.items():
            found.append(
                number(f"{name}.{stat}", f"{label}: {stat}", value, unit, "baseline", method=f"{stat}, type 7")
            )
        found.append(number(f"{name}.missing", f"{label}: missing", missing, "patients", "baseline"))
    found += [
        proportion("sex.female", "Sex: female", 26, 48, "baseline"),
        proportion("sex.male", "Sex: male", 22, 48, "baseline"),
    ]
    counts = {
        "diploid": 11,
        "t(4;11)": 3,
        'complex, low hypodiploid or near triploid ("high" risk <)': 9,
        "other": 20,
    }
    for level, x in counts.items():
        found.append(proportion(f"cytogenetics.{level}", f"Cytogenetics: {level}", x, 43, "baseline"))
    return [*found, number("cytogenetics.missing", "Cytogenetics: missing", 5, "patients", "baseline")]


def responses() -> list[Estimate]:
    unknown = {"notes": ("1 left out: not known",), "population": "Responders with a sample"}
    found = [
        proportion("orr", "Overall response", 44, 48, "response"),
        proportion("cr", "Complete remission", 35, 48, "response"),
        proportion(
            "mrd",
            "MRD negativity among responders, by flow cytometry with a sensitivity of 0.01%",
            40,
            43,
            "response",
            **unknown,
        ),
        proportion("asct", "Allogeneic transplantation", 24, 48, "response"),
    ]
    for level, x in (("CR", 35), ("CRp", 8), ("CRi", 1), ("no response", 3), ("early death", 1)):
        found.append(proportion(f"best_response.{level}", f"Best response: {level}", x, 48, "response"))
    found += [
        proportion("vod", "Veno-occlusive disease, any grade", 5, 48, "safety"),
        proportion("vod|version=original", "Veno-occlusive disease, any grade", 5, 38, "safety"),
        proportion("vod|version=amendment_1", "Veno-occlusive disease, any grade", 0, 10, "safety"),
        proportion("asct_alive", "Alive after transplantation", 14, 24, "status", population="Transplanted"),
        proportion(
            "asct_in_remission",
            "In remission after transplantation",
            13,
            24,
            "status",
            population="Transplanted",
        ),
    ]
    nobody = {
        "value": None,
        "low": None,
        "high": None,
        "error": "nobody in the population",
        "events": 0,
        "n": 0,
    }
    ne = proportion("no_asct_in_remission", "In remission without transplantation", 6, 20, "status")
    values = {f: getattr(ne, f) for f in Estimate.__dataclass_fields__}
    return [*found, Estimate(**(values | nobody))]


def counts() -> list[Estimate]:
    found = []
    for f in flows():
        for s in f.steps:
            found.append(number(s.estimate, s.label, s.n, "patients", "attrition", n=s.n))
            if s.removed_estimate:
                found.append(
                    number(s.removed_estimate, f"Removed: {s.reason}", s.removed, "patients", "attrition", n=s.n)
                )
    return found


def sample() -> Results:
    """The results of an invented trial."""
    c = curves()
    landmark = [e for side in ("yes", "no") for e in survival(c[f"os_by_asct|transplanted={side}"], "landmark", (24,))]
    label = "Overall survival from 2 months"
    found = [
        *counts(),
        *baseline(),
        *exposure(),
        *responses(),
        *toxicity(),
        *course(),
        *survival(c["os"], "survival"),
        *survival(c["pfs"], "survival"),
        number(
            "follow_up.median",
            "Follow-up: median",
            31.04,
            "months",
            "follow-up",
            low=26.0,
            high=40.2,
            level=LEVEL,
            method="reverse Kaplan-Meier; log-log interval",
        ),
        *landmark,
        number(
            "os_by_asct.hazard_ratio",
            f"{label}: hazard ratio",
            None,
            "hazard ratio",
            "landmark",
            level=LEVEL,
            error="the likelihood has no maximum",
            method="Cox regression, Efron ties, model variance",
        ),
        number(
            "os_by_asct.log_rank_p", f"{label}: log-rank p", 0.0495, "p", "landmark", method="log-rank test, two-sided"
        ),
        *balance(SALVAGE, 0.19),
        *balance(INO, 0.41),
        *effects(SALVAGE, 0.36, 41),
        *effects(INO, 0.83, 20),
        *methods(),
        *rule_estimates(),
    ]
    return Results(
        header(),
        {e.id: e for e in found},
        c | {one.id: one for one in course_curves()},
        (*gates(SALVAGE, 0.19, 41 / 48), *gates(INO, 0.41, 20 / 48)),
        flows(),
        choices=choices(),
        commitment=commitment(),
        residuals=residuals(),
        watches=watches(),
        boundaries=boundaries(),
        characteristics=characteristics(),
        statements=statements(),
    )


def nothing() -> Results:
    """Results with nothing in them."""
    return Results(Header(trial="empty", title="Nothing yet", arm="A"))
