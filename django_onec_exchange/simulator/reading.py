"""From the text of a ``query`` reply to orders, the way each kind of 1C gets there.

Two rules.  What is a run-time exception in 1C raises ReadError here; what 1C accepts and gets
wrong is accepted and got wrong here too, and noted in ``warnings``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from lxml import etree

from .documents import ReceivedCounterparty, ReceivedOrder, ReceivedRow, RelatedDocument
from .elements import ZERO, Node, number_or_zero, parse
from .errors import LoadingStoppedError, ReadError
from .parties import PartyReader
from .profiles import Profile
from .replies import REPLACEMENT
from .rows import DocumentTaxes, RowReader, document_discount, vat_on_top

ROOT = "КоммерческаяИнформация"
DECLARATION = "<?xml"
ORDER = "заказ товара"  # ХозОперация, compared without case
ACQUIRING = "Эквайринговая операция"
LONGEST_ID = 40
LONGEST_NUMBER = 255
CURRENCY_LENGTH = 3
LONGEST_COMMENT = 3000
LONGEST_REQUISITE_NAME = 250
LONGEST_REQUISITE_VALUE = 1000
GUID_LENGTH = 36
#: what 1C makes of a date it cannot read, without failing (UT 6999)
EMPTY_DATE = datetime(1, 1, 1)
#: C0 control characters XML forbids
CONTROLS = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"}
#: UNF writes a requisite into the attribute of the order that has its name
UNF_ATTRIBUTES = ("Курс", "Кратность", "Комментарий")
CONTAINER_WARNING = "found no documents although the root holds Контейнер"
IGNORED_CONTAINERS = "documents inside Контейнер are not read"


class DocumentReader:
    """Reads one ``query`` reply.  Raises ReadError if it cannot even be looked into.

    Text is a decoded reply body; bytes are a file taken out of an archive.
    """

    def __init__(self, document: str | bytes, profile: Profile) -> None:
        self.profile = profile
        self.warnings: list[str] = []
        text = self._checked_start(document) if isinstance(document, str) else document
        self._root = Node(parse(text))
        self._check_root()
        self.documents = self._find_documents()
        self._last_value = ""  # UT's variable for a requisite's value: never reset
        self._check_keys()

    @property
    def count(self) -> int:
        """How many orders the reply holds."""
        return len(self.documents)

    def orders(self) -> Iterator[ReceivedOrder]:
        """The orders one by one, as 1C would write each before it reads the next.

        Raises ReadError for a run-time exception, LoadingStoppedError where the loader gives up.
        """
        for document, related in self.documents:
            yield self._order(document, related)

    # --- the reply as a whole

    def _checked_start(self, text: str) -> str:
        if text.startswith("PK"):
            raise ReadError("A zip archive came; read as text it does not survive, 1C cannot open it.")
        bare = self.profile.accepts_bare_root and text.startswith(f"<{ROOT}")
        if not text.startswith(DECLARATION) and not bare:
            if text.lstrip("\ufeff \t\r\n").startswith(DECLARATION):
                raise ReadError("Something (a BOM, a blank, a line break) stands before <?xml.")
            shown = text.strip().split("\n")[0][:80]
            raise ReadError(f"The reply is not XML, it starts with «{shown}»." if shown else "The reply is empty.")
        if REPLACEMENT in text:
            if self.profile.repairs_decoding:
                raise ReadError("The text holds U+FFFD: 1C decodes the whole reply again, and wrongly.")
            self.warnings.append("The text holds U+FFFD: a character was lost in decoding.")
        return text.translate(CONTROLS) if self.profile.strips_control_characters else text

    def _check_root(self) -> None:
        root = self._root
        if root.name != ROOT:
            raise ReadError(f"The root is {root.name}, not {ROOT}.")
        namespace = etree.QName(root.element).namespace
        if namespace and self.profile.fails_on_namespace:
            raise ReadError(f"The root has xmlns={namespace}: 1C reads the document typed and fails on Склады.")
        if namespace:
            self.warnings.append(f"The root has xmlns={namespace}; a query reply should have none.")

    def _find_documents(self) -> list[tuple[Node, tuple[Node, ...]]]:
        """Each order with the payments and shipments that belong to it."""
        groups = [[document] for document in self._root.all("Документ")]
        containers = self._root.all("Контейнер")
        if self.profile.reads_containers:
            groups += [container.all("Документ") for container in containers]
        elif containers:
            self.warnings.append(IGNORED_CONTAINERS if groups else CONTAINER_WARNING)
        found: list[tuple[Node, tuple[Node, ...]]] = []
        for group in groups:
            orders = [one for one in group if self._counts_as_order(one)]
            others = tuple(one for one in group if one not in orders)
            found += [(order, others if order is orders[0] else ()) for order in orders]
        return found

    def _counts_as_order(self, document: Node) -> bool:
        # a document without ХозОперация is kept: reading it is what fails
        operation = document.text_of("ХозОперация").lower()
        return not self.profile.allows_other_operations or operation in (ORDER, "")

    def _check_keys(self) -> None:
        """The first pass over all documents, outside any transaction (UT 4040)."""
        for document, _ in self.documents:
            number = document.find("Номер")
            if number is None or not number.text.strip():
                known = document.text_of("Ид")
                raise ReadError(f"A document{f' with Ид {known}' if known else ''} has no Номер.")
            document.order = number.text
            document.need_text("Дата")

    # --- one order

    def _order(self, document: Node, others: tuple[Node, ...]) -> ReceivedOrder:
        self._check_operation(document)
        currency = self._currency(document)
        self._check_empty_elements(document)
        requisites = self._requisites(document)
        party = PartyReader(self.profile, self.warnings).read(document, requisites)
        if self.profile.checks_warehouses:
            self._check_warehouses(document)
        taxes = DocumentTaxes(document, self.profile)
        rows = RowReader(taxes, self.profile, self.warnings).read(document)
        return self._assembled(document, others, currency, requisites, party, taxes, rows)

    def _assembled(
        self,
        document: Node,
        others: tuple[Node, ...],
        currency: str,
        requisites: dict[str, str],
        party: ReceivedCounterparty,
        taxes: DocumentTaxes,
        rows: tuple[ReceivedRow, ...],
    ) -> ReceivedOrder:
        moment = self._moment(document)
        on_top = vat_on_top(rows, taxes)
        total = sum((row.sum for row in rows), ZERO) + on_top - self._discount(document)
        declared = document.find("Сумма")
        order = ReceivedOrder(
            id=document.need_text("Ид", LONGEST_ID),
            number=self._number(document),
            date=moment.date(),
            time=moment.time(),
            currency=currency,
            declared_total=number_or_zero(declared.text) if declared is not None else None,
            total=total,
            vat_on_top=on_top,
            vat_included=taxes.included,
            counterparty=party,
            rows=rows,
            requisites=requisites,
            comment=document.text_of("Комментарий", longest=LONGEST_COMMENT),
            related=self._related(document, others),
            raw=etree.tostring(document.element, encoding="utf-8", xml_declaration=False, with_tail=False),
        )
        self._look_at_money(order)
        return order

    def _check_operation(self, document: Node) -> None:
        operation = document.need("ХозОперация").text.strip()
        if operation.lower() != ORDER:
            raise LoadingStoppedError(
                f"ХозОперация is «{operation}», only «Заказ товара» is loaded.", document.order
            )

    def _currency(self, document: Node) -> str:
        currency = document.need("Валюта").text.strip()
        if not currency:
            raise LoadingStoppedError("Валюта is empty.", document.order)
        if len(currency) != CURRENCY_LENGTH:
            raise document.error(f"Валюта is «{currency}», it must have exactly 3 characters.")
        return currency

    def _number(self, document: Node) -> str:
        number = document.need("Номер").text
        if len(number) > LONGEST_NUMBER:
            raise document.error(f"Номер has {len(number)} characters, {LONGEST_NUMBER} are allowed.")
        width = self.profile.number_width
        if width is not None and (len(number) > width or number != number.strip()):
            fault = f"is longer than {width} characters" if len(number) > width else "has blanks around it"
            self._warn(
                document, f"Номер {fault}: 1C will not find the order again and will make another at each resend."
            )
        return number

    def _check_empty_elements(self, document: Node) -> None:
        tolerated = self.profile.may_be_empty
        if tolerated is None:
            return
        warehouses = document.find("Склады") if self.profile.checks_warehouses else None
        inside = {node.element for node in warehouses.walk()} if warehouses is not None else set()
        for node in document.walk():
            bare = node.is_empty and not node.element.attrib
            if bare and node.name not in tolerated and node.element not in inside:
                raise document.error(f"{node.name} is an empty element: an object where 1C expects text.")

    def _requisites(self, document: Node) -> dict[str, str]:
        block = document.find("ЗначенияРеквизитов")
        found: dict[str, str] = {}
        for requisite in block.all("ЗначениеРеквизита") if block is not None else []:
            name = requisite.need_text("Наименование", LONGEST_REQUISITE_NAME)
            value = requisite.need("Значение").text.strip()
            if len(value) > LONGEST_REQUISITE_VALUE:
                raise requisite.error(f"Значение of «{name}» has more than {LONGEST_REQUISITE_VALUE} characters.")
            if value:
                found[name] = self._last_value = value
            elif self.profile.requisite_values_bleed:
                found[name] = self._last_value
                self._warn(
                    document, f"empty Значение of «{name}» keeps the value before it: «{self._last_value}»."
                )
            else:
                self._warn(document, f"empty Значение of «{name}» is ignored.")
            if name in UNF_ATTRIBUTES and self.profile.keeps_digits_only:
                self._warn(document, f"requisite «{name}» overwrites an attribute of the order.")
        return found

    def _check_warehouses(self, document: Node) -> None:
        """UT takes Склады apart without looking: any other shape is an exception (UT 4435)."""
        block = document.find("Склады")
        if block is None:
            return
        warehouse = self._only(block, "Склад")
        for name in ("Ид", "Наименование"):
            warehouse.need(name)
        field = self._only(warehouse.need("Адрес"), "АдресноеПоле")
        contact = self._only(warehouse.need("Контакты"), "Контакт")
        for part in (field, contact):
            part.need("Тип")
            part.need("Значение")

    def _only(self, node: Node, name: str) -> Node:
        found = node.all(name)
        if len(found) != 1:
            raise node.error(f"Склады: {node.name} must hold exactly one {name}, it holds {len(found)}.")
        return found[0]

    def _moment(self, document: Node) -> datetime:
        """Дата and Время as 1C joins them: without - and :, exactly 8 and 6 digits, else 0001-01-01."""
        day = document.need_text("Дата").replace("-", "")
        clock = document.text_of("Время").replace(":", "") or "000000"
        digits = day + clock
        try:
            if len(day) == 8 and len(clock) == 6 and digits.isascii() and digits.isdecimal():
                return datetime.combine(
                    date(int(day[:4]), int(day[4:6]), int(day[6:])),
                    time(int(clock[:2]), int(clock[2:4]), int(clock[4:])),
                )
        except ValueError:  # 2024-02-31 and the like
            pass
        self._warn(document, "Дата and Время are not YYYY-MM-DD and HH:MM:SS: the order is dated 0001-01-01.")
        return EMPTY_DATE

    def _discount(self, document: Node) -> Decimal:
        discount = document_discount(document)
        if discount and not self.profile.spreads_document_discount:
            self._warn(document, f"the document's Скидка of {discount} is not used: rows alone make the total.")
            return ZERO
        return discount

    def _look_at_money(self, order: ReceivedOrder) -> None:
        if order.vat_on_top:
            self.warnings.append(
                f"Order {order.number}: no document-level НДС with УчтеноВСумме true, "
                f"so 1C adds {order.vat_on_top} of VAT on top."
            )
        if order.declared_total is not None and order.declared_total != order.total:
            self.warnings.append(
                f"Order {order.number}: Сумма says {order.declared_total}, "
                f"1C computes {order.total} from the rows."
            )

    def _related(self, document: Node, others: tuple[Node, ...]) -> tuple[RelatedDocument, ...]:
        block = document.find("ПодчиненныеДокументы") if self.profile.reads_subordinates else None
        children = block.all("ПодчиненныйДокумент") if block is not None else []
        for child in children:
            self._check_subordinate(child)
        return tuple(
            RelatedDocument(
                id=one.text_of("Ид"),
                number=one.text_of("Номер"),
                operation=one.text_of("ХозОперация"),
                amount=number_or_zero(one.text_of("Сумма")),
            )
            for one in (*children, *others)
        )

    def _check_subordinate(self, child: Node) -> None:
        """UNF makes card payments of them and reads four elements unguarded (UNF 4488)."""
        identity = child.need_text("Ид")
        if child.need_text("ХозОперация") != ACQUIRING:
            return
        for name in ("Номер", "Дата", "Сумма"):
            child.need_text(name)
        if len(identity) == GUID_LENGTH:
            self._warn(child, f"payment {identity}: an Ид of 36 characters is taken for a document of 1C's own.")

    def _warn(self, document: Node, sentence: str) -> None:
        self.warnings.append(f"Order {document.order}: {sentence}")
