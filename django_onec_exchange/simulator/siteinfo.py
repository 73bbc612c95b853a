"""The reply to ``info``: what a user of 1C may choose from when setting up the exchange.

Read to the letter, as 1C reads it by property names: the first letter of Cтатусы is a Latin C, a
quirk of Bitrix's language file that clients look for; an empty block is there, as a pair of tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .elements import Node, parse
from .errors import ReadError

DECLARATION = "<?xml"
ROOT = "Справочник"
STATUSES = "Cтатусы"  # the first letter is Latin
CYRILLIC_STATUSES = "Статусы"
PAYMENT_SYSTEMS = "ПлатежныеСистемы"
DELIVERY_SERVICES = "СлужбыДоставки"


@dataclass(frozen=True)
class Choice:
    """One Элемент: a status, payment system or delivery service of the site."""

    id: str
    name: str
    payment_kind: str = ""  # ТипОплаты, of payment systems only


@dataclass(frozen=True)
class SiteInfo:
    """What a site offers, in its order."""

    statuses: tuple[Choice, ...]
    payment_systems: tuple[Choice, ...]
    delivery_services: tuple[Choice, ...]


def read_site_info(text: str) -> SiteInfo:
    """Read the decoded reply to ``info``.  Raises ReadError where 1C would not find what it looks for."""
    if not text.startswith(DECLARATION):
        raise ReadError("The reply to info does not start with <?xml.")
    root = Node(parse(text))
    if root.name != ROOT:
        raise ReadError(f"The root is {root.name}, not {ROOT}.")
    if root.find(STATUSES) is None and root.find(CYRILLIC_STATUSES) is not None:
        raise ReadError(f"{CYRILLIC_STATUSES} is written with a Cyrillic С, 1C looks for a Latin one.")
    return SiteInfo(*(_choices(root, name, text) for name in (STATUSES, PAYMENT_SYSTEMS, DELIVERY_SERVICES)))


def _choices(root: Node, name: str, text: str) -> tuple[Choice, ...]:
    block = root.need(name)
    if re.search(rf"<{name}\s*/>", text):
        raise ReadError(f"{name} is empty and not a pair of tags.")
    return tuple(
        Choice(element.need_text("Ид"), element.need_text("Название"), element.text_of("ТипОплаты"))
        for element in block.all("Элемент")
    )
