"""Checking sends nothing: in a process without sockets the suites are asked all the same."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, socket, sys
os.environ.pop("GX_ANALYTICS_ENABLED", None)
tried = []
SENDS = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
def refuse(event, arguments):
    if event in SENDS:
        tried.append((event, str(arguments)))
        raise OSError("no network")
sys.addaudithook(refuse)
try:
    socket.create_connection(("127.0.0.1", 9))
except OSError:
    pass
assert tried, "the block works"
tried.clear()
from etl.checks.validate import validate
from tests.checks.rows import spoiled, suites
results = validate(suites(), spoiled("entries", overlap_seconds=60))
assert sum(len(result.items) for result in results) == 1
assert not tried, tried
assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
print("nothing sent")
"""


def test_no_connection_is_tried():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "nothing sent\n", done.stderr
