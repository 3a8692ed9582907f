"""claims.yaml to `Claims`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from onearm.claims import Claims
from onearm.errors import ClaimsError, Finding
from onearm.io import yaml


def read_claims(path: Path) -> Claims:
    """Read a file of claims; `ClaimsError` with every problem."""
    document = yaml.read(path, path.name, "C")
    if document.findings:
        raise ClaimsError(document.findings)
    try:
        return Claims.model_validate(document.body)
    except ValidationError as problem:
        raise ClaimsError(
            Finding(
                "C110",
                "error",
                document.where(".".join(str(step) for step in e["loc"])),
                f"{e['msg'][:1].lower()}{e['msg'][1:]}",
                'write `{claim: words, number: id, published: "42%"}`',
            )
            for e in problem.errors(include_url=False)
        ) from None
