"""A process of the site that is killed in the middle of its work: to the point, and by SIGKILL.

The file that ``KILL_FILE`` names says where: ``chunk 2``, when the handler has saved the second chunk.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

_FILE = Path(os.environ.get("KILL_FILE") or os.devnull)


def arm() -> None:
    """Put a trap behind each of these steps."""
    from django.http import HttpRequest

    from django_onec_exchange import audit
    from django_onec_exchange.incoming import applying, archives, imports, tasks, unpacking, uploads

    from .catalog import CountingCatalog

    uploads.BLOCK_SIZE = 10_000  # several blocks in a request, each larger than Python's own buffer
    for name, owner, attribute in (
        ("block", HttpRequest, "read"),  # read; those before it are in the file
        ("appended", uploads, "_append"),  # a whole request, not noted yet
        ("entry", archives, "_unpack_file"),
        ("moved", Path, "replace"),  # one of the unpacked files
        ("rows", unpacking, "upsert"),  # in the transaction
        ("unpacked", unpacking, "_unpack"),
        ("claimed", imports, "claim"),
        ("claimed", tasks, "claim"),
        ("chunk", CountingCatalog, "save_products"),  # in the transaction
        ("applied", applying.FileApplier, "_apply"),  # committed
        ("copied", audit, "store_incoming"),  # all of it; not done yet
        ("gone", CountingCatalog, "forget_products"),  # in the transaction
    ):
        setattr(owner, attribute, _trap(name, getattr(owner, attribute)))


def tell_pid(pid: int) -> None:
    """Let the test know who serves now."""
    if Path(os.devnull) != _FILE:
        _FILE.with_suffix(".pid").write_text(str(pid))


_passed: Counter[str] = Counter()


def _trap(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def walk_on(*args: Any, **options: Any) -> Any:
        result = step(*args, **options)
        order = _FILE.read_text() if _FILE.exists() else ""
        if order.split()[:1] == [name]:
            _passed[order] += 1
            if order == f"{name} {_passed[order]}":
                _FILE.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return result

    return walk_on
