"""The audit of a published text for people: lines, plain values and a page with the text marked.

The arithmetic is :func:`onearm.stats.consistency.audit_text`; the file is read by :mod:`onearm.io.manuscript`.
"""

from onearm.audit.page import page
from onearm.audit.table import as_values, rows, summary

__all__ = ["as_values", "page", "rows", "summary"]
