"""The one address 1C talks to: HTTP in, a reply out.  The work is done elsewhere."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import TooManyFieldsSent
from django.db import Error as AnyDatabaseError
from django.db import connections, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from . import access, negotiation
from .adapters import Adapters, Mount, load_info_lists, render_lists
from .conf import conf, exchange_encoding
from .incoming import finishing, forgetting, imports, tasks, unpacking, uploads
from .models import ExchangeEvent, ExchangeSession
from .outgoing.confirmation import confirm
from .outgoing.export import OrderExportService
from .outgoing.handover import WatchedFile
from .protocol import replies
from .protocol.calls import ExchangeCall
from .protocol.errors import (
    BadRequest,
    ExchangeError,
    InternalError,
    NotAuthenticated,
    NotConfigured,
    UnknownMode,
    UnknownSession,
)
from .protocol.filenames import decode_filename, safe_name
from .protocol.modes import ExchangeType, Mode
from .protocol.replies import Reply

logger = logging.getLogger(__name__)

BLOCK_SIZE = 1 << 16  # bytes of a file read and sent at once


def non_atomic_requests(view: Any) -> Any:
    """Opt out of ATOMIC_REQUESTS of every database: a refusal is a reply, and what it noted must stay."""
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view


@method_decorator([csrf_exempt, login_not_required, non_atomic_requests], name="dispatch")
class ExchangeView(View):
    """Answers every call of the exchange: GET and POST alike, always with a body.

    A protocol error is HTTP 200 with ``failure`` and a sentence: 1C evaluates the body whatever the status.  Only
    missing or wrong credentials answer 401, for the platform to send them.

    A site with two 1C bases mounts two views::

        path("1c/moscow/", ExchangeView.as_view(base="moscow", marker="shop.exchange.MoscowMarker"))
    """

    serves_onec: ClassVar[bool] = True  # how the site's exchanges are found in its URLconf

    base: str = "default"  # name of the 1C infobase
    selector: Any = None  # a class or dotted path instead of the setting's
    serializer: Any = None
    marker: Any = None
    order_update_handler: Any = None
    catalog_handler: Any = None
    info_lists: Any = None

    #: One method for each mode.
    handlers: ClassVar[Mapping[Mode, str]] = {
        Mode.CHECKAUTH: "handle_checkauth",
        Mode.INIT: "handle_init",
        Mode.QUERY: "handle_query",
        Mode.SUCCESS: "handle_success",
        Mode.FILE: "handle_file_upload",
        Mode.IMPORT: "handle_import",
        Mode.INFO: "handle_info",
        Mode.COMPLETE: "handle_complete",
        Mode.DEACTIVATE: "handle_deactivate",
    }

    exchange_session: ExchangeSession | None = None
    token = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.started = time.monotonic()
        with translation.override(str(conf.REPLY_LANGUAGE or settings.LANGUAGE_CODE)):
            try:
                response = self.answer(request)
            except ExchangeError as error:
                why = error.__cause__ if isinstance(error, NotConfigured) else None  # the shop's own class failed
                extra = {"event": "refused", "base": self.base, "mode": self.mode, "code": error.code}
                logger.warning("1C was refused: %s", error.code, extra=extra, exc_info=why)
                response = self.refuse(error)
            except Exception:
                reference = secrets.token_hex(4)
                facts = {"base": self.base, "mode": self.mode, "reference": reference}
                extra = {"event": "exchange_failed", **facts}
                logger.exception("the exchange with 1C failed, reference %s", reference, extra=extra)
                response = self.refuse(InternalError(reference=reference))
        add_never_cache_headers(response)
        return response

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Read the call, find who makes it, do what it asks.  Raises ExchangeError to refuse."""
        if request.method not in ("GET", "POST"):
            raise UnknownMode
        access.refuse_web_pages(request)
        try:
            request.encoding = "utf-8"  # Content-Type may name any codec, and some make half characters
            parameters = request.GET.dict()
        except TooManyFieldsSent:
            raise BadRequest(name="…") from None
        self.call = ExchangeCall.parse(parameters)
        if self.call.mode is Mode.CHECKAUTH:
            self.exchange_session, self.token = access.open_session(request, self.base)
        else:
            self.exchange_session, self.token = self.resume(request)
        negotiation.negotiate(self.exchange_session, self.call)
        response: HttpResponseBase = getattr(self, self.handlers[self.call.mode])(self.exchange_session)
        self.record()
        return response

    def resume(self, request: HttpRequest) -> tuple[ExchangeSession, str]:
        """Return the session and its token.  That one has ended is noted there, for people and for the window."""
        try:
            return access.resume_session(self.call, request, self.base)
        except UnknownSession:
            self.exchange_session = access.refused_session(self.call, request, self.base)
            raise

    # -- one method for each mode

    def handle_checkauth(self, session: ExchangeSession) -> HttpResponse:
        timestamp = finishing.start_of(session) if self.call.type is ExchangeType.CATALOG else None
        return self.reply(replies.authenticated(conf.COOKIE_NAME, self.token, timestamp))

    def handle_init(self, session: ExchangeSession) -> HttpResponse:
        """Two lines; four for a client that declared a version (UT and Retail refuse more than two)."""
        forgetting.start_over(session)
        limits: dict[str, Any] = {"zip": conf.ZIP_UPLOADS, "file_limit": conf.FILE_LIMIT}
        if not self.call.declares_version:
            return self.reply(replies.parameters(**limits))
        token = self.token or access.open_twin(session)
        return self.reply(replies.versioned_parameters(**limits, sessid=token, version=session.version))

    def handle_query(self, session: ExchangeSession) -> HttpResponseBase:
        zipped = self.call.zip or conf.ZIP_REPLY
        prepared = OrderExportService(self.adapters).prepare(session, zipped=zipped)
        batch = prepared.batch
        response = FileResponse(
            WatchedFile(prepared),
            content_type="application/zip" if zipped else f"application/xml; charset={batch.encoding}",
            headers={
                "Content-Length": str(batch.size),
                "Content-Disposition": f'attachment; filename="orders.{"zip" if zipped else "xml"}"',
                "X-Accel-Buffering": "no",  # nginx would take the whole reply for a client that hung up
            },
        )
        response.block_size = BLOCK_SIZE
        return response

    def handle_success(self, session: ExchangeSession) -> HttpResponse:
        confirm(session, self.adapters)
        return self.reply(replies.success())

    def handle_file_upload(self, session: ExchangeSession) -> HttpResponse:
        """Append the body; orders are applied as soon as their file is whole, since not every 1C asks for it."""
        declared = self.request.META.get("CONTENT_LENGTH") or ""
        sensible = declared.isdecimal() and len(declared) < 20  # int() takes no more than 4300 digits
        length = int(declared) if sensible else 0
        type_ = self.call.type or ExchangeType.CATALOG
        file = uploads.receive(session, type_, self.filename(), self.request, length)
        if type_ is ExchangeType.SALE:
            return self.reply(imports.take_orders(file, self.mount))
        return self.reply(replies.success())

    def handle_import(self, session: ExchangeSession) -> HttpResponse:
        file = unpacking.find(session.upload, self.filename())
        enqueue = tasks.enqueue if conf.IMPORT_TASKS else None
        return self.reply(imports.import_file(file, self.mount, enqueue))

    def handle_complete(self, session: ExchangeSession) -> HttpResponse:
        finishing.complete(session, self.mount)
        return self.reply(replies.success())

    def handle_deactivate(self, session: ExchangeSession) -> HttpResponse:
        finishing.deactivate(session, self.mount, self.call.timestamp)
        return self.reply(replies.success())

    def handle_info(self, session: ExchangeSession) -> HttpResponse:
        """Statuses, payment and delivery kinds, for the node's settings in 1C."""
        encoding = exchange_encoding()
        lists, context = load_info_lists(self.info_lists), OrderExportService(self.adapters).context(session)
        return HttpResponse(
            render_lists(lists, context, encoding), content_type=f"application/xml; charset={encoding}"
        )

    def filename(self) -> str:
        """Return the safe name of the file 1C speaks of.  Raises BadFileName."""
        return safe_name(decode_filename(self.request.META.get("QUERY_STRING", "")))

    # -- what they share

    @property
    def mode(self) -> str:
        """What 1C asks for; "" before that is known."""
        return self.call.mode.value if hasattr(self, "call") else ""

    @property
    def mount(self) -> Mount:
        return Mount(**{field.name: getattr(self, field.name) for field in fields(Mount)})

    @property
    def adapters(self) -> Adapters:
        return self.mount.load_adapters()

    def reply(self, reply: Reply, status: int = 200) -> HttpResponse:
        """Return a text reply; charset stands last in Content-Type, where UNF looks for it."""
        encoding = exchange_encoding()
        return HttpResponse(
            reply.text.encode(encoding, "replace"),
            content_type=f"text/plain; charset={encoding}",
            status=status,
        )

    def refuse(self, error: ExchangeError) -> HttpResponse:
        """Return ``failure`` with the error's sentence; 401 only where credentials may help."""
        sentence = gettext(error.message) % error.params
        self.record(error.code, sentence)
        unauthenticated = isinstance(error, NotAuthenticated)
        response = self.reply(replies.failure(sentence), status=401 if unauthenticated else 200)
        if unauthenticated:
            response.headers["WWW-Authenticate"] = 'Basic realm="1C", charset="UTF-8"'
        return response

    def record(self, code: str = "success", message: str = "") -> None:
        """Add this call to the session's dialogue; a call without a session is in the log alone."""
        if self.exchange_session is None:
            return
        try:
            ExchangeEvent.objects.create(
                session=self.exchange_session,
                type=self.call.type or "",
                mode=self.call.mode,
                code=code,
                message=message,
                duration=timedelta(seconds=time.monotonic() - self.started),
            )
        except AnyDatabaseError:
            extra = {"event": "call_not_recorded", "base": self.base, "mode": self.mode}
            logger.exception("a call of 1C was not recorded", extra=extra)
