"""Who may do what, and the secrets that open other people's systems."""
