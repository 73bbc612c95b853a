"""What is agreed with a client: its profile and the CommerceML version, remembered on the session."""

from __future__ import annotations

from .commerceml.versions import VERSIONS, is_flat
from .conf import conf
from .models import ExchangeSession
from .protocol.calls import ExchangeCall
from .protocol.errors import NotConfigured
from .protocol.versions import is_stock, newest_not_above, version_key


def negotiate(session: ExchangeSession, call: ExchangeCall) -> None:
    """Settle the session's profile and version, with what this call declares.

    UNF declares its layout on ``init`` and nothing on ``query`` (protocol.md, section 5), so what was declared
    holds for the whole session.
    """
    profile, declared = session.profile, session.declared_version
    if call.declares_version:
        declared = call.cml_version or call.version
        profile = _Profile.SUBORDINATE if call.cml_version else _Profile.VERSIONED
    elif not declared:
        profile = _Profile.STOCK if is_stock(session.user_agent, declared) else _Profile.OTHER
    version = _version(session, declared)
    if (profile, declared, version) != (session.profile, session.declared_version, session.version):
        session.profile, session.declared_version, session.version = profile, declared, version
        session.save(update_fields=["profile", "declared_version", "version"])


_Profile = ExchangeSession.Profile


def _version(session: ExchangeSession, declared: str) -> str:
    """Return the version to write; the newest one not above what the client declared and the site offers.

    Raises NotConfigured.
    """
    if conf.FORCED_VERSION:
        return conf.FORCED_VERSION
    if declared:
        offered = [name for name in VERSIONS if version_key(name) <= version_key(conf.COMMERCEML_VERSION)]
        return newest_not_above(declared, offered)
    return _stock_version() if is_stock(session.user_agent, declared) else conf.COMMERCEML_VERSION


def _stock_version() -> str:
    """Return ``STOCK_CLIENT_VERSION``.  Raises NotConfigured for one in which it would find no orders."""
    if not is_flat(conf.STOCK_CLIENT_VERSION):
        raise NotConfigured(what="ONEC_EXCHANGE_STOCK_CLIENT_VERSION")
    return conf.STOCK_CLIENT_VERSION
