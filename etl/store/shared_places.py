"""Is this folder on a network share or in a synced folder? There file locks are sloppy and copies come back half."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = {
    "9p", "afs", "ceph", "cifs", "davfs", "drvfs", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3",
    "smbfs", "vboxsf",
}
_SYNCED = re.compile(   # as the programs name their folders themselves, with the firm's name behind it
    r"(dropbox|google ?drive|icloud ?drive|mobile documents|nextcloud|onedrive|owncloud|pcloud ?drive)"
    r"( -.*| \(.*\)|(?<=onedrive)-.*|(?<=googledrive)-.*)?|.+ dropbox")
_MARKS = (".dropbox", ".dropbox.cache", ".nextcloudsync.log", ".owncloudsync.log", ".stfolder")
_OCTAL = re.compile(r"\\([0-7]{3})")
_REMOTE_DRIVE = 4   # GetDriveTypeW


def shared_by(folder: Path, mounts: Path = _MOUNTS) -> str:
    """What shares this folder with other machines, in words: `a network share (nfs4)`; empty where nothing is known.

    `mounts`: the kernel's table of mounted file systems. On macOS a share is known by nothing and passes.
    """
    full = folder.absolute()
    kind = _file_system(full, mounts)
    if kind in _NETWORK:
        return f"a network share ({kind})"
    if str(full).startswith("\\\\") or _is_remote_drive(full):
        return "a network share"
    for place in (full, *full.parents):
        if _SYNCED.fullmatch(place.name.casefold()) or any((place / mark).exists() for mark in _MARKS):
            return f"a synced folder ({place.name})"
    return ""


def _file_system(folder: Path, mounts: Path) -> str:
    """The type of the file system the folder lies on, or will; the last mount on the longest path counts."""
    found: tuple[int, str] = (-1, "")
    for point, kind in _mounted(mounts):
        if folder.is_relative_to(point) and len(point.parts) >= found[0]:
            found = len(point.parts), kind
    return found[1]


def _mounted(mounts: Path) -> Iterator[tuple[Path, str]]:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        place, _, source = line.partition(" - ")
        if len(place.split(" ")) > 4 and source:
            point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), place.split(" ")[4])
            yield Path(point), source.split(" ", maxsplit=1)[0]


def _is_remote_drive(folder: Path) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - there only

        return bool(ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _REMOTE_DRIVE)
    return False


def is_allowed() -> bool:
    """Whether somebody has taken it upon themselves: TIMEBOOKS_HISTORY_ANYWHERE=1."""
    return os.environ.get("TIMEBOOKS_HISTORY_ANYWHERE") == "1"
