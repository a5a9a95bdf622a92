"""The dashboard: served to people who have proven who they are, and to nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from etl import steps
from etl.errors import SettingsError
from etl.steps import dashboard_notebook


def show(workspace: str = "", company: str = "") -> Any:
    """The page of the reader of this session; in a notebook, how to open the dashboard. The notebook's one call."""
    live = sys.modules.get("etl.dashboard.live")   # the server has it; elsewhere its packages may be missing
    return live.show() if live is not None and live.is_running() else dashboard_notebook.how_to_open(workspace, company)


def serve(
    workspace: Path, company: str, port: int, person: str | None, told: Callable[[steps.Outcome], None],
) -> None:
    """Serve the dashboard on this machine until stopped; `told` is shown the address, and a link for who starts it.

    Raises SettingsError DASHBOARD_MISSING without the extra, DASHBOARD_PORT where the port is taken.
    """
    if find_spec("panel") is None:
        raise SettingsError(
            "DASHBOARD_MISSING", what="The dashboard's own packages are not installed", where="this installation",
            fix="Install Timebooks with its extra dashboard: pip install timebooks[dashboard].")
    from etl.dashboard import live  # noqa: PLC0415 - it takes seconds, and no other command needs it
    from etl.dashboard.serving import Serving  # noqa: PLC0415

    desk, reader = steps.dashboard_desk(workspace, company, person)
    serving = Serving(desk, company, is_practice=steps.is_practice_only(desk, company))

    def ready(taken: int) -> None:
        desk.address = f"127.0.0.1:{taken}"
        told(steps.dashboard_ready(desk, reader))

    try:
        live.run(serving, port, ready)
    except OSError as error:
        raise SettingsError(
            "DASHBOARD_PORT", what=f"The dashboard cannot listen on port {port}: {error.strerror}", where="--port",
            fix="Give another one with --port, or 0 for any that is free.") from None
