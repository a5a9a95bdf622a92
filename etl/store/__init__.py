"""The store: landing, audit log, drafts and batches, history; callers import its modules."""
