"""Two documents at a time give the bytes that one after the other gives, in the order of the settings."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from etl.targets.documents import DOCUMENTS
from etl.targets.side_by_side import WORTH_A_THREAD, side_by_side
from tests.bench.all_targets import batch, coded, header
from tests.targets.examples import settings


def test_a_large_batch_has_the_bytes_of_its_documents_rendered_alone() -> None:
    made, company, head = batch(WORTH_A_THREAD), settings(sage='other_item = "ADMIN"'), header()
    calls = [(len(made[known.table]), partial(known.render, coded(known, made[known.table]), head, company))
             for known in DOCUMENTS]
    assert sum(rows for rows, _ in calls) > WORTH_A_THREAD
    assert side_by_side(calls) == [call() for _, call in calls]


def test_the_first_error_in_the_order_of_the_settings_is_told() -> None:
    seen = threading.Barrier(2, timeout=30)

    def fails(name: str) -> str:
        seen.wait()   # both are under way before either fails
        raise ValueError(name)

    with pytest.raises(ValueError, match=r"^first$"):
        side_by_side([(WORTH_A_THREAD, partial(fails, "first")), (2 * WORTH_A_THREAD, partial(fails, "second"))])
