"""protocol.yaml to a `Protocol`, with every problem found at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from onearm.errors import Finding, listed, near
from onearm.io import regimens, rules, yaml
from onearm.protocol.check import check
from onearm.protocol.document import Protocol
from onearm.protocol.regimen.regimen import GROUPS

FILE = "protocol.yaml"


@dataclass(frozen=True, slots=True)
class ReadProtocol:
    """What came of reading ``protocol.yaml``: the document unless a finding blocks, and its digest as written.

    ``where`` names the place of a path such as ``monitoring.vod`` in the file.
    """

    protocol: Protocol | None
    findings: tuple[Finding, ...]
    digest: str
    where: Callable[[str], str]


def read_protocol(folder: Path) -> ReadProtocol:
    """Read and check the protocol of a trial folder; never raises for a mistake in the file."""
    path = folder / FILE
    document = yaml.read(path, FILE, "P")
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    if document.body is None or not isinstance(document.body, dict):
        findings = document.findings or (
            Finding("P104", "error", f"{FILE}:1", "the file is not a mapping of parts", "start with `onearm: 1`"),
        )
        return ReadProtocol(None, findings, digest, document.where)
    document = rules.resolve(regimens.resolve(document))
    try:
        protocol = Protocol.model_validate(document.body)
    except ValidationError as problem:
        return ReadProtocol(None, document.findings + _findings(problem, document), digest, document.where)
    where = _places(document)
    findings = document.findings + check(protocol, where)
    blocked = any(f.blocks for f in findings)
    return ReadProtocol(None if blocked else protocol, findings, digest, where)


def _places(document: yaml.Document) -> Callable[[str], str]:
    """Places as the author wrote them: a plain list of dose lines has no key ``treatment``."""

    def where(path: str) -> str:
        plain = path.replace(".treatment.", ".", 1)
        return document.where(plain if path.startswith("regimens.") and plain in document.lines else path)

    return where


def _findings(problem: ValidationError, document: yaml.Document) -> tuple[Finding, ...]:
    errors = problem.errors(include_url=False)
    places = [e["loc"] for e in errors]
    # a list counts as too short when its items were refused: only the items are worth saying
    said = [e for e in errors if not (e["type"] == "too_short" and any(_under(p, e["loc"]) for p in places))]
    split = _split_lines(document)
    said = [e for e in said if not any(e["loc"][: len(place)] == place for place in split)]
    return tuple(f for f in split.values() if f is not None) + tuple(_finding(e, document) for e in said)


def _split_lines(document: yaml.Document) -> dict[tuple[Any, ...], Finding | None]:
    """Regimen lines that YAML has split, by their place; None for a piece that goes with the one before."""
    regimens = document.body.get("regimens")
    found: dict[tuple[Any, ...], Finding | None] = {}
    for name, clause in regimens.items() if isinstance(regimens, dict) else ():
        groups = {"": clause} if isinstance(clause, list) else clause if isinstance(clause, dict) else {}
        for group in ("", *GROUPS):
            lines = groups.get(group)
            path = ".".join(p for p in ("regimens", name, group) if p)
            for i, says in _pieces(lines if isinstance(lines, list) else ()):
                where = document.where(f"{path}.{i}")
                step = "quote the line: it has a comma" if "comma" in says else "write the line without a colon"
                finding = Finding("P113", "error", where, says, step) if says else None
                found["regimens", name, group or "treatment", i] = finding
    return found


def _pieces(lines: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Items of a list that are no lines of their own, and what has happened; nothing to say for further pieces."""
    for i, line in enumerate(lines):
        if isinstance(line, dict) and len(line) == 1 and isinstance(next(iter(line.values())), str):
            yield i, "a colon has split this regimen line in two"
        elif i and _PIECE.fullmatch(str(line)) and not isinstance(line, dict):
            first = not _PIECE.fullmatch(str(lines[i - 1]))
            yield i, f'a comma has split a regimen line: this is its end, "{line}"' if first else ""


_PIECE = re.compile(r"[0-9]+(-[0-9]+)?(\s+(of|if|cap)\b.*)?")
"""The end of a list of days or cycles, alone."""


def _under(place: tuple[Any, ...], above: tuple[Any, ...]) -> bool:
    return len(place) > len(above) and place[: len(above)] == above


