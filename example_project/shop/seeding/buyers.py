"""Registered buyers and guests.  None of them exists, see the package's docstring."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ..models import Customer
from .texts import GUEST_NAMES

_KINDS = ("person", "person", "company", "company", "trader")
_FORMS = (
    ("ООО «Пример {n}»", "Общество с ограниченной ответственностью «Пример {n}»"),
    ("АО «Образец & Партнёры {n}»", "Акционерное общество «Образец & Партнёры {n}»"),
    ('ООО "Тест<{n}>"', 'Общество с ограниченной ответственностью "Тест<{n}>"'),
)
#: The control digits of ИНН: the weights of a company's one, of a sole trader's two.
_COMPANY_WEIGHTS = ((2, 4, 10, 3, 5, 9, 4, 6, 8),)
_TRADER_WEIGHTS = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def create_customers(count: int, random: Random) -> Sequence[Customer]:
    """Add registered buyers and return them in the order they were made."""
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = Customer.objects.count() + 1
    customers = [_customer(number, random.choice(_KINDS)) for number in range(start, start + count)]
    Customer.objects.bulk_create(customers, batch_size=1000)
    return Customer.objects.filter(pk__gt=last).order_by("pk")  # MySQL does not say which keys it gave


def guest(number: int, random: Random) -> dict[str, str]:
    """Return the fields of an order by somebody who did not register: not all leave everything."""
    contacts = {
        "contact_name": random.choice(GUEST_NAMES).format(n=number),
        "email": f"guest{number}@example.org",
        "phone": phone(number),
    }
    left_out = random.choice(("", "", "contact_name", "email", "phone"))
    return contacts | ({left_out: ""} if left_out else {})


def phone(number: int) -> str:
    """A number in an area that does not exist."""
    digits = f"{number % 10**7:07}"
    return f"+7 (000) {digits[:3]}-{digits[3:5]}-{digits[5:]}"


def inn(number: int, weights: Sequence[Sequence[int]]) -> str:
    """An ИНН with right control digits, of the tax region 00, which does not exist."""
    digits = [int(digit) for digit in f"{number:0{len(weights[0])}}"]
    for row in weights:
        digits.append(sum(weight * digit for weight, digit in zip(row, digits, strict=True)) % 11 % 10)
    return "".join(map(str, digits))


def _customer(number: int, kind: str) -> Customer:
    customer = Customer(name=f"Покупатель {number}", email=f"buyer{number}@example.com", phone=phone(number))
    if kind == "company":
        short, official = _FORMS[number % len(_FORMS)]
        customer.name, customer.official_name = short.format(n=number), official.format(n=number)
        customer.inn, customer.kpp = inn(number, _COMPANY_WEIGHTS), "000001001"
        customer.legal_address = f"000000, г. Примерск, ул. Тестовая, д. {number}, офис «А&Б»"
    elif kind == "trader":
        customer.name, customer.inn = f"ИП Покупатель {number}", inn(number, _TRADER_WEIGHTS)
    return customer
