"""For the tests of your adapters; whole exchanges are played with ``django_onec_exchange.simulator``."""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone

from .adapters import ExchangeContext, load_adapters
from .adapters.zone import exchange_zone
from .commerceml.documents import OrderDocument
from .commerceml.errors import InvalidDocument
from .commerceml.money import balance
from .commerceml.validation import check
from .commerceml.versions import VERSIONS
from .commerceml.writer import OrdersWriter
from .conf import conf
from .models import ExchangeSession, InfoBase
from .simulator import UT11_PROFILE, Infobase, Profile, ReadError


def assert_adapter(order: Any, *, serializer: Any = None, profile: Profile = UT11_PROFILE) -> OrderDocument:
    """Raise AssertionError, in words, unless your serializer makes of ``order`` what 1C can load.

    ``serializer`` is a class or dotted path, else what ``ONEC_EXCHANGE_ORDER_SERIALIZER`` names; ``profile`` is
    the 1C that reads.  Nothing is stored.  Returns the document as it would be written::

        def test_1c_can_load_a_company_order(company_order):
            document = assert_adapter(company_order)

            assert document.counterparty.inn == "7701234567"
    """
    context = ExchangeContext(
        base=InfoBase(name="test"),
        cutoff=timezone.now(),
        version=conf.STOCK_CLIENT_VERSION,
        adapters=load_adapters(serializer=serializer),
        profile=ExchangeSession.Profile.STOCK,
    )
    try:
        document = context.adapters.serializer.serialize(order, context)
    except Exception as error:
        name = type(context.adapters.serializer).__name__
        raise AssertionError(f"{name} cannot read this order: {type(error).__name__}: {error}") from error
    complaints = [str(problem) for problem in check(document, stock=True)]
    if not complaints:
        try:
            document = balance(document)
            complaints = _complaints(document, context, profile)
        except InvalidDocument as invalid:
            complaints = [str(invalid)]
    assert not complaints, "1C would not take this order:\n" + "\n".join(f"- {one}" for one in complaints)  # noqa: S101
    return document


def _complaints(document: OrderDocument, context: ExchangeContext, profile: Profile) -> list[str]:
    """Return what an emulated 1C says of the document."""
    file = io.BytesIO()
    writer = OrdersWriter(
        file,
        version=VERSIONS[context.version],
        encoding="utf-8",
        zone=exchange_zone(),
        formed_at=context.cutoff,
    )
    writer.write(document)
    writer.finish()
    onec = Infobase()
    try:
        onec.load(file.getvalue().decode(), profile)
    except ReadError as error:
        return [str(error)]
    booked = onec.orders[document.number]
    if booked.total != document.total:
        return [f"1C would book {booked.total}, the order says {document.total}.", *onec.warnings]
    return onec.warnings
