"""Inside a notebook: errors as what, where, fix instead of a traceback, and a kernel that ends with its parent."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from etl.errors import EtlError

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


def settle_kernel() -> None:
    """Called once in a run's own kernel: it shows errors calmly and dies with the process that started it."""
    show_errors_calmly()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() == 1:  # the parent was gone before the request
            os._exit(1)


def show_errors_calmly() -> None:
    """In an interactive session, an EtlError shows its three parts and no traceback. Elsewhere nothing happens."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    if shell is not None:
        shell.set_custom_exc((EtlError,), _calm)


def _calm(shell: Any, kind: type[BaseException], error: BaseException, _trace: Any, **_: Any) -> list[str]:
    """Show the error as its message alone; notebook clients and papermill are told by it too."""
    lines = [str(error)]
    shell._showtraceback(kind, error, lines)
    return lines
