"""A large batch's documents rendered two at a time: Arrow and the compressor let go of Python's lock meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

WORTH_A_THREAD = 20_000   # rows of all documents together; below, starting a thread costs more than it saves


def side_by_side(calls: Sequence[tuple[int, Callable[[], T]]]) -> list[T]:
    """What each call gives, in the order of `calls`; the first error in that order is raised.

    `calls` is (rows, call). The calls share nothing they write. The largest begin first, so that no thread waits for
    the other's last.
    """
    if sum(rows for rows, _ in calls) < WORTH_A_THREAD or len(calls) < 2 or (os.cpu_count() or 1) < 2:
        return [call() for _, call in calls]
    with ThreadPoolExecutor(2, "documents") as pool:
        largest_first = sorted(range(len(calls)), key=lambda at: -calls[at][0])
        begun = {at: pool.submit(calls[at][1]) for at in largest_first}
        return [begun[at].result() for at in range(len(calls))]
