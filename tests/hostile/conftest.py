"""What the tests of hostile clients share; also what those of access and of uploads do."""

from __future__ import annotations

from tests.access.conftest import call, snapshot  # noqa: F401
from tests.incoming.conftest import post, shop, upload_root  # noqa: F401
