"""What distinguishes one kind of 1C from another, as data.

Each field states a fact about real module code; the tags name the code it was seen in.
"UT" is UT 11.5 (common module ОбменССайтом), "UNF" is 1C:UNF, "Bitrix" the module
"1С-Битрикс. Управление сайтом" that is installed into several configurations.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one kind of 1C reads what a site answers."""

    name: str  # the word for the command line and for reports
    title: str  # for people

    # --- the reply as text
    #: also takes a body that starts with <КоммерческаяИнформация (UNF 3244)
    accepts_bare_root: bool = False
    #: a U+FFFD in the text makes it decode everything again, windows-1251 included (UNF 11394)
    repairs_decoding: bool = False
    #: removes C0 control characters before parsing (UNF 3791); others fail on them
    strips_control_characters: bool = False

    # --- where documents are looked for
    #: looks inside Контейнер too; without it 3.1 documents are not seen at all
    reads_containers: bool = False
    #: reads ПодчиненныеДокументы of CommerceML 2.10 (UNF with that node option)
    reads_subordinates: bool = False
    #: documents that are no orders are read over, instead of ending the load
    allows_other_operations: bool = False
    #: xmlns on the root makes the reading typed, and every document fails (UT 4435)
    fails_on_namespace: bool = False

    # --- how values are read
    #: names that may be empty elements; None: any may.  Elsewhere the platform gives an object
    #: where text is expected, and a string function or a property of it fails
    may_be_empty: frozenset[str] | None = None
    #: an empty Значение keeps the value of the requisite before it, whichever document that was in (UT 4240)
    requisite_values_bleed: bool = False
    #: a row without VAT rate takes the rate of the row before it (UT 4990)
    row_rates_bleed: bool = False
    #: a row without a unit takes the unit of the row before it (UT 4990)
    row_units_bleed: bool = False
    #: a row rate of 0 cannot override another document default (UT)
    zero_rate_is_ignored: bool = False
    #: no Налоги section means "not subject to VAT" (UNF 7045)
    untaxed_without_section: bool = False
    #: the rate meant by a document-level НДС without Ставка, percent (UNF 7045)
    rate_if_unnamed: int | None = None
    #: document-level Скидка is spread over the rows (UNF 7000); UT never uses it
    spreads_document_discount: bool = False
    #: insists on the one shape of Склады it knows (UT 4435)
    checks_warehouses: bool = False
    #: takes Единица for a text code and fails on a structure (UT)
    unit_is_text: bool = False
    #: "#" in a row's Наименование without one in its Ид is an uninitialised variable (UT)
    fails_on_hash_in_name: bool = False
    #: any Тип that says phone is a phone; UT knows only ТелефонРабочий and Почта (UT 4845)
    knows_all_contact_types: bool = False
    #: the requisite that holds the delivery address, before Контрагент/Адрес (UNF)
    address_requisite: str | None = None
    #: rebuilds an address from two or more АдресноеПоле (UT 4680)
    rebuilds_address: bool = False

    # --- how orders are kept
    #: width of the column numbers are searched in: a longer number is never found again (UT 4028)
    number_width: int | None = None
    #: the number in 1C is made of the digits of Номер, padded to six; letters are lost (UNF)
    keeps_digits_only: bool = False
    #: Отменен is saved only if the base gives reasons for cancellation (UT, ОтменитьЗаказ)
    cancels_only_by_option: bool = False
    #: counterparties are found by ИНН or by name and kind, never by Ид (UT)
    ignores_counterparty_id: bool = False


UT11_PROFILE = Profile(
    name="ut11",
    title="1C: Trade Management 11.5",
    fails_on_namespace=True,
    may_be_empty=frozenset(
        ["Значение", "ИНН", "КПП", "ОфициальноеНаименование", "Комментарий", "Валюта", "Представление"]
    ),
    requisite_values_bleed=True,
    row_rates_bleed=True,
    row_units_bleed=True,
    zero_rate_is_ignored=True,
    checks_warehouses=True,
    unit_is_text=True,
    fails_on_hash_in_name=True,
    rebuilds_address=True,
    number_width=11,
    cancels_only_by_option=True,
    ignores_counterparty_id=True,
)

UNF_PROFILE = Profile(
    name="unf",
    title="1C: Small business (UNF)",
    accepts_bare_root=True,
    repairs_decoding=True,
    strips_control_characters=True,
    may_be_empty=frozenset(["Значение", "ОфициальноеНаименование", "Комментарий", "Валюта"]),
    untaxed_without_section=True,
    rate_if_unnamed=20,
    spreads_document_discount=True,
    knows_all_contact_types=True,
    address_requisite="Адрес доставки",
    keeps_digits_only=True,
)

BITRIX_PROFILE = Profile(
    name="bitrix",
    title="1C with the 1C-Bitrix module",
    reads_containers=True,
    allows_other_operations=True,
    knows_all_contact_types=True,
)
