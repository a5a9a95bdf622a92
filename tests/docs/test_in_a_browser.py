"""The documents in a browser, from a folder: the search finds, nothing is fetched, nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.steps.docs import build_docs
from tests.programs import program

LOOKED_AT = ("index.html", "error-codes.html", "law-overtime.html", "capabilities.html", "roles/bookkeeper.html")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.mark.capability("C107")
def test_search_and_pages_work_from_a_folder(tmp_path: Path):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    found_program = program("chromium")
    build_docs(tmp_path / "site")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found_program,
                                       args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda sent: said.append(sent.url) if not sent.url.startswith("file:") else None)
        page.goto((tmp_path / "site" / "index.html").as_uri())
        page.get_by_label("Search").fill("te054")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/search.html?q=te054")
        first = page.locator("#found a").first
        assert first.inner_text() == "TE054"
        first.click()
        page.wait_for_url("**/error-codes.html#te054")
        page.goto((tmp_path / "site" / "search.html").as_uri() + "?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+(.*")
        assert "Nothing for" in page.locator("#told").inner_text()
        page.goto((tmp_path / "site" / "search.html").as_uri() + "?q=overtime+california")
        assert page.locator("#found li").count() > 3
        assert page.locator("#found a", has_text="US-CA California").count() == 1
        assert said == []
        for name in LOOKED_AT:
            page.goto((tmp_path / "site" / name).as_uri())
            page.set_viewport_size({"width": 390, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            page.set_viewport_size({"width": 1280, "height": 900})
        page.goto((tmp_path / "site" / "security.html").as_uri())
        seen = Axe().run(page, options=RULES).response
        assert len(seen["passes"]) > 10
        faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in
                  seen["violations"]]
        browser.close()
    assert faults == []