def _finding(error: Mapping[str, Any], document: yaml.Document) -> Finding:
    path = _path(error["loc"], document.body, error["type"] == "missing")
    where = document.where(path)
    key = str(error["loc"][-1]) if error["loc"] else ""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        allowed = _allowed(error["loc"][:-1])
        return Finding(
            "P108",
            "error",
            where,
            f'there is no key "{key}" here{near(key, allowed)}',
            _use(allowed, "remove it"),
        )
    if kind == "missing":
        return Finding("P109", "error", where, f'the key "{key}" is missing', f"add `{key}:`")
    if kind in ("literal_error", "union_tag_invalid"):
        allowed = _options(context)
        word = str(context.get("tag", error["input"]))
        return Finding(
            "P112",
            "error",
            where,
            f'"{word}" is not allowed here{near(word, allowed)}',
            _use(allowed, "change it"),
        )
    if kind == "union_tag_not_found":
        tag = str(context["discriminator"]).strip("'")
        return Finding("P109", "error", where, f'the key "{tag}" is missing', f"add `{tag}:`")
    inner = context.get("error")
    if type(inner).__name__ == "RegimenSyntaxError":
        return Finding("P113", "error", where, str(inner), "write `drug amount unit route ... on days ...`")
    if kind in _SHAPES:
        says, step = _SHAPES[kind]
        if kind in _ONE and isinstance(error["input"], list | dict):
            step = "write one value, without brackets"
        return Finding("P114", "error", where, f"{says}, found {str(error['input'])[:60]!r}", step)
    says = str(inner) if inner is not None else f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    return Finding("P114", "error", where, says, str(context.get("next_step", "correct the value")))


_SHAPES = {
    "tuple_type": ("this must be a list", "write it in brackets: [12]"),
    "dict_type": ("this must be a mapping", "write `key: value` below it"),
    "model_type": ("this must be a mapping", "write `key: value` below it"),
    "model_attributes_type": ("this must be a mapping", "write `key: value` below it"),
    "date_from_datetime_parsing": ("this is not a date", "write year-month-day: 2026-01-31"),
    "date_from_datetime_inexact": ("this is not a date", "write year-month-day: 2026-01-31"),
    "date_type": ("this is not a date", "write year-month-day: 2026-01-31"),
    "int_parsing": ("this must be a whole number", "write it without quotes or words"),
    "int_type": ("this must be a whole number", "write it without quotes or words"),
    "float_parsing": ("this must be a number", "write it without quotes or words"),
    "float_type": ("this must be a number", "write it without quotes or words"),
    "string_type": ("this must be text", "put it in quotes"),
    "bool_type": ("this must be true or false", "write true or false"),
    "bool_parsing": ("this must be true or false", "write true or false"),
}


_ONE = ("int_type", "int_parsing", "float_type", "float_parsing", "string_type", "bool_type", "bool_parsing")
"""Kinds of what is one value: a list has been written where it belongs."""


def _use(allowed: list[str], otherwise: str) -> str:
    return f"use one of: {listed(allowed)}" if allowed else otherwise


def _options(context: Mapping[str, Any]) -> list[str]:
    said = str(context.get("expected_tags") or context.get("expected") or "").replace(" or ", ", ")
    return [w.strip().strip("'") for w in said.split(",") if w.strip()]


def _path(loc: tuple[Any, ...], body: Any, missing: bool) -> str:
    """The part of pydantic's location that exists in the file, or is ``missing`` there; tags of unions are left out."""
    parts: list[str] = []
    at = body
    for i, step in enumerate(loc):
        if isinstance(at, dict) and str(step) in at:
            at = at[str(step)]
        elif isinstance(at, list) and isinstance(step, int) and step < len(at):
            at = at[step]
        elif i < len(loc) - 1 or not missing:
            continue
        elif not isinstance(at, dict):
            break
        parts.append(str(step))
    return ".".join(parts)


def _allowed(loc: tuple[Any, ...]) -> list[str]:
    """Keys allowed at a location, found by walking the models' schema."""
    schema = Protocol.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    options = [schema]
    for step in loc:
        if any(option is definitions.get(str(step)) for option in options):  # the tag of a union's member
            options = [definitions[str(step)]]
            continue
        options = [below for option in options for below in _below(option, step, definitions)]
    keys = [k for option in options for k in option.get("properties", {})]
    return list(dict.fromkeys(keys))


def _below(schema: dict[str, Any], step: Any, definitions: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for option in _resolve(schema, definitions):
        mapping = option.get("discriminator", {}).get("mapping", {})
        if str(step) in mapping:
            found += _resolve({"$ref": mapping[str(step)]}, definitions)
        elif isinstance(step, int) and isinstance(option.get("items"), dict):
            found += _resolve(option["items"], definitions)
        elif str(step) in option.get("properties", {}):
            found += _resolve(option["properties"][str(step)], definitions)
        elif named := [*option.get("patternProperties", {}).values(), option.get("additionalProperties")]:
            found += [r for n in named if isinstance(n, dict) for r in _resolve(n, definitions)]
    return found


def _resolve(schema: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return _resolve(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    of = schema.get("anyOf") or schema.get("oneOf")
    if of and "discriminator" not in schema:
        return [r for option in of for r in _resolve(option, definitions)]
    return [schema]
