"""The interactive curve: the numbers of the results, nothing from outside, no `eval`, digests that a page can name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onearm.errors import UsageError
from onearm.figures import plan
from onearm.results import Results

pytest.importorskip("vl_convert", reason="needs the extra `interactive`")

from onearm.figures.interactive import digest, interactive, rows, spec
from onearm.figures.panel import panel_of

sys.path.insert(0, str(Path(__file__).parent))
from kinds import SALVAGE, every

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src {}; base-uri 'none'; form-action 'none'"


@pytest.fixture(scope="module")
def results() -> Results:
    return every()


def test_each_step_has_the_numbers_of_the_results(results: Results) -> None:
    found = rows(panel_of(results, "os"))
    curve = results.curves["os"]
    assert [r["value"] for r in found] == pytest.approx(
        [100.0, *(100 * v for v in curve.value)], abs=1e-4
    )  # written to four digits
    assert [r["at_risk"] for r in found][1:] == list(curve.at_risk)
    assert {r["group"] for r in rows(panel_of(results, f"os|{SALVAGE}"))} == {
        r[1] for r in plan(results)[f"km-os-{SALVAGE}"].data().rows
    }


def test_a_fragment_is_the_same_twice_small_and_names_its_scripts(results: Results) -> None:
    one, again = interactive(results, "os"), interactive(results, "os")
    assert one == again
    scripts = re.findall(r"<script>(.*?)</script>", one.html, re.DOTALL)
    assert tuple(map(digest, scripts)) == one.digests
    assert len(one.html) < 1_200_000
    second = interactive(results, "pfs", library=False)
    assert len(second.html) < 60_000
    assert len(second.digests) == 1
    assert "<script src" not in one.html
    assert "<!--" not in one.html


def test_words_of_the_trial_cannot_leave_the_script(results: Results) -> None:
    from dataclasses import replace

    bad = {k: replace(c, label="</script><b>", group="</script>") for k, c in results.curves.items()}
    made = interactive(replace(results, curves=bad), "os", library=False)
    assert made.html.count("</script>") == 1
    assert spec(panel_of(results, "os"))["layer"]


def test_endpoints_without_a_curve_are_named(results: Results) -> None:
    with pytest.raises(UsageError, match=r"U386 .*oss.*os"):
        interactive(results, "oss")


def test_without_the_extra_the_message_names_it(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    from onearm.figures.interactive import vega

    vega.cache_clear()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match=r"U385 .*onearm\[interactive\]"):
        interactive(results, "os")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs the browser chromium")
def test_it_is_drawn_and_answers_under_a_policy_without_eval(results: Results, tmp_path: Path) -> None:
    made = interactive(results, f"os|{SALVAGE}")
    ask = (
        "setTimeout(function(){var p=document.querySelectorAll('path[aria-roledescription=point]')[3],"
        "r=p.getBoundingClientRect();['pointerover','pointermove','mousemove'].forEach(function(k){p.dispatchEvent("
        "new PointerEvent(k,{bubbles:true,clientX:r.left+2,clientY:r.top+2}))});setTimeout(function(){"
        "document.body.setAttribute('data-said',(document.getElementById('vg-tooltip-element')||{innerText:'none'})"
        ".innerText)},300)},800)"
    )
    policy = POLICY.format(" ".join((*made.digests, digest(ask))))
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>t</title></head>'
        f"<body>{made.html}<script>{ask}</script></body></html>"
    )
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", "--dump-dom"]
    seen = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=True).stdout
    said = re.search(r'data-said="([^"]*)"', seen)
    assert said is not None
    assert "undefined" not in said[1]
    assert re.search(r"Estimate\s+\d+\.\d%", said[1])
    assert "At risk" in said[1]
    assert "Limits" in said[1]
