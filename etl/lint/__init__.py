"""The linter: import files read back as their target would, by readers that know nothing of the writers."""
