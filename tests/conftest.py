"""What holds for the whole of the tests: how long its sweeps are, and that the dearest files begin first."""

from __future__ import annotations

import pytest

from tests import sweeps


def pytest_configure(config: pytest.Config) -> None:
    sweeps.choose(config.getoption("markexpr"))
