"""All rows of the ledger, and those that have no test."""

from __future__ import annotations

import rows_arm
import rows_competing
import rows_cox
import rows_curves
import rows_more
import rows_toys
import rows_traps
import rows_zph
from ledger import Row

PARTS = (rows_toys, rows_curves, rows_cox, rows_more, rows_arm, rows_zph, rows_competing, rows_traps)
ROWS: dict[str, Row] = {}
for part in PARTS:
    for number, row in part.ROWS.items():
        assert number not in ROWS, f"two rows are numbered {number}"
        ROWS[number] = row

# the numbers of the lists, in their order
NUMBERS = [
    *map(str, [*range(1, 14), *range(15, 28), *range(30, 35), *range(36, 45), 46, 48, 50, 51, 53, 54, 55, 56, 58, 59]),
    *("67", "68", "69", "T66", "T67", "T69", "T70", "T71", "T72", "T74", "T77", "T79", "T81", "T82"),
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
}
