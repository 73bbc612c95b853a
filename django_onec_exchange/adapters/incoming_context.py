"""What every handler of files from 1C is told about the upload it serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..conf import conf
from ..models import ExchangeSession, InfoBase
from .context import Adapters, ExchangeContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """One upload.  New facts become new fields, so that no handler's signature ever changes."""

    base: InfoBase  # the 1C infobase that sends
    adapters: Adapters  # how the orders it got were read, numbered and marked
    started_at: datetime  # aware; when the upload began
    session: ExchangeSession | None = None  # None: a command
    folder: Path | None = None  # where the files of this upload lie, private
    catalog_id: str = ""  # of the catalogue that the objects belong to; "" where 1C named none
    changes_only: bool | None = None  # СодержитТолькоИзменения, which alone tells little: see CatalogInfo

    def file(self, name: str) -> Path | None:
        """Return an uploaded file by the relative name that a document gives it; None if it was not sent.

        Nothing outside of the upload's folder is ever returned, whatever the name.
        """
        if self.folder is None:
            return None
        folder = self.folder.resolve()
        try:
            path = folder.joinpath(name.replace("\\", "/")).resolve()
            return path if path.is_relative_to(folder) and path.is_file() else None
        except (OSError, ValueError):  # longer than a name may be, a null byte, a loop of links
            return None

    @property
    def exchange(self) -> ExchangeContext:
        """The same exchange, as the adapters of orders know it."""
        profile, version = ExchangeSession.Profile.OTHER.value, ""
        if self.session is not None:
            profile, version = self.session.profile, self.session.version
        return ExchangeContext(
            base=self.base,
            cutoff=self.started_at,
            version=version or conf.COMMERCEML_VERSION,
            adapters=self.adapters,
            session=self.session,
            profile=profile,
        )
