"""All rows of the ledger, and those that have no test."""

from __future__ import annotations

import rows_arm
import rows_competing
import rows_cox
import rows_curves
import rows_designs
import rows_external
import rows_external_more
import rows_log_rank_designs
import rows_monitoring
import rows_more
import rows_stopping
import rows_toys
import rows_traps
import rows_zph
from ledger import Row

PARTS = (
    *(rows_toys, rows_curves, rows_cox, rows_more, rows_arm, rows_zph, rows_competing),
    *(rows_external, rows_external_more, rows_designs, rows_monitoring, rows_stopping, rows_log_rank_designs),
    *(rows_traps,),
)
ROWS: dict[str, Row] = {}
for part in PARTS:
    for number, row in part.ROWS.items():
        assert number not in ROWS, f"two rows are numbered {number}"
        ROWS[number] = row

# the numbers of the lists, in their order
NUMBERS = [
    *map(str, [*range(1, 14), *range(15, 28), *range(30, 35), *range(36, 45), 46, 48, 50, 51, 53, 54, 55, 56, 58, 59]),
    *("67", "68", "69"),
    *map(str, [71, 72, 73, 75, 78, 79, 80, 81, 83, 84, *range(87, 91), 92, *range(94, 98)]),
    *(f"T{i}" for i in [*range(1, 9), 10, 11, 12, 14, 15, 17, 18, 19, 22, 23, 24, 26, 29, 30, 31, 32, 34]),
    *("1.1", "1.2", "1.3", "1.3.mixture", "1.4", "1.4.aml", "1.4.multc99", "1.5", "1.6", "1.7", "1.8", "1.8.toxbdry"),
    *("1.9", "1.9.gehan", "1.9.simulated"),
    *(f"T{i}" for i in [38, 39, *range(41, 46), 47, 48, 50, 51, 52, *range(54, 58), 60, 61, 63, 64]),
    *("T66", "T67", "T69", "T70", "T71", "T72", "T74", "T77", "T79", "T81", "T82"),
    *("3.1", "3.4", "3.7"),
    *("3.ties", "3.cox", "3.robust", "3.incidence", "3.at-risk"),
]

DATA = "the rows are neither in the shared folder, nor in lifelines, nor in R's survival or cmprsk packages"
OUTSIDE: dict[str, tuple[str, str]] = {
    "33": (
        "whas500 by atrial fibrillation (CAMIS)",
        "the rows come with scikit-survival only, which is no test dependency; with it installed, all numbers agree",
    ),
    "36": ("simtrial ex1_delayed_effect", DATA),
    "39": ("tern adtte, median", DATA),
    "40": ("tern adtte, pairwise", DATA),
    "53": (
        "myeloid with flt3",
        "the column flt3 is newer than survival 3.5 and not in the shared file",
    ),
    "54": ("lung with a gamma frailty", "shared frailty is outside the engine"),
    "68": ("tidycmprsk trial", DATA),
    "69": ("mstate EBMT and AIDS/SI", DATA),
    "78": (
        "MatchIt's pair lists",
        "lists, not numbers: each of the 26 that the shared folder holds is a case of "
        "tests/stats/test_matchit_pairs.py: 23 are found whole; in 3 the last digit of equal "
        "distances decides, and some rounding gives each of them. "
        "The other 31 of MatchIt's 57 are not in the shared folder",
    ),
    "83": (
        "cobalt's table of 63 squares and interactions",
        "the page is not in the shared folder; the list has three of its values",
    ),
    "88": ("marginal Cox model after matching, n = 1323", "the data are drawn from R's random stream in the vignette"),
    "92": ("maicplus, unanchored: .2834780", "its baseline targets are in the package's data, which are not here"),
    "95": ("psborrow2 example_matrix", f"{DATA}; its estimates are draws of a sampler"),
    "96": ("reconstructKM, KEYNOTE-189", "the clicked points are in the package's data, which are not here"),
    "1.3.mixture": (
        "phase1b's boundaries under a mixture",
        "the list has its results (0, 2, 5 and 2, 6, 10), not its prior and limits, and warns of the upper ones; "
        "mixtures are held to R in tests/stats/test_posterior_boundary.py",
    ),
    "1.4.aml": (
        "idarubicin, cytarabine and ciclosporin in leukaemia (J Clin Oncol 1996): how often 56 patients stop early",
        "the abstract gives no priors",
    ),
    "1.4.multc99": (
        "Multc99's table for 15 patients and a fixed standard",
        "not in the list; its reading (one side inclusive) is tested on ties in tests/stats/test_thall_simon_estey.py",
    ),
    "1.9.simulated": (
        "OneArm2stage's simulated powers .778, .803, .789",
        "draws of 10,000 trials, whose interim takes any n1 of the n patients; repeated with its own way of drawing in "
        "tests/stats/test_log_rank_design.py, where the patients who have entered give .811, .810, .812",
    ),
    "T64": ("survivalCCW dummy_data", DATA),
}
