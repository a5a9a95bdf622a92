"""Binary numbers of spreadsheets and Parquet files as the decimal text they stand for, or not at all."""

from __future__ import annotations

import math
import re

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def plain_number(value: float, figures: int = 15) -> str:
    """The shortest decimal that is this number, whole ones without ".0"; empty where there is none in plain form.

    Plain is: no exponent, no infinity, and a whole number has at most `figures` digits (above that the file may have
    lost some: 9007199254740993 becomes ...992). Minus zero is 0.
    """
    if not math.isfinite(value):
        return ""
    text = repr(value).removesuffix(".0")
    if not _PLAIN.fullmatch(text) or (isinstance(value, float) and len(text.partition(".")[0].lstrip("-")) > figures):
        return ""
    return "0" if text == "-0" else text
