"""Targets: render Arrow tables as import files of accounting and payroll systems. Nothing here touches a disk."""
