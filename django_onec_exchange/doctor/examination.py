"""The probes, in the order in which they are made: each stands on those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from django.db import Error as AnyDatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..simulator import TransferError
from . import arriving, diagnosis, project, replying, signing_in, uploading
from .findings import Finding, skipped
from .visit import Stage, Visit


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to look at; ``look`` yields what it finds, at least one line."""

    name: str  # stable
    title: str  # English, marked for translation
    look: Callable[[Visit], Iterator[Finding]]
    needs: Stage = Stage.NOWHERE
    local: bool = False  # of the project that the command runs in, not of the address


PROBES = (
    Probe("database", gettext_noop("Database"), project.look_at_database, local=True),
    Probe("settings", gettext_noop("Settings"), project.look_at_settings, local=True),
    Probe("history", gettext_noop("Exchanges so far"), project.look_at_history, local=True),
    Probe("account", gettext_noop("Account"), project.look_at_account, local=True),
    Probe("address", gettext_noop("Address"), arriving.look_at_address),
    Probe("connection", gettext_noop("Connection"), arriving.connect),
    Probe("exchange", gettext_noop("Exchange"), arriving.recognise, Stage.ANSWERED),
    Probe("sign-in", gettext_noop("Signing in"), signing_in.sign_in, Stage.FOUND),
    Probe("session", gettext_noop("Session"), signing_in.stay_signed_in, Stage.SIGNED_IN),
    Probe("cache", gettext_noop("Caches"), signing_in.look_for_caches, Stage.SIGNED_IN),
    Probe("replies", gettext_noop("Replies"), replying.look_at_bytes, Stage.FOUND),
    Probe("encoding", gettext_noop("Encoding"), replying.look_at_charset, Stage.FOUND),
    Probe("same-site", gettext_noop("The same settings"), replying.compare_settings, Stage.SIGNED_IN),
    Probe("uploads", gettext_noop("Uploads"), uploading.upload_growing_files, Stage.SIGNED_IN),
    Probe("file-names", gettext_noop("File names in Cyrillic"), uploading.upload_cyrillic_name, Stage.SIGNED_IN),
    Probe("clock", gettext_noop("Clock"), replying.look_at_clock, Stage.ANSWERED),
    Probe("speed", gettext_noop("Speed"), replying.look_at_speed, Stage.FOUND),
)


def examine(
    visit: Visit, *, local: bool, on_probe: Callable[[Probe], None] = lambda probe: None
) -> Iterator[Finding]:
    """Make the probes one after another and yield what they find; ``local`` looks at this project, too.

    ``on_probe`` is told of each before it is made.
    """
    for probe in PROBES:
        if probe.local and not local:
            continue
        on_probe(probe)
        for finding in _make(probe, visit):
            yield replace(
                finding,
                probe=probe.name,
                message=_printable(finding.message),
                seen=_printable(finding.seen),
                remedy=_printable(finding.remedy),
                lines=tuple(one.filled(path=visit.path, host=visit.host) for one in finding.lines),
            )


def _printable(text: str) -> str:
    """Return a text without what would steer a terminal: parts of it may come from the site."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _make(probe: Probe, visit: Visit) -> Iterable[Finding]:
    if visit.stage < probe.needs:
        yield skipped(_why_skipped(visit))
        return
    try:
        yield from probe.look(visit)
    except TransferError as error:
        yield diagnosis.of_silence(error, visit)
    except AnyDatabaseError as error:  # the probe of the database says so
        yield skipped(_("the database failed: %(error)s") % {"error": type(error).__name__})


def _why_skipped(visit: Visit) -> str:
    if visit.stage is Stage.NOWHERE:
        return _("there was no answer")
    if visit.stage is Stage.ANSWERED:
        return _("the exchange was not found")
    return _("needs --user and --password-env") if not visit.username else _("not signed in")
