"""The versions that are written, and what differs between them.

Versions are compared as tuples of numbers: as floating numbers "2.10" would come before "2.9", which is
how Bitrix errs (commerceml.md, section 1).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """The layout of one CommerceML version of order documents."""

    name: str  # as it stands in ВерсияСхемы
    containers: bool  # Контейнер around each order: 3.x, read by the Bitrix module alone
    row_discounts: bool  # Скидки of a row; stock configurations get the net Сумма alone
    phone_types: tuple[str, ...]  # Контакт/Тип, one Контакт for each
    email_types: tuple[str, ...]


#: UT 11.5 makes contacts of these two types alone, UNF of these as well (commerceml.md, section 7).
_PHONE = ("Телефон рабочий",)
_EMAIL = ("Почта",)

VERSIONS = {
    version.name: version
    for version in (
        Version("2.05", containers=False, row_discounts=False, phone_types=_PHONE, email_types=_EMAIL),
        Version("2.08", containers=False, row_discounts=False, phone_types=_PHONE, email_types=_EMAIL),
        Version("2.10", containers=False, row_discounts=False, phone_types=_PHONE, email_types=_EMAIL),
        # Bitrix names the second one in its newer documents.
        Version(
            "3.1",
            containers=True,
            row_discounts=True,
            phone_types=_PHONE,
            email_types=(*_EMAIL, "Электронная почта"),
        ),
    )
}


def is_version(name: object) -> bool:
    """Tell whether documents of this version can be written."""
    return isinstance(name, str) and name in VERSIONS


def is_flat(name: object) -> bool:
    """Tell whether stock configurations find the orders in this version: right under the root."""
    return isinstance(name, str) and name in VERSIONS and not VERSIONS[name].containers
