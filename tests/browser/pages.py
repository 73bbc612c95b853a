"""The admin's pages as a person at a browser meets them: texts to read, links and buttons to press."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

CSS, LINK = "css selector", "partial link text"
OVERVIEW = "/admin/django_onec_exchange/infobase/"
PATIENCE = 15  # seconds


class Pages:
    def __init__(self, chromium: Any, address: str) -> None:
        self.chromium = chromium
        self.address = address

    def log_in(self, name: str, password: str) -> Pages:
        self.chromium.delete_all_cookies()
        self.open("/admin/login/?next=/admin/")
        self.type("#id_username", name)
        self.type("#id_password", password)
        return self.submit("#login-form [type=submit]")

    def open(self, path: str) -> Pages:
        self.chromium.get(f"{self.address}{path}")
        return self

    @property
    def text(self) -> str:
        return self.chromium.execute_script("return document.body.innerText")

    def text_of(self, selector: str) -> str:
        return self.chromium.execute_script("return document.querySelector(arguments[0]).innerText", selector)

    @property
    def path(self) -> str:
        return self.chromium.current_url.removeprefix(self.address)

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return self.chromium.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")

    def has(self, selector: str) -> bool:
        return self.chromium.execute_script("return document.querySelector(arguments[0]) !== null", selector)

    def type(self, selector: str, text: str) -> Pages:
        field = self.chromium.find_element(CSS, selector)
        field.clear()
        field.send_keys(text)
        return self

    def press(self, selector: str) -> Pages:
        """Press what leaves the page as it is."""
        element = self.chromium.find_element(CSS, selector)
        self.chromium.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return self

    def submit(self, selector: str) -> Pages:
        """Press what leads to another page, and wait for it."""
        return self._leave(lambda: self.press(selector))

    def follow(self, text: str) -> Pages:
        return self._leave(self.chromium.find_element(LINK, text).click)

    def act(self, action: str) -> Pages:
        """Choose the first row of a list, and an action."""
        self.press("#result_list tbody .action-select")
        self.press(f"select[name=action] option[value={action}]")
        return self.submit(".actions button[type=submit]")

    def _leave(self, click: Callable[[], object]) -> Pages:
        self.chromium.execute_script("window.isOld = true")
        click()
        deadline = time.monotonic() + PATIENCE
        while self.chromium.execute_script("return window.isOld || document.readyState != 'complete'"):
            assert time.monotonic() < deadline, "no other page came"
            time.sleep(0.02)
        return self
