"""How a page looks: on a telephone, in the dark, and whether its scripts and files are sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .pages import Pages

PHONE = 390  # CSS pixels
READABLE = 4.5  # the contrast that WCAG 2.2, 1.4.3 asks of texts

_STICKING_OUT = """
const scrolls = one => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX);
const inScrolled = one => {
    for (let above = one.parentElement; above && above.id != 'content'; above = above.parentElement)
        if (scrolls(above)) return true;
    return false;
};
const wide = [...document.querySelectorAll('#content, #content *')].filter(
    one => one.getBoundingClientRect().right > arguments[0] + 0.5 && !inScrolled(one));
return wide.map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
"""
_HARD_TO_READ = """
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const isSolid = colour => (parts(colour)[3] ?? 1) > 0;
const behind = one => {
    for (; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if (isSolid(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
};
const luminance = colour => {
    const [r, g, b] = parts(colour).slice(0, 3).map(
        part => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = one => {
    const [light, dark] = [getComputedStyle(one).color, behind(one)].map(luminance).sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
};
const hasText = one => [...one.childNodes].some(node => node.nodeType == Node.TEXT_NODE && node.data.trim());
return [...document.querySelectorAll('#content *')].filter(
    one => hasText(one) && one.checkVisibility() && contrast(one) < arguments[0]
).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
"""


@contextmanager
def on_a_phone(pages: Pages) -> Iterator[None]:
    metrics = {"width": PHONE, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    pages.chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        pages.chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@contextmanager
def in_theme(pages: Pages, theme: str) -> Iterator[None]:
    """Let the computer ask for the theme ``light`` or ``dark``, which Django's admin follows."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    pages.chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        yield
    finally:
        pages.chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def sticking_out(pages: Pages) -> list[str]:
    """Return what makes people scroll the page of a telephone sideways; a part may scroll by itself."""
    return pages.chromium.execute_script(_STICKING_OUT, PHONE)


def hard_to_read(pages: Pages) -> list[str]:
    """Return the texts that are too much like what is behind them."""
    return pages.chromium.execute_script(_HARD_TO_READ, READABLE)


def complaints(chromium: Any) -> list[str]:
    """Return what went wrong since this was last asked: scripts that failed, static files that were missing."""
    return [
        entry["message"]
        for entry in chromium.get_log("browser")
        if entry["level"] == "SEVERE" and (entry["source"] != "network" or "/static/" in entry["message"])
    ]
