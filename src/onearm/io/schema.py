"""JSON Schema of protocol.yaml, for editors: ``python -m onearm.io.schema FILE`` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from onearm.protocol.document import Protocol


def schema_text() -> str:
    """The schema as text."""
    body = Protocol.model_json_schema(by_alias=True)
    body = {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
