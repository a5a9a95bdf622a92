from __future__ import annotations

import pytest

from tests.dashboard import house as houses


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """Somebody in every role; nobody changes it."""
    return houses.make(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="session")
def house(tmp_path_factory, office):
    """A copy of the office with its dashboard running."""
    with houses.served(office.copy(tmp_path_factory.mktemp("served"))) as found:
        yield found
