"""Readers of patient tables, one a kind of file."""

from onearm.cohort.tables import RawTable, content_digest
from onearm.io.sources.folder import READERS, read_tables

__all__ = ["READERS", "RawTable", "content_digest", "read_tables"]
