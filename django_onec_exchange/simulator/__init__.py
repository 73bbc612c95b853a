"""An emulated 1C: the client side of "Обмен с сайтом", for demos and for your tests.

It asks like real 1C configurations do and reads replies with their faults, so that what it loads
a real one loads too, and what it chokes on would have stopped the exchange.  It shares no code
with the rest of this package.  In a test of your shop::

    from django_onec_exchange.simulator import UT11, DjangoTransport

    def test_1c_gets_the_order(client, order, exchange_account):
        onec = UT11(DjangoTransport(client, "/1c/exchange/"), username="1c", password="secret")

        report = onec.fetch_orders()

        assert report.confirmed, report.error
        assert onec.infobase.orders[order.number].total == order.total
        assert not report.warnings

The way in is played too, as a whole or step by step::

        report = onec.send_catalog({"import0_1.xml": path, "import_files/ab/picture.jpg": other_path})

        assert report.succeeded, report.error
        assert not any(file.polls for file in report.files)

Over a socket, against any site: ``UNF(HttpTransport("https://shop.example/1c/exchange/"), ...)``.
"""

from .bodies import Portion, Source
from .clients import ClientOptions, OneCClient
from .configurations import UNF, UT11, BitrixModule
from .documents import (
    CounterpartyKind,
    ItemKind,
    ReceivedCounterparty,
    ReceivedOrder,
    ReceivedRow,
    RelatedDocument,
)
from .errors import ExchangeStoppedError, LoadingStoppedError, ReadError, SimulatorError, TransferError
from .infobase import BookedOrder, Counterparty, Infobase, LoadResult, Progress
from .profiles import BITRIX_PROFILE, UNF_PROFILE, UT11_PROFILE, Profile
from .replies import Authorisation, Parameters, Reply, read_authorisation, read_parameters, read_reply
from .reports import ExchangeReport, SentFile, Step, UploadReport
from .siteinfo import Choice, SiteInfo, read_site_info
from .transports import Answer, DjangoTransport, HttpTransport, Transport
from .uploads import Files

__all__ = [
    "BITRIX_PROFILE",
    "UNF",
    "UNF_PROFILE",
    "UT11",
    "UT11_PROFILE",
    "Answer",
    "Authorisation",
    "BitrixModule",
    "BookedOrder",
    "Choice",
    "ClientOptions",
    "Counterparty",
    "CounterpartyKind",
    "DjangoTransport",
    "ExchangeReport",
    "ExchangeStoppedError",
    "Files",
    "HttpTransport",
    "Infobase",
    "ItemKind",
    "LoadResult",
    "LoadingStoppedError",
    "OneCClient",
    "Parameters",
    "Portion",
    "Profile",
    "Progress",
    "ReadError",
    "ReceivedCounterparty",
    "ReceivedOrder",
    "ReceivedRow",
    "RelatedDocument",
    "Reply",
    "SentFile",
    "SimulatorError",
    "SiteInfo",
    "Source",
    "Step",
    "TransferError",
    "Transport",
    "UploadReport",
    "read_authorisation",
    "read_parameters",
    "read_reply",
    "read_site_info",
]
