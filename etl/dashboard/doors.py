"""The handlers of the dashboard beside the live page: log in, follow a link, log out, take a view as a file."""

from __future__ import annotations

import asyncio
import re
import secrets
from html import escape
from typing import Any

from tornado.web import RequestHandler

from etl.dashboard.gate import BROWSER, SESSION, cookie
from etl.dashboard.serving import Serving
from etl.errors import EtlError
from etl.page import page
from etl.steps import dashboard_files

_FILE = re.compile(r"([a-z]+)\.([a-z]+)")
_STYLE = """
body{max-width:44rem}textarea{width:100%;box-sizing:border-box;font:inherit;font-family:ui-monospace,monospace;
border:1px solid #595959;padding:.4rem}button{font:inherit;padding:.4rem 1.2rem;border:1px solid #0b4f8a;
background:#0b4f8a;color:#fff;border-radius:3px;cursor:pointer}
button:focus,textarea:focus{outline:3px solid #d98032;outline-offset:1px}
pre{background:#f2f2f2;padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}
.wrong{border-left:4px solid #a61b1b;padding:.2rem .8rem}
"""


class Door(RequestHandler):
    """What the handlers share."""

    serving: Serving

    def initialize(self, serving: Serving) -> None:
        """The server this handler belongs to."""
        self.serving = serving

    def say(self, title: str, body: str, status: int = 200, *, refresh: str = "") -> None:
        """A small page of its own."""
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        # no policy of its own: the one in the answer's header lets forms come back to us
        self.finish(page(f"{title}, Timebooks", f"<main>\n<h1>{escape(title)}</h1>\n{body}</main>\n", _STYLE,
                         policy="", refresh=refresh))

    def give_cookie(self, name: str, value: str) -> None:
        """A cookie that no script reads and that no other site sends."""
        self.set_cookie(name, value, path="/", httponly=True, samesite="Strict")

    def write_error(self, status_code: int, **_: Any) -> None:
        """A calm page for whatever went wrong; no traceback."""
        body = '<p>The page cannot be shown. <a href="/">To the dashboard</a></p>\n'
        self.say("This did not work", body, status_code)

    def begun(self, secret: str) -> None:
        """Logged in: the browser gets the secret, and goes on by a request of our own page."""
        self.give_cookie(SESSION, secret)
        self.clear_cookie(BROWSER, path="/")
        self.say("You are logged in", '<p><a href="/">To the dashboard</a></p>\n', refresh="/")


class Refused(Door):
    """The answer to what the gate lets nobody do: says nothing about what is inside."""

    def prepare(self) -> None:
        """The refusal, with the status that the gate gave."""
        status = getattr(self.request.connection, "refused", 403)
        said = {404: "There is no such page", 405: "This cannot be done here"}.get(status, "Please log in")
        self.say(said, '<p><a href="/login">To the login</a></p>\n', status)


class LogIn(Door):
    """The login page: a challenge to be signed, and the answer."""

    def get(self) -> None:
        """A new challenge for this browser."""
        self._ask()

    def post(self) -> None:
        """The answer; a wrong one gets a new challenge."""
        try:
            secret = self.serving.desk.answered(self.get_body_argument("answer", ""),
                                                cookie(self.request.headers, BROWSER))
        except EtlError as error:
            self._ask(f'<p class="wrong" role="alert">{escape(error.what)}. {escape(error.fix)}</p>\n')
            return
        self.begun(secret)

    def _ask(self, wrong: str = "") -> None:
        browser = cookie(self.request.headers, BROWSER) or secrets.token_urlsafe(24)
        self.give_cookie(BROWSER, browser)
        challenge = self.serving.desk.challenge(browser)
        practice = " --company sandbox-studio" if self.serving.is_practice else ""
        self.say("Log in to Timebooks", (
            f"{wrong}<p>Prove with your key who you are. The challenge is good once, for ten minutes.</p>\n"
            "<ol>\n<li><p>Where your key lies, run this with your own id:</p>\n"
            f'<pre>timebooks dashboard sign {escape(challenge)} --person YOUR-ID'
            f'{practice}</pre></li>\n<li><form method="post" action="/login">\n'
            '<p><label for="answer">Paste the first line that it prints:</label></p>\n'
            '<textarea id="answer" name="answer" rows="6" required autocomplete="off" spellcheck="false"></textarea>\n'
            '<p><button type="submit">Log in</button></p>\n</form></li>\n</ol>\n'
            f"<p>The answer opens only http://{escape(self.serving.desk.address)}. Do not answer the challenge of a "
            "page at another address.</p>\n"), 403 if wrong else 200)


class Once(Door):
    """A link from the terminal: good once."""

    def get(self, token: str) -> None:
        """Log in whom the link was made for."""
        try:
            secret = self.serving.desk.followed(token)
        except EtlError as error:
            self.say("The link is not good any more", f'<p>{escape(error.what)}. {escape(error.fix)}</p>\n'
                     '<p><a href="/login">To the login</a></p>\n', 403)
            return
        self.begun(secret)


class Home(Door):
    """The address itself, for a browser that has not logged in."""

    def get(self) -> None:
        """To the login."""
        self.redirect("/login", status=303)


class LogOut(Door):
    """The end of a session."""

    def post(self) -> None:
        """Forget it."""
        self.serving.desk.end(self.request.connection.session)  # type: ignore[union-attr]
        self.clear_cookie(SESSION, path="/")
        self.say("You are logged out", '<p><a href="/login">Log in again</a></p>\n')


class Export(Door):
    """A view as a file: the rows and columns of its reader."""

    async def get(self, name: str) -> None:
        """The whole view."""
        view, form = _FILE.fullmatch(name).groups()  # type: ignore[union-attr]
        session: Any = self.request.connection.session  # type: ignore[union-attr]
        company = self.get_query_argument("company", "")
        found = dashboard_files.FORMS.get(form)
        if found is None or company not in self.serving.companies(session):
            self.write_error(404)
            return
        try:
            views = await asyncio.to_thread(self.serving.seen, session, company)
            one = next((one for one in views if one.view.name == view), None)
            content = await asyncio.to_thread(found[2], one) if one is not None else b""
        except EtlError as error:
            self.say("The file cannot be made", f"<p>{escape(error.what)}. {escape(error.fix)}</p>\n", 500)
            return
        if one is None:
            self.write_error(404)
            return
        self.serving.note(session, company, f"{view}.{form}")
        self.set_header("Content-Type", found[1])
        self.set_header("Content-Disposition", f'attachment; filename="timebooks-{company}-{view}.{form}"')
        self.finish(content)
