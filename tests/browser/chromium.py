"""A headless Chromium, driven by Selenium."""

from __future__ import annotations

import shutil
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

#: What keeps it from calling anybody, and from asking for a sandbox that containers lack.
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
)


def installed() -> tuple[str, str] | None:
    """Return where Chromium and its driver are; None where one is missing."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


def start(profile: Path, downloads: Path, *, size: str = "1280,900", language: str = "ru") -> Chrome:
    """Start Chromium with an empty profile; what it downloads lands in a folder."""
    found = installed()
    assert found is not None
    options = ChromeOptions()
    options.binary_location = found[0]
    for argument in (*_ARGUMENTS, f"--user-data-dir={profile}", f"--window-size={size}", f"--lang={language}"):
        options.add_argument(argument)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "intl.accept_languages": language}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Chrome(service=Service(found[1]), options=options)
