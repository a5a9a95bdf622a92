"""Decisions as SQL: staging, rules, marts, audits; one statement a file, the file's name is the table's name."""
