"""What holds for all tests: how long their sweeps are, and that the dearest files begin first."""

from __future__ import annotations

import pytest

from tests import sweeps

# dearest first, so that no worker is left alone with one of them at the end (make test)
DEAREST = (
    "steps/test_corrections.py", "books/test_every_cause.py", "notebooks/test_newcomer.py", "fleet/test_cluster.py",
    "store/test_history.py", "trust/test_signed_week.py", "faults/test_machine.py", "notebooks/test_stage_notebooks.py",
    "faults/test_damage.py", "trust/test_statements.py", "notebooks/test_warm_kernel.py",
    "store/test_shared_history.py", "faults/test_full_disk.py", "faults/test_kill_the_command.py",
    "faults/test_kill_the_week.py",
    "steps/test_corrected_histories.py", "steps/test_alerts.py", "faults/test_canaries.py", "sql/test_invoices.py",
    "steps/test_corrections_abroad.py", "steps/test_billing_review.py", "steps/test_real_time_logs.py",
    "steps/test_as_known.py", "store/test_shared_commits.py", "steps/test_determinism.py",
    "targets/test_spreadsheet.py", "faults/test_many_at_once.py", "sql/test_conservation.py",
)


def pytest_configure(config: pytest.Config) -> None:
    sweeps.choose(config.getoption("markexpr"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files in the order in which they begin; the tests of a file stay in theirs."""
    places = {config.rootpath / "tests" / name: at for at, name in enumerate(DEAREST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
