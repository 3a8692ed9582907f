"""Designs of a trial with one arm: how many patients, when to stop, and what to conclude after two stages."""

from __future__ import annotations

__all__: list[str] = []
