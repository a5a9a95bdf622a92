"""Timebooks: time-tracker exports to payroll and billing entries, with proof that nothing was lost."""

__version__ = "0.1.0"
