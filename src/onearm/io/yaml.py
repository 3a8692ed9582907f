"""YAML 1.2 to plain values, remembering the line of every path."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onearm.errors import Finding


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values read from a YAML file.

    ``lines`` maps a path such as ``endpoints.os.fact`` to its line, ``findings`` says what was wrong with the file.
    """

    name: str
    body: Any
    lines: dict[str, int]
    findings: tuple[Finding, ...]

    def where(self, path: str) -> str:
        """``protocol.yaml:31 endpoints.os.fact``, or the nearest line above it that is known."""
        at = path
        while at and at not in self.lines:
            at = at.rpartition(".")[0]
        return f"{self.name}:{self.lines.get(at, 1)}" + (f" {path}" if path else "")


def read(path: Path, name: str, code: str) -> Document:
    """Read one YAML file.

    Parameters
    ----------
    path, name
        The file, and how to name it in findings.
    code
        Letter of the finding codes: ``P`` for the protocol, ``C`` for claims.

    Returns
    -------
    Document
        With ``body`` None and findings when the file cannot be read.
    """
    if path.exists() and not path.is_file():
        return _failed(name, f"{code}101", name, "this is not a file", f"put a file {name} in its place")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return _failed(name, f"{code}101", name, "the file does not exist", f"create {name}; `onearm new` shows how")
    except OSError as problem:
        return _failed(name, f"{code}101", name, f"the file cannot be opened ({problem.strerror})", "check the path")
    except UnicodeDecodeError as problem:
        line = path.read_bytes()[: problem.start].count(b"\n") + 1
        return _failed(name, f"{code}102", f"{name}:{line}", "the file is not UTF-8 text", "save it as UTF-8")
    return _compose(text, name, code)


def _failed(name: str, code: str, where: str, says: str, next_step: str) -> Document:
    return Document(name, None, {}, (Finding(code, "error", where, says, next_step),))


def _compose(text: str, name: str, code: str) -> Document:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        says = f"this is not YAML: {problem.problem or problem.context}"
        return _failed(name, f"{code}103", f"{name}:{line}", says, "mend the line; indent with spaces, not tabs")
    except (YAMLError, ValueError, RecursionError) as problem:
        says = f"this is not YAML: {str(problem).splitlines()[0]}"
        return _failed(name, f"{code}103", f"{name}:1", says, "mend the file")
    if node is None:
        return _failed(name, f"{code}104", f"{name}:1", "the file is empty", "`onearm new` writes a commented one")
    reader = _Reader(name, code)
    body = reader.value(node, "", ())
    return Document(name, body, reader.lines, tuple(reader.findings))


_MOST = 200_000
"""Values in one file; aliases of aliases could make any number of them."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, name: str, code: str):
        self.name = name
        self.code = code
        self.lines: dict[str, int] = {}
        self.findings: list[Finding] = []
        self.nodes = 0

    def _say(self, number: str, line: int, path: str, says: str, next_step: str) -> None:
        where = f"{self.name}:{line} {path}".rstrip()
        self.findings.append(Finding(self.code + number, "error", where, says, next_step))

    def value(self, node: Any, path: str, above: tuple[int, ...]) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.nodes += 1
        if self.nodes > _MOST:
            if self.nodes == _MOST + 1:
                self._say("106", line, path, f"aliases make more than {_MOST} values", "write the values out")
            return None
        if id(node) in above:
            self._say("106", line, path, "an alias contains itself", "write the values out")
            return None
        inner = (*above, id(node))
        if node.id == "mapping":
            return self._mapping(node, path, inner)
        if node.id == "sequence":
            return [self.value(child, _join(path, str(i)), inner) for i, child in enumerate(node.value)]
        return self._scalar(node, path, line)

    def _mapping(self, node: Any, path: str, above: tuple[int, ...]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if key_node.id != "scalar":
                self._say("106", line, path, "a key must be a word", "write `key: value`")
                continue
            key = key_node.value
            where = _join(path, key)
            if key in out:
                self._say("105", line, where, f'the key "{key}" stands twice', "keep one of them")
                continue
            self.lines[where] = line
            out[key] = self.value(child, where, above)
        return out

    def _scalar(self, node: Any, path: str, line: int) -> Any:
        kind = node.tag.rpartition(":")[2]
        text = node.value
        if node.tag.startswith("!"):
            self._say("107", line, path, f"the tag {node.tag} is not known here", "write the plain value")
            return None
        if _UNPRINTABLE.search(text):
            self._say("107", line, path, "the text holds a character that cannot be printed", "remove it")
            return None
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return text.casefold() == "true"
                case "int":
                    return _integer(text)
                case "float":
                    return _real(text)
                case "timestamp":
                    return dt.date.fromisoformat(text) if len(text) <= 10 else text
        except ValueError:
            self._say("107", line, path, f'"{text[:60]}" is not a {_KINDS[kind]}', "correct it, or quote it as text")
            return None
        return text


_KINDS = {"int": "whole number", "float": "number", "timestamp": "date"}


def _integer(text: str) -> int:
    bare = text.replace("_", "")
    return int(bare, 0) if bare.lstrip("+-")[:2].lower() in ("0x", "0o") else int(bare)


def _real(text: str) -> float:
    bare = text.replace("_", "").lower()
    if bare.lstrip("+-") in (".inf", ".nan"):
        return -math.inf if bare.startswith("-") else math.inf if "inf" in bare else math.nan
    return float(bare)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
