"""Charts for Jupyter: drawn by JupyterLab's own renderer from whole numbers, nothing is loaded from a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.lean_imports import without_iri_grammar

_MIME = "application/vnd.vegalite.v5+json"  # what JupyterLab 4 draws by itself
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # a name, never opened
_COLORS = ("#3b6ea5", "#d98032", "#8c4a8f", "#6b8f4e", "#8a8a8a")
Row = dict[str, str | int]


@dataclass(frozen=True)
class Chart:
    """A chart that draws itself in Jupyter; `title` is all that is shown where nothing can be drawn."""

    title: str
    spec: dict[str, Any]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {_MIME: self.spec, "text/plain": f"{self.title} (a chart; open the notebook in JupyterLab)"}


def hours_bars(title: str, rows: Sequence[Row], *, kinds: Sequence[str]) -> Chart:
    """A bar a name, stacked by kind. Rows: {name, kind, seconds}; hours are worked out where they are drawn."""
    return _bars(title, rows, "seconds", 3600, "hours", kinds)


def money_bars(title: str, rows: Sequence[Row], *, kinds: Sequence[str], currency: str, per: int) -> Chart:
    """Bars side by side for each name. Rows: {name, kind, minor}: minor units of one currency, `per` to a whole."""
    return _bars(title, rows, "minor", per, currency, kinds)


def count_bars(title: str, rows: Sequence[Row], *, kinds: Sequence[str]) -> Chart:
    """A bar a name, stacked by kind. Rows: {name, kind, count}."""
    return _bars(title, rows, "count", 1, "items", kinds)


def share_lines(title: str, rows: Sequence[Row], *, kinds: Sequence[str]) -> Chart:
    """A line a kind over days, in percent. Rows: {day, kind, part, whole}; a share is worked out where it is drawn."""
    with without_iri_grammar():
        import altair as alt  # noqa: PLC0415 - takes a while, and most commands draw nothing
    values: Any = {"values": [dict(row) for row in rows]}
    shown = [kind for kind in kinds if any(row["kind"] == kind for row in rows)]
    colors = alt.Scale(domain=shown, range=[_COLORS[list(kinds).index(kind)] for kind in shown])
    chart = (
        alt.Chart(alt.InlineData.from_dict(values))
        .transform_calculate(shown="100 * datum.part / datum.whole")
        .mark_line(point=alt.OverlayMarkDef(size=70, filled=False, strokeWidth=2))
        .encode(
            x=alt.X("day:O", title="period to", axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("shown:Q", title="percent", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5)),
            color=alt.Color("kind:N", title=None, scale=colors, legend=alt.Legend(orient="top")),
            strokeDash=alt.StrokeDash("kind:N", legend=None, sort=shown),
            shape=alt.Shape("kind:N", legend=None, sort=shown),
            tooltip=[alt.Tooltip("day:O", title="period to"), alt.Tooltip("kind:N", title="stream"),
                     alt.Tooltip("shown:Q", title="percent", format=".2f")],
        )
        .properties(title=alt.TitleParams(title, anchor="start"), width=560, height=180)
    )
    return _own(title, chart, values)


def _own(title: str, chart: Any, values: Any) -> Chart:
    spec = chart.to_dict(validate=False)
    spec.pop("datasets", None)  # the figures stand in the chart itself
    return Chart(title, spec | {"data": values, "$schema": _SCHEMA, "usermeta": {"embedOptions": {"actions": False}}})


def _bars(title: str, rows: Sequence[Row], field: str, per: int, unit: str, kinds: Sequence[str]) -> Chart:
    with without_iri_grammar():
        import altair as alt  # noqa: PLC0415 - takes a while, and most commands draw nothing
    values: Any = {"values": [dict(row) for row in rows]}
    beside = alt.YOffset("kind:N", sort=list(kinds)) if field == "minor" else alt.Undefined
    chart = (
        alt.Chart(alt.InlineData.from_dict(values))
        .transform_calculate(shown=f"datum.{field} / {per}")
        .mark_bar()
        .encode(
            x=alt.X("sum(shown):Q", title=unit, axis=alt.Axis(format=",.0f", tickCount=6, tickMinStep=1)),
            y=alt.Y("name:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260)),
            yOffset=beside,
            color=alt.Color(
                "kind:N",
                title=None,
                sort=list(kinds),
                scale=alt.Scale(domain=list(kinds), range=list(_COLORS[: len(kinds)])),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="name"),
                alt.Tooltip("kind:N", title="kind"),
                alt.Tooltip("sum(shown):Q", title=unit, format=",.2f"),
            ],
        )
        .properties(title=alt.TitleParams(title, anchor="start"), width=560, height=alt.Step(20))
    )
    return _own(title, chart, values)
