"""Where uploads go, a test company or the real books, and what must be so before an export for the real ones."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Part

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class Uploads(Part):
    """[uploads]. Without it nothing is asked.

    `goes_to`: test or production. `quiet_hours`: local hours in which production batches are exported, "20:00-06:00".
    `backup_hours`: the books' own backup, confirmed with its digest, is not older than this.
    """

    goes_to: Literal["", "test", "production"] = ""
    quiet_hours: str = ""
    backup_hours: Annotated[int, Field(ge=0, le=8760)] = 0

    @model_validator(mode="after")
    def _read(self) -> Self:
        if self.quiet_hours and not _SPAN.fullmatch(self.quiet_hours):
            raise ValueError('quiet_hours is a span of the day such as "20:00-06:00"')
        if (self.quiet_hours or self.backup_hours) and self.goes_to != "production":
            raise ValueError('quiet_hours and backup_hours are asked where goes_to = "production"')
        return self

    def is_quiet(self, clock: time) -> bool:
        """Whether the clock shows a quiet hour; always, where none are set."""
        said = _SPAN.fullmatch(self.quiet_hours)
        if said is None:
            return True
        first, last = time(int(said[1]), int(said[2])), time(int(said[3]), int(said[4]))
        return first <= clock < last if first <= last else clock >= first or clock < last
