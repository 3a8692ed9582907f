"""Rows, checked on the way in: tables, populations and baseline."""
