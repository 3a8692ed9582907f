"""The page on monitoring: its rules are sound, its keys are all of them, and its Python gives what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from onearm.design.of_rule import design_of_rule
from onearm.protocol import Protocol
from onearm.protocol.check_monitoring import check_monitoring
from onearm.protocol.monitoring import PENDING, Rule, RuleBase

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
RULES: dict[str, Any] = {
    name: clause
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    for name, clause in YAML(typ="safe").load(block).items()
}
FACTS = {
    "vod": {"kind": "adverse-event", "terms": ["veno-occlusive disease"]},
    "responded": {"kind": "response"},
    "os": {"kind": "time-to", "events": ["death"]},
}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_sound_and_makes_a_design(name: str) -> None:
    rule = TypeAdapter(Rule).validate_python(RULES[name])
    protocol = Protocol.model_construct(
        monitoring={name: rule},
        populations={"treated": None},
        facts={k: _fact(v) for k, v in FACTS.items()},
        versions={},
    )
    assert list(check_monitoring(protocol, lambda path: path)) == []
    assert "n_max" not in design_of_rule(name, rule).paragraph()


def _fact(clause: dict[str, Any]) -> Any:
    from onearm.protocol.fact import Fact

    return TypeAdapter(Fact).validate_python(clause)


def test_every_kind_has_an_example() -> None:
    kinds = {"posterior", "predictive", "bop2", "safety", "counts", "time-to-event"}
    assert {clause["kind"] for clause in RULES.values()} == kinds
    for kind in kinds:
        assert kind in str(TypeAdapter(Rule).json_schema())


def test_every_key_and_reading_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", PAGE, re.M))))
    assert set(RuleBase.model_fields) <= told
    readings = PAGE.partition("| `pending` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", readings, re.M)) == set(PENDING)


def test_its_python_gives_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    (wanted,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)
    exec(compile(code.replace("examples/", f"{ROOT}/examples/"), "monitoring.md", "exec"), {})
    assert capsys.readouterr().out == wanted
