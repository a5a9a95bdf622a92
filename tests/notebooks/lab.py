"""JupyterLab as a bookkeeper has it on screen: a real server, a real browser, Run All Cells."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.programs import program

READY = "!/No Kernel|Connecting/.test(document.querySelector('.jp-Toolbar-kernelName')?.textContent ?? 'No Kernel')"
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
PROMPTS = "cells => cells.map(cell => cell.textContent.trim())"
WRONG = ('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"], '
         '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]')


@dataclass
class Lab:
    """JupyterLab in one browser page; `outside` are the requests that left this machine."""

    page: Any
    address: str
    outside: list[str] = field(default_factory=list)

    def run_all(self, notebook: str, seconds: int = 240) -> list[str]:
        """The prompts of the code cells after Run All Cells, such as `[3]:`."""
        self.page.goto(f"{self.address}/lab/tree/{notebook}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(READY)
        self.page.wait_for_selector(IDLE, state="attached")   # a kernel that still starts would not be asked
        before = self.page.eval_on_selector_all(".jp-CodeCell .jp-InputPrompt", PROMPTS)   # of an earlier run, saved
        self.page.click("text=Run >> nth=0")
        self.page.click('.lm-Menu-item:has-text("Run All Cells")')
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            prompts = self.page.eval_on_selector_all(".jp-CodeCell .jp-InputPrompt", PROMPTS)
            begun = any(prompt not in ("[ ]:", "[*]:") for prompt in prompts)
            if begun and prompts != before and "[*]:" not in prompts:
                return list(prompts)
            self.page.wait_for_timeout(250)
        pytest.fail(f"{notebook} did not end: {prompts}")

    def fill_in(self, notebook: str, **parameters: str) -> None:
        """Type these values into the notebook's cell of parameters, as a person does, and save."""
        self.page.goto(f"{self.address}/lab/tree/{notebook}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(READY)
        cell = self.page.locator(".jp-CodeCell .cm-content").first
        text = "\n".join(cell.locator(".cm-line").all_inner_texts())
        for name, value in parameters.items():
            text, count = re.subn(rf'^{name}: str = "[^"]*"', f'{name}: str = "{value}"', text, flags=re.MULTILINE)
            assert count == 1, f"{name} stands {count} times in the cell of parameters"
        cell.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+S")
        self.page.wait_for_function("!document.querySelector('.jp-mod-dirty')")

    def wrong(self) -> list[str]:
        """Every error and every word on standard error that the notebook shows."""
        return [str(text) for text in self.page.locator(WRONG).all_inner_texts()]

    def outputs(self) -> str:
        """All that the cells show, as text."""
        return "\n".join(self.page.locator(".jp-OutputArea-output").all_inner_texts())

    def photograph(self, folder: Path, name: str) -> None:
        """The notebook from top to bottom, a picture a screen."""
        folder.mkdir(parents=True, exist_ok=True)
        panel = "document.querySelector('.jp-WindowedPanel-outer')"
        height = self.page.evaluate(f"{panel}.scrollHeight")
        for number, top in enumerate(range(0, height, 850)):
            self.page.evaluate(f"{panel}.scrollTop = {top}")
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=str(folder / f"{name}-{number}.png"))


@contextmanager
def jupyter_lab(root: Path, private: Path) -> Iterator[Lab]:
    """JupyterLab on this folder, its own settings and run-time files below `private`; asks for a token."""
    from playwright.sync_api import sync_playwright

    browser_program, token = program("chromium"), secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{kind}_DIR": str(private / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    settings = private / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}', encoding="utf-8")   # cells out of sight are in the page too
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--ServerApp.port_retries=0", "--LabApp.news_url=None"],
        cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | folders | {"JUPYTERLAB_SETTINGS_DIR": str(private / "settings"), "JUPYTER_TOKEN": token,
                                    "PATH": search})
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=browser_program,
                                           args=["--no-sandbox", "--disable-background-networking"])
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(120_000)
            lab = Lab(page, f"http://127.0.0.1:{port}")
            page.on("request", lambda sent: lab.outside.append(sent.url)
                    if not sent.url.startswith((lab.address, f"ws://127.0.0.1:{port}", "data:", "blob:")) else None)
            _arrive(page, f"{lab.address}/lab?token={token}", server)
            yield lab
            browser.close()
    finally:
        server.terminate()
        server.wait(60)


def _arrive(page: Any, address: str, server: subprocess.Popen[bytes]) -> None:
    from playwright.sync_api import Error

    for _ in range(240):
        assert server.poll() is None, "JupyterLab ended at its start"
        try:
            page.goto(address)
        except Error:
            time.sleep(0.25)
        else:
            return
    pytest.fail("JupyterLab does not answer")
