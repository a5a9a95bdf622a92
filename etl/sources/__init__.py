"""Reading time trackers and their export files: bytes in, landed rows out."""
