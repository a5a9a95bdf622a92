"""Promises about one column or one row, kept as Great Expectations suites and reported as exception items."""
