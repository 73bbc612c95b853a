"""What log records tell besides their sentence: fields that a machine can search.

Each call gives ``extra`` with a stable ``event`` and such fields; docs/monitoring.md lists them all.  Never the
name, the address or the contacts of a person, never a password or a token.
"""

from __future__ import annotations

from .models import ImportSession, OrderBatch


def of_batch(batch: OrderBatch) -> dict[str, object]:
    return {"base": batch.base.name, "session": batch.session_id, "batch": batch.pk}


def of_import(record: ImportSession) -> dict[str, object]:
    return {"base": record.base.name, "import_id": record.pk, "file": record.file.name}
