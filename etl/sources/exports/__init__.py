"""The exports of known trackers, one small file each."""
