"""Those who are measured.  Each reads all orders that wait; all but the floor make a document of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from django_onec_exchange import access
from django_onec_exchange.adapters import load_adapters
from django_onec_exchange.models import OrderBatch
from django_onec_exchange.outgoing.export import OrderExportService
from django_onec_exchange.outgoing.handover import WatchedFile

from . import data, raw_sql
from .querysets import CHUNK_SIZE, all_columns, selected

BLOCK_SIZE = 1 << 16
USER_AGENT = "1C+Enterprise/8.3"  # a stock configuration: one reply, CommerceML 2.10

Write = Callable[[bytes], Any]


class Contestant:
    """One way to export.  ``prepare`` is not timed, ``run`` is; ``limit`` is for warming up."""

    limit: int | None = None

    def prepare(self) -> None:
        pass

    def run(self, write: Write) -> int:
        """Hand the document to ``write`` piece by piece and return the number of orders in it."""
        raise NotImplementedError


class BareIteration(Contestant):
    """The floor: the package's own queryset, with its prefetched items, and nothing made of them."""

    def run(self, write: Write) -> int:
        return _iterate(selected(), self.limit)


class BareIterationOfAllColumns(Contestant):
    """The same without anything the selector may defer."""

    def run(self, write: Write) -> int:
        return _iterate(all_columns(), self.limit)


class Query(Contestant):
    """This package, whole: one HTTP ``query`` through Django's handler, its middleware and the view."""

    def prepare(self) -> None:
        self.client = Client(headers={"user-agent": USER_AGENT})
        response = self.client.get(
            "/1c/exchange/", {"type": "sale", "mode": "checkauth"}, headers={"authorization": _authorization()}
        )
        success, cookie, token, _ = response.content.decode().split("\n")
        assert success == "success", response.content
        self.client.cookies[cookie] = token

    def run(self, write: Write) -> int:
        with _query_limit(self.limit):
            _read(self.client.get("/1c/exchange/", {"type": "sale", "mode": "query"}), write)
        return _exported()


class Service(Contestant):
    """This package without HTTP: ``OrderExportService``, and the file read to its end."""

    def prepare(self) -> None:
        request = RequestFactory(headers={"user-agent": USER_AGENT, "authorization": _authorization()}).get("/")
        self.session, _ = access.open_session(request, "default")
        self.session.profile, self.session.version = self.session.Profile.STOCK, "2.10"
        self.session.save()

    def run(self, write: Write) -> int:
        with _query_limit(self.limit):
            file = WatchedFile(OrderExportService(load_adapters()).prepare(self.session))
            while block := file.read(BLOCK_SIZE):
                write(block)
            file.close()
        return _exported()


class QueryOfHundred(Query):
    """This package, 100 orders of the same database: what its peak memory is compared with."""

    limit = 100


class RawSQL(Contestant):
    """The practical limit: one SQL join, streamed, and f-strings."""

    def run(self, write: Write) -> int:
        return raw_sql.export(write, self.limit)


class DjangoCML(Contestant):
    """django-cml 0.4.0 through its own view, with the pipeline that a shop has to write for it."""

    def prepare(self) -> None:
        from .cml_pipelines import OrderPipeline

        OrderPipeline.limit = self.limit
        self.client = Client()
        self.client.force_login(User.objects.get(username=data.USERNAME))

    def run(self, write: Write) -> int:
        counter = _Counter(write, "<Документ>".encode("windows-1251"))
        _read(self.client.get("/cml/exchange", {"type": "sale", "mode": "query"}), counter)
        return counter.count


CONTESTANTS: dict[str, type[Contestant]] = {
    "bare": BareIteration,
    "bare-all": BareIterationOfAllColumns,
    "query": Query,
    "service": Service,
    "query-100": QueryOfHundred,
    "raw": RawSQL,
    "cml": DjangoCML,
}
"""By the name on the command line; ``export_orders.TITLES`` has the words for people."""


class _Counter:
    """Counts a mark in what is written; the blocks of a reply that is one block hold whole marks."""

    def __init__(self, write: Write, mark: bytes) -> None:
        self._write, self._mark, self.count = write, mark, 0

    def __call__(self, block: bytes) -> None:
        self.count += block.count(self._mark)
        self._write(block)


def _iterate(orders: Any, limit: int | None) -> int:
    count = 0
    for order in (orders[:limit] if limit else orders).iterator(chunk_size=CHUNK_SIZE):
        for _item in order.items.all():
            pass
        count += 1
    return count


def _read(response: HttpResponseBase, write: Write) -> None:
    assert response.status_code == HTTPStatus.OK, response
    for block in response.streaming_content if response.streaming else [response.content]:
        write(block)
    response.close()


def _exported() -> int:
    batch = OrderBatch.objects.latest("pk")
    assert batch.skipped_count == 0 and not batch.audit_error and batch.audit_file, vars(batch)
    return batch.order_count


def _query_limit(limit: int | None) -> override_settings:
    return override_settings(**({"ONEC_EXCHANGE_QUERY_LIMIT": limit} if limit else {}))


def _authorization() -> str:
    return f"Basic {b64encode(f'{data.USERNAME}:{data.PASSWORD}'.encode()).decode()}"
