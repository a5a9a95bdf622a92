"""The practice server: each tracker's API imitated on this machine, with its quirks and, on demand, its faults."""
