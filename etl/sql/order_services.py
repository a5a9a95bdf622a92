"""The order of the statements about vendors of services; they stand beside the week and are part of no batch."""

from __future__ import annotations

SERVICES: tuple[str, ...] = (
    "service_measured",  # what the calls say of each service
    "service_standing",  # the promise beside it, the days of the contract
    "service_findings",
)
