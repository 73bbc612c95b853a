"""Who may come in: credentials, the exchange session, networks.

A session is ours and not Django's: its token opens the exchange and nothing else on the site.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import secrets
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.contrib.auth import authenticate as check_password
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from . import brake
from .conf import conf
from .models import ExchangeSession, IncomingFile, InfoBase, OrderBatch
from .protocol.calls import ExchangeCall
from .protocol.errors import (
    ExchangeError,
    ForeignNetwork,
    NoCredentials,
    NoPermission,
    NotAuthenticated,
    UnknownSession,
    WebPage,
)

logger = logging.getLogger(__name__)

PERMISSION = "django_onec_exchange.use_exchange"

#: A token ends so long after ``checkauth``, however often it is used: a stolen one is not kept alive for ever.
_TOKEN_LIFETIME = timedelta(days=7)

#: An idle session that delivered nothing is forgotten when the same client comes again, so that a polling 1C
#: leaves few rows and not thousands.  A running one is left alone for this long, one that confirmed for a while:
#: it may confirm once more.
_IDLE = timedelta(hours=1)
_QUIET = timedelta(minutes=5)
_LOOKED_AT = 100  # sessions of that client, the newest


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str = field(repr=False)


def refuse_web_pages(request: HttpRequest) -> None:
    """Raise WebPage for what a page had a browser ask: CSRF, by the password that the browser keeps.

    1C is no browser and does not send the header; ``none`` is an address that a person typed in.
    """
    if request.headers.get("Sec-Fetch-Site", "none") != "none":
        raise WebPage


def open_session(request: HttpRequest, base_name: str) -> tuple[ExchangeSession, str]:
    """Answer ``checkauth``: return a new session and its token, which is stored as a hash alone.

    Raises NotAuthenticated (NoCredentials), TooManyAttempts, NoPermission or ForeignNetwork.
    """
    user, name = authenticate(request)
    token = secrets.token_urlsafe(32)
    session = _new_session(request, user, name, base_name, token_hash=_hash(token))
    session.save()
    extra = {"event": "signed_in", "base": base_name, "session": session.pk}
    logger.info("1C signed in, session %s", session.pk, extra=extra)
    _forget_agreement(session)
    _forget_idle_sessions(session)
    return session, token


def resume_session(call: ExchangeCall, request: HttpRequest, base_name: str) -> tuple[ExchangeSession, str]:
    """Return the session of a later call and its token; "" for a client with Basic credentials alone.

    1C is known by the cookie, by ``sessid``, or by its credentials.  A cookie that is not ours (any more) is never
    made good by credentials: ``success`` would confirm what another session was given.
    Raises UnknownSession, NotAuthenticated (NoCredentials), TooManyAttempts, NoPermission or ForeignNetwork.
    """
    cookie = request.COOKIES.get(conf.COOKIE_NAME, "")
    if cookie and call.sessid and not secrets.compare_digest(cookie.encode(), call.sessid.encode()):
        raise UnknownSession
    token = cookie or call.sessid
    if not token:
        return _basic_session(request, *authenticate(request), base_name), ""
    _check_network(request)
    session = _session_of(token, base_name)
    if session is None or session.account is None or not session.account.is_active:
        raise UnknownSession
    given = read_credentials(request)
    if given is not None and given.username != session.account_name:
        raise UnknownSession
    if session.auth_hash != _auth_hash(session.account):  # the password was changed
        raise UnknownSession
    _check_permission(session.account)
    session.last_seen_at = timezone.now()
    session.save(update_fields=["last_seen_at"])
    return session, token


def refused_session(call: ExchangeCall, request: HttpRequest, base_name: str) -> ExchangeSession | None:
    """Return the session, mostly one that has ended, whose client has just got UnknownSession, to note that there.

    None for a token that was never ours, for the user of another session, and for what was noted before: whoever
    keeps an old token fills no table with it.  The session stays as dead as it was.
    """
    tokens = {request.COOKIES.get(conf.COOKIE_NAME, ""), call.sessid} - {""}
    if len(tokens) != 1:
        return None
    sessions = ExchangeSession.objects.select_related("base").filter(base__name=base_name)
    session = sessions.filter(token_hash=_hash(tokens.pop())).first()
    given = read_credentials(request)
    if session is None or (given is not None and given.username != session.account_name):
        return None
    noted = session.events.filter(mode=call.mode, code=UnknownSession.code)
    return None if noted.exists() else session


def open_twin(session: ExchangeSession) -> str:
    """Return the token of a new session like this one, for a client that is told one by ``init``.

    The client may use it from now on, or go on with its credentials alone and this session.
    """
    token = secrets.token_urlsafe(32)
    twin = copy(session)
    twin.pk, twin._state.adding = None, True
    twin.token_hash = _hash(token)
    twin.started_at = timezone.now()
    twin.save()
    _forget_idle_sessions(twin)
    return token


def authenticate(request: HttpRequest) -> tuple[AbstractBaseUser, str]:
    """Return the user of the Basic credentials, who may use the exchange, and the name it gave.

    Through Django's ``authenticate(request, ...)``, so that custom backends and django-axes have their say.  They
    get a copy of the request: what axes notes on it would make its middleware answer 1C in HTML.
    """
    _check_network(request)
    if not _authorization(request):
        raise NoCredentials
    given = read_credentials(request)
    if given is None:
        raise NotAuthenticated
    address = client_address(request)
    brake.check(given.username, address)
    user = check_password(copy(request), username=given.username, password=given.password)
    if user is None:
        brake.record_failure(given.username, address)
        raise NotAuthenticated
    brake.release(given.username, address)
    _check_permission(user)
    return user, given.username


def why_kept_out(session: ExchangeSession) -> type[ExchangeError] | None:
    """Return why a client that was let in would not be any more; None if it would, as far as one can tell."""
    account = session.account
    if account is None or not account.is_active or not account.has_perm(PERMISSION):
        return NoPermission
    return NotAuthenticated if session.auth_hash != _auth_hash(account) else None  # another password


def read_credentials(request: HttpRequest) -> Credentials | None:
    """Return the Basic credentials of a request, None without any that can be read.

    Older platforms send them in windows-1251.
    """
    scheme, _, encoded = _authorization(request).partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("windows-1251", "replace")
    username, colon, password = text.partition(":")
    if not colon or "\x00" in text:
        return None
    return Credentials(username, password)


def _authorization(request: HttpRequest) -> str:
    """Return the header, "" without one.  Apache hands it over as REDIRECT_HTTP_AUTHORIZATION after a rewrite."""
    header = request.META.get("HTTP_AUTHORIZATION") or request.META.get("REDIRECT_HTTP_AUTHORIZATION") or ""
    return str(header).strip()


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address: behind ``TRUSTED_PROXIES`` proxies, as the outermost of them saw it."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if conf.TRUSTED_PROXIES:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(forwarded) >= conf.TRUSTED_PROXIES:
            address = forwarded[-conf.TRUSTED_PROXIES]
    try:
        parsed = ip_address(address)
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)  # ::ffff:203.0.113.7 of a dual socket
    except ValueError:
        return None  # a Unix socket, or a broken header


def get_base(name: str) -> InfoBase:
    return InfoBase.objects.get_or_create(name=name)[0]


def _new_session(
    request: HttpRequest, user: AbstractBaseUser, name: str, base_name: str, token_hash: str | None
) -> ExchangeSession:
    return ExchangeSession(
        base=get_base(base_name),
        account=user,  # type: ignore[misc]  # the site's own user model
        account_name=name[:255],
        auth_hash=_auth_hash(user),
        token_hash=token_hash,
        user_agent=_user_agent(request),
        address=client_address(request),
    )


def _session_of(token: str, base_name: str) -> ExchangeSession | None:
    begun = timezone.now() - _TOKEN_LIFETIME
    sessions = ExchangeSession.objects.alive().filter(started_at__gt=begun, base__name=base_name)
    return sessions.filter(token_hash=_hash(token)).first()


def _basic_session(request: HttpRequest, user: AbstractBaseUser, name: str, base_name: str) -> ExchangeSession:
    """Return the session of a client that keeps no cookie: known by account, address and program."""
    new = _new_session(request, user, name, base_name, token_hash=None)
    session = ExchangeSession.objects.alive().of_client(new).filter(token_hash=None).order_by("-pk").first()
    if session is None:
        new.save()
        return new
    session.last_seen_at = timezone.now()
    session.save(update_fields=["last_seen_at"])
    return session


def _forget_agreement(session: ExchangeSession) -> None:
    """Let a client without a cookie begin anew: what it declared in another exchange no longer holds."""
    same_client = ExchangeSession.objects.of_client(session).filter(token_hash=None).exclude(declared_version="")
    same_client.update(declared_version="", version="", profile=ExchangeSession.Profile.OTHER)


def _forget_idle_sessions(session: ExchangeSession) -> None:
    lately = ExchangeSession.objects.of_client(session).exclude(pk=session.pk).exclude(token_hash=None)
    keys = list(lately.order_by("-pk").values_list("pk", flat=True)[:_LOOKED_AT])
    batches = OrderBatch.objects.filter(session=OuterRef("pk"))
    carried = Exists(batches.filter(Q(order_count__gt=0) | Q(skipped_count__gt=0)))
    uploaded = Exists(IncomingFile.objects.filter(session=OuterRef("pk")))
    finished = Exists(batches.filter(state=OrderBatch.State.CONFIRMED)) & Q(
        last_seen_at__lt=timezone.now() - _QUIET
    )
    idle = Q(last_seen_at__lt=timezone.now() - _IDLE)
    ExchangeSession.objects.filter(~carried, ~uploaded, finished | idle, pk__in=keys).delete()


def _check_network(request: HttpRequest) -> None:
    if not conf.ALLOWED_NETWORKS:
        return
    address = client_address(request)
    if address is None or not any(ip_address(address) in ip_network(net) for net in conf.ALLOWED_NETWORKS):
        raise ForeignNetwork


def _check_permission(user: AbstractBaseUser) -> None:
    if not user.has_perm(PERMISSION):  # type: ignore[attr-defined]  # a custom user model has it by contract
        raise NoPermission


def _user_agent(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))[:255].replace("\x00", "")


def _auth_hash(user: AbstractBaseUser) -> str:
    return _hash(user.get_session_auth_hash())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
