"""Statutory rules as dated rows with citations; what a company decides is not here."""
