"""The live page: one document a reader, filled again when a run has changed something. The home of Panel."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, cast

import panel as pn
from bokeh.util.token import get_session_id
from panel.io.server import get_server
from tornado.web import Application

from etl.dashboard import doors
from etl.dashboard.gate import Gate
from etl.dashboard.serving import Serving
from etl.errors import EtlError
from etl.page import STYLE
from etl.shipped import shipped
from etl.steps import dashboard, dashboard_files, dashboard_login, dashboard_notebook

LOOK_EVERY_MS = 1000
_PANES: Any = pn.pane   # without types
_OWN_STYLE = """
body{overflow:visible;height:auto;max-width:90rem}
header{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:baseline}header h1,header p{margin:0}
header form{margin-left:auto}button{font:inherit;padding:.2rem .8rem;border:1px solid #0b4f8a;background:#fff;
color:#0b4f8a;border-radius:3px;cursor:pointer}button:focus{outline:3px solid #d98032}nav ul{columns:3;min-width:0}
@media (max-width:40rem){nav ul{columns:1}header form{margin-left:0}}
"""
_PAGE = """{% extends base %}
{% block inner_head %}{{ super() }}<meta name="viewport" content="width=device-width, initial-scale=1">{% endblock %}
{% block title %}{{ heading | e }}, Timebooks{% endblock %}
{% block postamble %}<style>{{ style }}</style>{% endblock %}
{% block contents %}
<header>
<a class="skip" href="#views">To the views</a>
<h1>{{ heading | e }}</h1>
<p>{{ reader | e }}</p>
<form method="post" action="/logout"><button type="submit">Log out</button></form>
</header>
{% if banner %}<p class="banner">{{ banner | e }}</p>{% endif %}
<nav aria-label="Views"><ul>
{% for view in views %}<li><a href="#{{ view[0] }}">{{ view[1] | e }}</a></li>{% endfor %}
</ul></nav>
{% if companies %}<nav aria-label="Companies"><ul>
{% for name in companies %}<li><a href="/?company={{ name | e }}">{{ name | e }}</a></li>{% endfor %}
</ul></nav>{% endif %}
<main id="views">
{{ embed(roots.standing) }}
{% for view in views %}
<section id="{{ view[0] }}" aria-labelledby="{{ view[0] }}-title">
<h2 id="{{ view[0] }}-title">{{ view[1] | e }}</h2>
{% if view[0] == "hours" %}{{ embed(roots.chart) }}{% endif %}
{{ embed(roots[view[0]]) }}
</section>
{% endfor %}
</main>
{% endblock %}"""
_TABLE_STYLE = STYLE.replace("body{", ":host{").replace(
    "max-width:72rem;margin:2rem auto;padding:0 1rem", "display:block") + dashboard.TABLE_STYLE


@dataclass
class _Server:
    """What the notebook's call finds when it is run by the server: one a process."""

    serving: Serving
    given: dict[str, str] = field(default_factory=dict)   # a document's id -> the session it was made for


_running: list[_Server] = []


def is_running() -> bool:
    """Whether this is the server, at work on a document of somebody's session."""
    return bool(_running) and pn.state.curdoc is not None and pn.state.curdoc.session_context is not None


def show() -> None:
    """Inside the server: the page of this session's reader."""
    server, context = _running[0], cast("Any", pn.state.curdoc).session_context
    session: dashboard_login.Session = context.request.connection.session
    server.given[context.id] = session.id
    pn.state.on_session_destroyed(cast("Any", lambda gone: server.given.pop(gone.id, None)))
    asked = [text.decode("utf-8", "replace") for text in context.request.arguments.get("company", [])]
    mine = server.serving.companies(session)
    _Document(server.serving, session, asked[0] if asked and asked[0] in mine else (mine or [""])[0], mine).open()


@dataclass
class _Document:
    """One reader's page."""

    serving: Serving
    session: dashboard_login.Session
    company: str
    companies: Sequence[str]
    views: tuple[str, ...] = ()
    roots: dict[str, Any] = field(default_factory=dict)
    shown: tuple[object, ...] | None = None
    is_busy: bool = False

    def open(self) -> None:
        """The page with its sections; their content comes a moment later."""
        roles = self.serving.desk.roles(self.session, self.company) if self.company else {}
        titles = dashboard.titles_of(self.serving.desk.place, self.company, roles) if self.company else []
        self.views = tuple(name for name, _ in titles)
        page = pn.Template(_PAGE)
        for name in ("standing", *self.views):
            self.roots[name] = _PANES.HTML("<p>Reading the figures …</p>" if name == "standing" else "",
                                           sizing_mode="stretch_width", stylesheets=[_TABLE_STYLE])
        self.roots["chart"] = _PANES.Vega(_drawn({}), sizing_mode="stretch_width", show_actions=False)
        for name, root in self.roots.items():
            if name != "chart" or "hours" in self.views:
                page.add_panel(name, root)
        reader = f"{self.session.reader.person}: {', '.join(sorted(roles)).replace('_', ' ') or 'no role here'}"
        for name, value in {
            "heading": f"Dashboard of {self.company}" if self.company else "Dashboard", "reader": reader,
            "views": titles,
            "style": STYLE + _OWN_STYLE, "companies": self.companies if len(self.companies) > 1 else [],
            "banner": dashboard_notebook.banner_of(self.company),
        }.items():
            page.add_variable(name, value)
        page.servable()
        if not self.company:
            self.tell("You hold no role in any company of this workspace. Administrators grant one: "
                      "timebooks company people grant.")
            return
        pn.state.add_periodic_callback(cast("Any", self.look), period=LOOK_EVERY_MS)

    async def look(self) -> None:
        """Whether something has changed since the page was filled; then fill it again."""
        if self.is_busy:
            return
        self.is_busy = True
        try:
            if not self.serving.desk.holds(self.session, is_use=True):
                self.clear("Your session has ended. Load the page again to log in.")
                return
            state = (self.serving.head(self.company), self.serving.desk.roles(self.session, self.company))
            if state != self.shown:
                self.fill(await asyncio.to_thread(self.serving.seen, self.session, self.company),
                          (await asyncio.to_thread(self.serving.figures, self.company)).remarks)
                self.shown = state
        except EtlError as error:   # it is tried again
            self.clear(f"The figures cannot be read at the moment: {error.what}. {error.fix}")
        finally:
            self.is_busy = False

    def fill(self, found: Sequence[dashboard.Seen], remarks: Sequence[str]) -> None:
        """Each section anew. A reader whose roles show other views now has to load the page again."""
        if tuple(one.view.name for one in found) != self.views:
            self.clear("Your roles have changed. Load the page again.")
            return
        for one in found:
            forms = [(label, f"/export/{one.view.name}.{form}?company={self.company}")
                     for form, (label, _, _) in dashboard_files.FORMS.items()]
            self.roots[one.view.name].object = dashboard.html_of(one, forms)
            if one.view.name == "hours":
                chart = dashboard.hours_by_job(one)
                self.roots["chart"].object = _drawn({} if chart is None else chart.spec)
        at = datetime.now().astimezone()
        self.tell(f"As of {at:%Y-%m-%d %H:%M:%S}. The page follows every run by itself.", remarks)

    def clear(self, why: str) -> None:
        """Nothing is left on the page but why."""
        for name in self.views:
            self.roots[name].object = ""
        self.roots["chart"].object = _drawn({})
        self.shown = None
        self.tell(why)

    def tell(self, said: str, remarks: Sequence[str] = ()) -> None:
        """The line above the views, read out when it changes."""
        more = "".join(f'<p class="remark">{escape(one)}</p>' for one in remarks)
        self.roots["standing"].object = f'<p role="status">{escape(said)}</p>{more}'


def _drawn(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A chart as the browser draws it, without compiling anything from text: its table stands below."""
    schema = "https://vega.github.io/schema/vega-lite/v6.json"   # a name, never opened
    return {**(spec or {"data": {"values": []}, "mark": "bar"}), "$schema": schema, "width": "container",
            "autosize": {"type": "fit-x", "contains": "padding"}, "usermeta": {
                "embedOptions": {"actions": False, "ast": True, "renderer": "svg"}}}


def run(serving: Serving, port: int, ready: Any) -> None:
    """Serve until stopped; port 0 is any that is free. `ready` is called with the port once the server listens."""
    port = port or _free_port()
    server = _Server(serving)
    _running[:] = [server]
    pn.extension("vega", notifications=False)
    handlers = {"serving": serving}
    outside = Application([
        (r"/login", doors.LogIn, handlers), (r"/once/([A-Za-z0-9_-]+)", doors.Once, handlers),
        (r"/", doors.Home, handlers)])
    refusing = Application([(r".*", doors.Refused, handlers)])
    listening = get_server(
        {"/": str(notebook())}, port=port, address="127.0.0.1", start=False, show=False, location=False,
        title="Timebooks", include_headers=[], include_cookies=[], sign_sessions=True,
        secret_key=dashboard_login.secret(), websocket_origin=[f"127.0.0.1:{port}", f"localhost:{port}"],
        extra_patterns=[(r"/logout", doors.LogOut, handlers), (r"/export/([a-z]+\.[a-z]+)", doors.Export, handlers)])
    ready(listening.port)

    def owns(token: str, session: dashboard_login.Session) -> bool:
        try:
            return server.given.get(get_session_id(token)) == session.id
        except Exception:  # noqa: BLE001 - whatever a token of nobody's making does to the library
            return False

    listening._http.request_callback = Gate(serving.desk, outside, listening._tornado, refusing, owns)
    listening.start()
    listening.io_loop.start()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def notebook() -> Path:
    """The notebook that is served: the package's own, never one of the workspace."""
    return shipped("notebooks") / "dashboard.ipynb"
