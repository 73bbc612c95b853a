"""Every setting, its default and its unit; read them through ``conf``.

``OnecExchangeConf`` puts the defaults into ``django.conf.settings`` as ``ONEC_EXCHANGE_<NAME>`` when the app is
loaded; ``conf.<NAME>`` reads them anew each time, so ``override_settings`` works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from appconf import AppConf
from django.conf import settings

MOST_DAYS = 18_000  # no exchange is older
ENCODINGS = ("utf-8", "windows-1251")


class OnecExchangeConf(AppConf):  # type: ignore[misc]  # appconf ships no types
    """The defaults.  Never read them from here: the values are frozen at import."""

    # -- what is exchanged
    ORDER_MODEL = ""  # "shop.Order"
    ORDER_SELECTOR = "django_onec_exchange.adapters.OrderSelector"  # which orders wait
    ORDER_SERIALIZER = "django_onec_exchange.adapters.OrderSerializer"  # what an order is for 1C
    ORDER_MARKER = "django_onec_exchange.adapters.OrderMarker"  # how the shop remembers what was sent
    INFO_LISTS = "django_onec_exchange.adapters.ExchangeLists"  # statuses, payment and delivery for ``mode=info``

    # -- what comes back
    ORDER_UPDATE_HANDLER = "django_onec_exchange.adapters.OrderUpdateHandler"  # what 1C's news do to an order
    ORDER_STATUSES: Mapping[str, str] = {}  # what 1C says: the shop's status.  The last line that holds counts.
    ORDER_STATUS_SEQUENCE: Sequence[str] = ()  # the shop's statuses, first to last; empty: as the field's choices
    ALLOW_STATUS_BACKWARDS = False  # True: 1C may also move an order back in that sequence
    CATALOG_HANDLER = ""  # what saves 1C's catalogue; "": the site takes none

    # -- the form of documents
    COMMERCEML_VERSION = "3.1"  # the newest version the site offers
    STOCK_CLIENT_VERSION = "2.10"  # for a stock 1C configuration, which declares none
    FORCED_VERSION = ""  # one version for every client, whatever it declares; "" negotiates
    ENCODING = "utf-8"  # or "windows-1251"
    ZIP_REPLY = False  # True: every query is answered with a ZIP.  Stock clients cannot read one.
    TIME_ZONE = ""  # of the 1C base; "" is Django's TIME_ZONE

    # -- how much at once
    QUERY_LIMIT = 1000  # orders in one batch
    QUERY_TIME_BUDGET = 20  # seconds to prepare one batch; UT gives up after 180, gunicorn after 30
    CHUNK_SIZE = 500  # orders read from and written to the database at once
    SKIPPED_RETRY_INTERVAL = 3600  # seconds until a skipped order is tried again although it did not change
    WINDOW_ENABLED = True  # exchanges without confirmation make the next ones smaller, until the culprit is found
    WINDOW_TOLERANCE = 1  # exchanges without confirmation in a row that change nothing: a ``success`` may get lost
    WINDOW_ATTEMPTS = 3  # failures alone, with others confirmed in between, until an order is set aside

    # -- what comes in
    FILE_LIMIT = 10 * 1024 * 1024  # bytes in one ``mode=file`` request; not above the web server's limit
    ZIP_UPLOADS = False  # True: ``init`` asks 1C to send its files packed
    UPLOAD_ROOT = ""  # folder of uploads, shared by all web machines; "" is BASE_DIR/var/1c_exchange/uploads
    UPLOAD_LIMIT = 2 * 1024**3  # bytes in one upload, and out of its archives
    ARCHIVE_MAX_FILES = 100_000  # in one archive
    ARCHIVE_MAX_RATIO = 200  # bytes out of an archive for each byte in it
    IMPORT_TIME_SLICE = 20  # seconds an import works inside one request; UT gives up after 180, gunicorn after 30
    IMPORT_LEASE = 60  # seconds without a sign of life until an import is taken over
    IMPORT_STALL_LIMIT = 3600  # seconds without progress until 1C is told that the import failed
    IMPORT_POLL_HOLD = 5  # seconds ``progress`` is held back while others work: UT asks again at once
    IMPORT_TASKS = False  # True: a worker of Django's tasks framework imports, and requests only look on

    # -- who may come in
    COOKIE_NAME = "onec_exchange"
    SESSION_LIFETIME = 48 * 3600  # seconds since the last call
    ALLOWED_NETWORKS: Sequence[str] = ()  # "203.0.113.0/24"; empty: from anywhere
    TRUSTED_PROXIES = 0  # reverse proxies that append to X-Forwarded-For
    AUTH_FAILURE_LIMIT = 10  # wrong passwords of one user from one address until a pause; 0: no brake
    AUTH_FAILURE_WINDOW = 900  # seconds: wrong passwords are counted, and the pause lasts, this long

    # -- the audit copy
    AUDIT_ROOT = ""  # folder; "" is BASE_DIR/var/1c_exchange/logs.  STORAGES["onec_exchange"] goes first.
    AUDIT_REQUIRED = False  # True: no copy, no delivery

    # -- how long onec_cleanup keeps what is no longer needed
    AUDIT_RETENTION_DAYS: int | None = 90  # audit copies; None: for ever
    HISTORY_RETENTION_DAYS: int | None = 365  # calls, sessions, imports and what else is history; None: for ever

    # -- what the default serializer fills in
    CURRENCY = "RUB"  # where an order names none
    CURRENCY_NAMES: Mapping[str, str] = {}  # the shop's currency code: its name in the 1C base
    DEFAULT_UNIT = ("796", "шт", "Штука", "PCE")  # OKEI code, short name, full name, international
    DEFAULT_VAT_RATE: str | None = None  # percent, for items that name none; None is "Без НДС"
    VAT_INCLUDED = True  # prices contain the VAT
    DELIVERY_ID = "ORDER_DELIVERY"  # Ид of the delivery row
    DELIVERY_NAME = "Доставка заказа"  # UT finds the service by this name: keep it
    DELIVERY_VAT_RATE: str | None = None  # percent; None is DEFAULT_VAT_RATE
    SITE_NAME = ""  # requisite "Сайт"
    ORGANIZATION = ""  # requisite "Организация"
    WAREHOUSE = ""  # requisite "Склад"
    AGREEMENT = ""  # requisite "Договор контрагента"
    GUEST_ID_SECRET = ""  # keys the identifiers of guests; "" is SECRET_KEY.  A new one makes UNF see new buyers.
    MONEY_MISMATCH = "skip"  # or "send": with the rows' sum for the order's total

    # -- people
    REPLY_LANGUAGE = ""  # of the sentences 1C shows; "" is LANGUAGE_CODE
    ALERT_SILENCE = 26 * 3600  # seconds without a call of 1C until it is called silent; 0: never
    ALERT_UNCONFIRMED = 6 * 3600  # seconds that 1C may have orders without confirming them; 0: for ever
    ALERT_WAITING = 26 * 3600  # seconds that an order may wait; 0: for ever
    ALERT_SKIPPED = 1  # orders left out until people are told; 0: never
    METRICS_TOKEN = ""  # what Prometheus gives as its bearer token; "": people who signed in alone

    class Meta:
        prefix = "onec_exchange"


class Conf:
    """The settings, typed and read anew each time."""

    ORDER_MODEL: str
    ORDER_SELECTOR: str
    ORDER_SERIALIZER: str
    ORDER_MARKER: str
    INFO_LISTS: str
    ORDER_UPDATE_HANDLER: str
    ORDER_STATUSES: Mapping[str, str]
    ORDER_STATUS_SEQUENCE: Sequence[str]
    ALLOW_STATUS_BACKWARDS: bool
    CATALOG_HANDLER: str
    COMMERCEML_VERSION: str
    STOCK_CLIENT_VERSION: str
    FORCED_VERSION: str
    ENCODING: str
    ZIP_REPLY: bool
    TIME_ZONE: str
    QUERY_LIMIT: int
    QUERY_TIME_BUDGET: float
    CHUNK_SIZE: int
    SKIPPED_RETRY_INTERVAL: float
    WINDOW_ENABLED: bool
    WINDOW_TOLERANCE: int
    WINDOW_ATTEMPTS: int
    FILE_LIMIT: int
    ZIP_UPLOADS: bool
    UPLOAD_ROOT: str
    UPLOAD_LIMIT: int
    ARCHIVE_MAX_FILES: int
    ARCHIVE_MAX_RATIO: float
    IMPORT_TIME_SLICE: float
    IMPORT_LEASE: float
    IMPORT_STALL_LIMIT: float
    IMPORT_POLL_HOLD: float
    IMPORT_TASKS: bool
    COOKIE_NAME: str
    SESSION_LIFETIME: float
    ALLOWED_NETWORKS: Sequence[str]
    TRUSTED_PROXIES: int
    AUTH_FAILURE_LIMIT: int
    AUTH_FAILURE_WINDOW: float
    AUDIT_ROOT: str
    AUDIT_REQUIRED: bool
    AUDIT_RETENTION_DAYS: int | None
    HISTORY_RETENTION_DAYS: int | None
    CURRENCY: str
    CURRENCY_NAMES: Mapping[str, str]
    DEFAULT_UNIT: tuple[str, str, str, str]
    DEFAULT_VAT_RATE: str | None
    VAT_INCLUDED: bool
    DELIVERY_ID: str
    DELIVERY_NAME: str
    DELIVERY_VAT_RATE: str | None
    SITE_NAME: str
    ORGANIZATION: str
    WAREHOUSE: str
    AGREEMENT: str
    GUEST_ID_SECRET: str
    MONEY_MISMATCH: str
    REPLY_LANGUAGE: str
    ALERT_SILENCE: float
    ALERT_UNCONFIRMED: float
    ALERT_WAITING: float
    ALERT_SKIPPED: int
    METRICS_TOKEN: str

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(settings, f"ONEC_EXCHANGE_{name}")
        except (
            AttributeError
        ):  # override_settings(...) was active when the defaults were written, or it deleted it
            try:
                return OnecExchangeConf._meta.defaults[f"ONEC_EXCHANGE_{name}"]
            except KeyError:
                raise AttributeError(name) from None


class ConfSnapshot(Conf):
    """The settings as they stand when first read: for what is read again for every order of a batch."""

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = super().__getattr__(name)
        return value


conf = Conf()


def exchange_encoding() -> str:
    """Return ``ENCODING``; utf-8 where that is no encoding 1C reads, so that 1C can be told of any mistake."""
    return conf.ENCODING if conf.ENCODING in ENCODINGS else "utf-8"


def are_days(value: object) -> bool:
    """Tell whether a value says how many days something is kept; None is for ever."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS)
