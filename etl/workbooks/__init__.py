"""Workbooks an auditor can read: real numbers, live totals, the same bytes for the same batch."""
