"""What an answer, or none, that no exchange gives says about who is in the way."""

from __future__ import annotations

import errno
import socket
import ssl
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.translation import gettext as _

from ..simulator import Answer, TransferError
from ..simulator.transports import REDIRECTS
from . import problems
from .findings import Finding
from .visit import Stage, Visit, host_of, read, refusal_of

_NO_WAY = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)
_ON_THE_WAY = {
    403: problems.FORBIDDEN,
    502: problems.SITE_DOWN,
    503: problems.SITE_DOWN,
    504: problems.GATEWAY_TIMEOUT,
}
_AT_THE_ADDRESS = {400: problems.BAD_HOST, 401: problems.FOREIGN_LOGIN, 404: problems.NOT_FOUND}
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def of_silence(error: TransferError, visit: Visit) -> Finding:
    """Return why no whole answer came."""
    cause = error.__cause__
    if isinstance(cause, socket.gaierror):
        return problems.UNKNOWN_HOST.found(host=visit.host)
    if isinstance(cause, OSError) and cause.errno in _NO_WAY:
        return problems.REFUSED.found()
    if isinstance(cause, TimeoutError) or (cause is None and not error.partial):
        return problems.TIMED_OUT.found(seconds=f"{visit.patience:g}")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return problems.CERTIFICATE.found(reason=cause.verify_message.rstrip("."))
    if isinstance(cause, ssl.SSLError):
        return problems.NO_TLS.found(str(cause.reason or ""))
    if error.partial:
        return problems.BROKEN_OFF.found()
    return problems.UNREADABLE.found(str(error))


def of_refusal(answer: Answer, visit: Visit) -> Finding:
    """Return why the exchange, or whoever answers in its place, did not do what it was asked."""
    refusal = refusal_of(read(answer))
    if refusal is None:
        return of_stranger(answer, visit)
    code, sentence = refusal
    known = {
        "unknown-mode": problems.QUERY_STRING_LOST,
        "foreign-network": problems.FOREIGN_NETWORK,
        "no-permission": problems.NO_PERMISSION,
        "unknown-session": problems.SESSION_LOST,
        "empty-upload": problems.BODY_LOST,
        "torn-upload": problems.BODY_LOST,
        "upload-failed": problems.UPLOAD_FAILED,
    }
    if code in known:
        return known[code].found()
    return (problems.BRAKE if code == "too-many-attempts" else problems.SITE_REFUSES).found(sentence=sentence)


def of_stranger(answer: Answer, visit: Visit) -> Finding:
    """Return what an answer is that is none of the exchange's own."""
    if answer.status in REDIRECTS:
        return _of_redirect(answer, visit)
    if answer.header("Content-Encoding", "identity").lower() != "identity":
        return problems.COMPRESSED.found(f"Content-Encoding: {answer.header('Content-Encoding')}")
    problem = _ON_THE_WAY.get(answer.status)
    if problem is None and answer.status >= 500:
        problem = problems.SERVER_ERROR
    if problem is None and visit.stage >= Stage.FOUND:
        problem = problems.UNEXPECTED
    if problem is None:
        page = problems.HTML_PAGE if is_html(answer) else problems.OTHER_PROGRAM
        problem = _AT_THE_ADDRESS.get(answer.status, page)
    return problem.found(shown(answer), status=answer.status)


def is_html(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_HTML)


def shown(answer: Answer) -> str:
    """Return what came, without its content: that may be anything, also a secret."""
    parts = {
        "HTTP": str(answer.status),
        "Content-Type": answer.content_type,
        "Server": answer.header("Server"),
        _("bytes"): str(len(answer.body)),
    }
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def _of_redirect(answer: Answer, visit: Visit) -> Finding:
    asked = visit.address
    try:
        target = urlsplit(urljoin(asked.geturl(), answer.header("Location")))
        port = _port(target)
    except ValueError:
        return problems.REDIRECT.found(difference=_("an address that cannot be read"), target="?")
    to = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}"
    seen = f"HTTP {answer.status} → {to}"
    changes = []
    if target.scheme != asked.scheme:
        changes.append(target.scheme)
    if host_of(target) != visit.host:
        changes.append(_("another host"))
    if port != _port(asked) and target.scheme == asked.scheme:
        changes.append(_("another port"))
    if target.path != asked.path:
        changes.append(_changed_path(asked.path, target.path))
    if not changes:
        return problems.REDIRECT_LOOP.found(seen)
    if "login" in target.path or "next=" in target.query:
        return problems.LOGIN_PAGE.found(seen)
    return problems.REDIRECT.found(seen, difference=", ".join(changes), target=to)


def _port(address: SplitResult) -> int:
    """Return the port of an address.  Raises ValueError for one that is none."""
    return address.port or (443 if address.scheme == "https" else 80)


def _changed_path(asked: str, target: str) -> str:
    if asked.rstrip("/") == target.rstrip("/"):
        return _("a slash at the end")
    if target.endswith(asked) and 3 <= len(target) - len(asked) <= 8:  # /ru, /pt-br, /zh-hans
        return _("a language before the path")
    return _("another path")
