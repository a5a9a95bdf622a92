"""What a company keeps from the readers of its dashboard."""

from __future__ import annotations

from typing import Literal

from etl.settings.kinds import Part

Role = Literal["preparer", "time_approver", "batch_approver", "administrator", "operator", "accountant", "auditor",
               "analyst"]


class Dashboard(Part):
    """`names_hidden_from`: roles that see no column which may name a person (etl/trust/views.csv says which)."""

    names_hidden_from: tuple[Role, ...] = ()
