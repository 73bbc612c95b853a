"""How 1C reads Товары, the VAT of each row, and what it computes from them."""

from __future__ import annotations

from decimal import Decimal

from .documents import ItemKind, ReceivedRow
from .elements import ZERO, Node, kopecks, number_or_zero
from .profiles import Profile

LONGEST_ID = 80
LONGEST_NAME = 250
LONGEST_ARTICLE = 255
#: Ставка texts UT 11.5 understands, and the rates newer releases add; another falls through
KNOWN_RATES = (0, 5, 7, 10, 18, 20, 22)


def rate_of(tax: Node | None) -> Decimal | None:
    """The VAT rate an element with Ставка names, in percent; None if 1C does not know it."""
    text = tax.text_of("Ставка") if tax is not None else ""
    for rate in KNOWN_RATES:
        if text in (str(rate), f"{rate}.00") or (rate and text == f"{rate}/{100 + rate}"):
            return Decimal(rate)
    return None


def vat_in(node: Node, group: str, name: str) -> Node | None:
    """The НДС entry of Налоги/Налог or СтавкиНалогов/СтавкаНалога."""
    block = node.find(group)
    taxes = block.all(name) if block is not None else []
    return next((tax for tax in taxes if tax.need_text("Наименование") == "НДС"), None)


class DocumentTaxes:
    """Документ/Налоги: the only place the flag "prices include VAT" is read from (UT 4941)."""

    def __init__(self, document: Node, profile: Profile) -> None:
        vat = vat_in(document, "Налоги", "Налог")
        self.applies = document.find("Налоги") is not None or not profile.untaxed_without_section
        self.included = vat is not None and vat.text_of("УчтеноВСумме") == "true"
        self.default_rate = rate_of(vat)
        if vat is not None and vat.find("Ставка") is None and profile.rate_if_unnamed is not None:
            self.default_rate = Decimal(profile.rate_if_unnamed)


