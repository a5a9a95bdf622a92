"""From which account of this machine a loopback connection comes, where the machine tells (Linux).

A cookie knows no port: another person's server on the same machine could be shown it. So a session holds only from the
account that it was begun from. Source of the columns: proc_pid_net(5), local_address and uid.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_TABLE = Path("/proc/net/tcp")


def account_of(request_conn: Any) -> int | None:
    """The uid behind the other end of a connection; None where the machine does not tell."""
    try:
        host, port = request_conn.context.address[:2]
        wanted = f"{int.from_bytes(bytes(map(int, host.split('.'))), 'little'):08X}:{port:04X}"
        with _TABLE.open(encoding="ascii") as file:
            return next((int(cells[7]) for cells in map(str.split, file) if cells[1] == wanted), None)
    except (OSError, ValueError, AttributeError, IndexError, TypeError):
        return None
