"""The protocol as a document: what the trial says, frozen, closed, versioned. It holds no data and computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onearm.protocol.document import Protocol as Protocol

__all__ = ["Protocol"]


def __getattr__(name: str) -> object:
    if name == "Protocol":
        from onearm.protocol.document import Protocol

        return Protocol
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