class RowReader:
    """Reads the rows of one document.  Remembers the last rate and unit, as UT's variables do."""

    def __init__(self, taxes: DocumentTaxes, profile: Profile, warnings: list[str]) -> None:
        self.taxes = taxes
        self.profile = profile
        self.warnings = warnings
        self._rate = taxes.default_rate
        self._last_unit = ("", "")

    def read(self, document: Node) -> tuple[ReceivedRow, ...]:
        """All rows 1C keeps.  Raises ReadError for one that breaks the load."""
        block = document.find("Товары")
        rows = [self._row(item) for item in block.all("Товар")] if block is not None else []
        return tuple(row for row in rows if row is not None)

    def _row(self, item: Node) -> ReceivedRow | None:
        quantity = number_or_zero(item.text_of("Количество"))
        name = item.need_text("Наименование", LONGEST_NAME)
        if not quantity:
            self._warn(item, f"row «{name}» has no quantity and is left out.")
            return None
        identity = item.need_text("Ид", LONGEST_ID)
        kind = self._kind(item)
        goods = kind is ItemKind.GOODS
        if self.profile.fails_on_hash_in_name and goods and "#" in name and "#" not in identity:
            raise item.error(f"Наименование «{name}» holds # while Ид has none: an uninitialised variable.")
        stated = item.text_of("Сумма")
        amount = number_or_zero(stated)
        if not amount and (not stated or stated.strip("0.")):  # a gift of 0.00 is read as it is
            self._warn(item, f"row «{name}» has no amount 1C can read.")
        self._look_at_discounts(item, name)
        price = number_or_zero(item.text_of("ЦенаЗаЕдиницу"))
        unit_code, unit_name = self._unit(item, name)
        return ReceivedRow(
            id=identity,
            article=item.text_of("Артикул", longest=LONGEST_ARTICLE),
            name=name,
            price=price if price > 0 else kopecks(amount / quantity),
            quantity=quantity,
            sum=amount,
            vat_rate=self._vat_rate(item, name),
            unit_code=unit_code,
            unit_name=unit_name,
            kind=kind,
        )

    def _kind(self, item: Node) -> ItemKind:
        block = item.find("ЗначенияРеквизитов")
        kind = ItemKind.GOODS
        for requisite in block.all("ЗначениеРеквизита") if block is not None else []:
            name, value = requisite.need("Наименование").text.strip(), requisite.need("Значение").text.strip()
            if name == "ТипНоменклатуры" and value == "Услуга":
                kind = ItemKind.SERVICE
        return kind

    def _unit(self, item: Node, name: str) -> tuple[str, str]:
        """The code and name of the row's unit, else those of the row before where they bleed."""
        unit = item.find("Единица")
        if unit is not None and unit.is_structure and self.profile.unit_is_text:
            raise item.error("Единица is a structure, 1C expects the text of a code there.")
        base = item.find("БазоваяЕдиница")
        if base is not None:
            self._last_unit = base.element.get("Код", ""), base.text.strip()
            return self._last_unit
        if unit is not None and self.profile.reads_containers:  # the layout of Bitrix >= 2.09
            return unit.text_of("Код"), unit.text_of("НаименованиеПолное")
        if unit is not None or not self.profile.row_units_bleed:
            return "", ""
        if any(self._last_unit):
            shown = self._last_unit[1] or self._last_unit[0]
            self._warn(item, f"row «{name}» has no unit and takes «{shown}» from the row before it.")
        return self._last_unit

    def _vat_rate(self, item: Node, name: str) -> Decimal | None:
        """Налоги of the row, else its СтавкиНалогов, else the document's rate, or the row before."""
        if not self.taxes.applies:
            return None
        default = self.taxes.default_rate
        sources = (vat_in(item, "Налоги", "Налог"), vat_in(item, "СтавкиНалогов", "СтавкаНалога"))
        named = [source.text_of("Ставка") for source in sources if source is not None]
        rate = next((known for known in map(rate_of, sources) if known is not None), None)
        if rate is None:
            if any(named):
                self._warn(item, f"row «{name}»: VAT rate {', '.join(named)} is not known to 1C.")
            rate = self._inherited(item, name)
        elif rate == 0 and default and self.profile.zero_rate_is_ignored:
            self._warn(item, f"row «{name}»: a rate of 0 does not override the document's {default} %.")
            rate = default
        self._rate = rate
        return rate

    def _inherited(self, item: Node, name: str) -> Decimal | None:
        if not self.profile.row_rates_bleed:
            return self.taxes.default_rate
        if self._rate != self.taxes.default_rate:
            self._warn(item, f"row «{name}» has no VAT rate and takes {self._rate} % from the row before it.")
        return self._rate

    def _look_at_discounts(self, item: Node, name: str) -> None:
        block = item.find("Скидки")
        for discount in block.all("Скидка") if block is not None else []:
            if discount.text_of("УчтеноВСумме") == "false":
                # the test in the module is mis-parenthesised, so what it does is anyone's guess (UT 5101)
                self._warn(item, f"row «{name}»: a discount with УчтеноВСумме false may or may not be subtracted.")

    def _warn(self, item: Node, sentence: str) -> None:
        self.warnings.append(f"Order {item.order}: {sentence}")


def vat_on_top(rows: tuple[ReceivedRow, ...], taxes: DocumentTaxes) -> Decimal:
    """The VAT 1C adds because the document does not say that prices include it; per row, to the kopeck."""
    if taxes.included:
        return ZERO
    return sum((kopecks(row.sum * (row.vat_rate or ZERO) / 100) for row in rows), ZERO)


def document_discount(document: Node) -> Decimal:
    """The sum of the document's Скидки that are not yet in the amounts of its rows."""
    block = document.find("Скидки")
    discounts = block.all("Скидка") if block is not None else []
    return sum(
        (number_or_zero(one.text_of("Сумма")) for one in discounts if one.text_of("УчтеноВСумме") != "true"),
        ZERO,
    )
