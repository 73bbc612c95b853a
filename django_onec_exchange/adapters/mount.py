"""Which adapters serve one 1C base: what its view names, else what the settings do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .context import Adapters
from .loading import load_adapters, load_catalog_handler, load_info_lists, load_order_update_handler


@dataclass(frozen=True, slots=True)
class Mount:
    """One base and the adapters of its view, classes or dotted paths; None is the setting's."""

    base: str
    selector: Any = None
    serializer: Any = None
    marker: Any = None
    order_update_handler: Any = None
    catalog_handler: Any = None
    info_lists: Any = None

    def load_adapters(self) -> Adapters:
        """Raises NotConfigured."""
        return load_adapters(selector=self.selector, serializer=self.serializer, marker=self.marker)

    def load_handlers(self) -> list[object]:
        """Return what serves the files 1C sends and the lists it asks for.  Raises NotConfigured."""
        handlers: tuple[object, ...] = (
            load_order_update_handler(self.order_update_handler),
            load_catalog_handler(self.catalog_handler),
            load_info_lists(self.info_lists),
        )
        return [handler for handler in handlers if handler is not None]
