"""The examples of docs/borrowing.md and docs/sensitivity.md run and give what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["borrowing.md", "sensitivity.md"])
def test_examples(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    assert len(test.examples) >= 8
    lines: list[str] = []
    doctest.DocTestRunner().run(test, out=lines.append)
    assert not lines, "".join(lines)


@pytest.mark.parametrize(("page", "module"), [("borrowing.md", "bayes"), ("sensitivity.md", "sensitivity")])
def test_every_function_is_on_the_page(page: str, module: str) -> None:
    from importlib import import_module
    from inspect import isfunction

    text = (DOCS / page).read_text(encoding="utf-8")
    home = import_module(f"onearm.stats.{module}")
    plain = {"beta_mixture", "gamma_mixture", "probability_greater"}  # they are shown at work, or follow from their kin
    missing = [k for k in home.__all__ if isfunction(getattr(home, k)) and k not in plain and k not in text]
    assert not missing
