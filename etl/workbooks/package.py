"""The zip archive around a workbook, with nothing of clock or machine in it.

The members are compressed by the gzip codec inside pyarrow, whose version is locked like that of our Parquet files;
Python's own zlib is the machine's, and other builds of it give other bytes for the same content.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import pyarrow as pa

_LOCAL = struct.Struct("<4s5H3L2H")       # APPNOTE.TXT 4.3.7, local file header
_CENTRAL = struct.Struct("<4s6H3L5H2L")   # 4.3.12, central directory header
_END = struct.Struct("<4s4H2LH")          # 4.3.16, end of central directory
_VERSION, _DEFLATE = 20, 8
_TIME, _DATE = 0, 33                      # 1980-01-01 00:00, the first instant a member can carry
_HEADER, _TRAILER = 10, 8                 # what gzip puts around the compressed bytes


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these members, in the order of their names; names are ASCII, contents below 4 GiB."""
    codec = pa.Codec("gzip", compression_level=6)
    body, directory = bytearray(), bytearray()
    for name in sorted(members):   # "[Content_Types].xml" comes first, as readers like it
        content, path = members[name], name.encode("ascii")
        packed = codec.compress(content, asbytes=True)[_HEADER:-_TRAILER]
        facts = (_VERSION, 0, _DEFLATE, _TIME, _DATE, zlib.crc32(content), len(packed), len(content), len(path), 0)
        directory += _CENTRAL.pack(b"PK\x01\x02", _VERSION, *facts, 0, 0, 0, 0, len(body)) + path
        body += _LOCAL.pack(b"PK\x03\x04", *facts) + path + packed
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + end)
