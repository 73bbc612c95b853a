"""What stays of a file when its content goes: what became of its import."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ..models import ImportSession, IncomingFile

_State = ImportSession.State

#: The code of an import that was not at its end when 1C began anew.
GIVEN_UP = "given-up"

_TRIED = Q(import_session__state__in=(_State.DONE, _State.FAILED)) | Q(import_session__position__gt=0)


def retire(files: QuerySet[IncomingFile]) -> None:
    """Take files out of their uploads.  Those whose import did anything stay as history, of others no row does.

    Inside a transaction that has the lock of the base, and while no import reads them.
    """
    tried = list(files.filter(_TRIED).values_list("pk", flat=True))
    unfinished = ImportSession.objects.filter(file__in=tried, state__in=(_State.WAITING, _State.RUNNING))
    unfinished.update(
        state=_State.FAILED,
        worker="",
        finished_at=timezone.now(),
        code=GIVEN_UP,
        message=gettext("1C began anew before the file was imported to its end."),
    )
    files.exclude(pk__in=tried).delete()
    IncomingFile.objects.filter(pk__in=tried).update(upload=None)
