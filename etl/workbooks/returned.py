"""What a library meets in a workbook that somebody's program saved, or that is none."""

from __future__ import annotations

import zlib
from zipfile import BadZipFile

DAMAGE = (BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
          SyntaxError, NotImplementedError)
"""Of a broken package, its XML errors included."""
