"""What a company has decided by people: hours before the books take them, cross-references before a run uses them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from etl.settings.kinds import Part

TimeSource = Literal["none", "tracker", "here", "either", "both"]
CloseOver = Literal["nothing", "billing", "anything"]


class Approval(Part):
    """Which decisions a run waits for; without the section it waits for the approval of the batch alone.

    `time`: whose word on a person's hours counts: the tracker's, that given here for a person's week, either, or both.
    `unapproved_pay`: whether hours nobody has approved are paid at the cut-off all the same; cost and billing wait.
    `mappings` replay: an edit of cross-references or settings that could move exported figures is used only once it was
    replayed and approved. `second_above`: from this much money in the home currency, by two approvers.
    `exceptions` followed: the log notes which a draft has for the first time, so that their age is known. `owners`:
    who is named for work without a mapping row, by client, project or service of the tracker; * for all others.
    `close_over`: which exceptions that hold pay or billing a close may leave open; what stops is never left.
    """

    time: TimeSource = "none"
    unapproved_pay: Literal["pay", "hold"] = "pay"
    mappings: Literal["none", "replay"] = "none"
    second_above: Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=3)] | None = None
    exceptions: Literal["none", "followed"] = "none"
    close_over: CloseOver = "nothing"
    owners: dict[str, Annotated[str, Field(min_length=1, max_length=80)]] = Field(default={})
