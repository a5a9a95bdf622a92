"""What the company itself says about keeping records: longer periods, and rules where the law library has none."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from etl.settings.kinds import Part

Text = Annotated[str, Field(min_length=1, max_length=200)]


class OwnRetention(Part):
    """A class of records kept this long at least, by which rule, and who confirmed it (the firm's adviser)."""

    record_class: Literal["time", "payroll", "tax", "billing", "books"]
    years: Annotated[int, Field(ge=1, le=100)]
    citation: Text
    confirmed_by: Text


class Retention(Part):
    """[retention]: rows of the company's own, places beside those where its people work, and where backups go.

    `backup`: a folder or an s3:// address that `archive create` uses without --to.
    """

    rows: tuple[OwnRetention, ...] = ()
    places: tuple[str, ...] = ()
    backup: str = ""
