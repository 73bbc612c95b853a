"""How 1C reads Контрагенты: who the customer is, how to reach them, where to deliver."""

from __future__ import annotations

from collections.abc import Mapping

from .documents import CounterpartyKind, ReceivedCounterparty
from .elements import Node
from .profiles import Profile

LONGEST_ID = 40
LONGEST_NAME = 250
LONGEST_ADDRESS = 250
INN_LENGTHS = (10, 12)
KPP_LENGTH = 9
#: the order in which UT puts an address together (UT 4680), and the words it adds itself
ADDRESS_PARTS = {
    "Почтовый индекс": "{}",
    "Страна": "{}",
    "Регион": "{}",
    "Район": "{}",
    "Населенный пункт": "{}",
    "Город": "{} г",
    "Улица": "{} ул",
    "Дом": "дом № {}",
    "Корпус": "корпус {}",
    "Квартира": "квартира {}",
}


class PartyReader:
    """Reads the first Контрагент of a document."""

    def __init__(self, profile: Profile, warnings: list[str]) -> None:
        self.profile = profile
        self.warnings = warnings

    def read(self, document: Node, requisites: Mapping[str, str]) -> ReceivedCounterparty:
        """Raises ReadError if there is none or if a part of it breaks the load."""
        party = document.need("Контрагенты").need("Контрагент")
        name = party.text_of("Наименование", longest=LONGEST_NAME)
        official = party.find("ОфициальноеНаименование")
        kind = CounterpartyKind.PERSON if official is None else CounterpartyKind.COMPANY
        if official is not None and official.is_empty:
            self._warn(party, "an empty ОфициальноеНаименование makes a company of the customer.")
        if official is not None and party.text_of("ПолноеНаименование") and self.profile.rebuilds_address:
            self._warn(party, "ПолноеНаименование of a company: UT notes a person and drops the legal address.")
        if not name:
            self._warn(party, "Контрагент has no Наименование: the order stays without a counterparty.")
        inn = self._code(party, "ИНН", INN_LENGTHS)
        if inn == "" and self.profile.ignores_counterparty_id:
            self._warn(party, "an empty ИНН is searched for: the first counterparty without one gets the order.")
        self._check_accounts(party)
        phones, emails = self._contacts(party)
        address = requisites.get(self.profile.address_requisite or "") or self._address(party)
        return ReceivedCounterparty(
            id=party.text_of("Ид", longest=LONGEST_ID),
            name=name,
            official_name=party.text_of("ОфициальноеНаименование", longest=LONGEST_NAME),
            kind=kind,
            inn=inn,
            kpp=self._code(party, "КПП", (KPP_LENGTH,)),
            phones=phones,
            emails=emails,
            address=address,
        )

    def _code(self, party: Node, name: str, lengths: tuple[int, ...]) -> str | None:
        found = party.find(name)
        if found is None:
            return None
        code = found.text.strip()
        if code and (len(code) not in lengths or not code.isdecimal()):
            self._warn(party, f"{name} {code} does not have the length 1C expects.")
        return code

    def _check_accounts(self, party: Node) -> None:
        block = party.find("РасчетныеСчета")
        for account in block.all("РасчетныйСчет") if block is not None else []:
            account.need("НомерСчета")
            account.need("Банк")

    def _contacts(self, party: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
        block = party.find("Контакты")
        phones: list[str] = []
        emails: list[str] = []
        ignored: list[str] = []
        for contact in block.all("Контакт") if block is not None else []:
            kind, value = contact.need_text("Тип"), contact.need("Значение").text.strip()
            if not value:
                continue
            if self._is_phone(kind):
                phones.append(value)
            elif self._is_email(kind):
                emails.append(value)
            else:
                ignored.append(kind)
        if ignored and not (phones and emails):
            self._warn(party, f"contacts of type {', '.join(ignored)} are ignored.")
        return tuple(phones), tuple(emails)

    def _is_phone(self, kind: str) -> bool:
        if self.profile.knows_all_contact_types:
            return "телефон" in kind.lower() or "phone" in kind.lower()
        return kind.replace(" ", "").lower() == "телефонрабочий"

    def _is_email(self, kind: str) -> bool:
        return kind == "Почта" or (self.profile.knows_all_contact_types and kind == "Электронная почта")

    def _address(self, party: Node) -> str:
        address = party.find("Адрес")
        if address is None:
            return ""
        shown = address.text_of("Представление", longest=LONGEST_ADDRESS)
        if not shown:
            self._warn(party, "Адрес without Представление is ignored.")
            return ""
        fields = {
            field.need("Тип").text.strip(): field.need("Значение").text.strip()
            for field in address.all("АдресноеПоле")
        }
        if len(fields) > 1 and self.profile.rebuilds_address:
            known = [(words, fields.get(kind)) for kind, words in ADDRESS_PARTS.items()]
            return ", ".join(words.format(value) for words, value in known if value)
        return shown

    def _warn(self, party: Node, sentence: str) -> None:
        self.warnings.append(f"Order {party.order}: {sentence}")
