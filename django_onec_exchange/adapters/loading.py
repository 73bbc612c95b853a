"""From a dotted path to an adapter: at each use, so that changed settings count at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db.models import Model
from django.utils.module_loading import import_string

from ..conf import conf
from ..protocol.errors import NotConfigured
from .context import Adapters

if TYPE_CHECKING:
    from .catalog import CatalogHandler
    from .info import ExchangeLists
    from .order_updates import OrderUpdateHandler

#: What the exchange calls of each adapter, which need not inherit from ours.
_CALLED: dict[str, tuple[str, ...]] = {
    "ORDER_SELECTOR": ("select", "fetch", "get_queryset"),
    "ORDER_SERIALIZER": ("serialize",),
    "ORDER_MARKER": (
        *("filter_waiting", "filter_sent", "get_revision", "get_current_revisions"),
        *("mark", "skip", "restore", "updated_at"),
    ),
    "ORDER_UPDATE_HANDLER": ("find", "apply", "get_updated_fields"),
    "CATALOG_HANDLER": (
        *("save_groups", "save_properties", "save_price_types", "save_warehouses", "save_units"),
        *("save_products", "save_offers", "save_prices", "save_stocks", "forget_products", "finish"),
    ),
    "INFO_LISTS": ("get_statuses", "get_payment_methods", "get_payment_type", "get_delivery_methods"),
}


def get_order_model() -> type[Model]:
    """Return the shop's Order model.  Raises NotConfigured without ``ONEC_EXCHANGE_ORDER_MODEL``."""
    try:
        return apps.get_model(conf.ORDER_MODEL, require_ready=False)
    except (LookupError, ValueError, AttributeError):
        raise NotConfigured(what="ONEC_EXCHANGE_ORDER_MODEL") from None


def load_adapters(*, selector: Any = None, serializer: Any = None, marker: Any = None) -> Adapters:
    """Return the adapters: a class or dotted path as given here, else as the settings name it.

    Raises NotConfigured, with the setting's name, when a class cannot be imported or made, or is of another kind.
    """
    return Adapters(
        selector=_load(selector, "ORDER_SELECTOR"),
        serializer=_load(serializer, "ORDER_SERIALIZER"),
        marker=_load(marker, "ORDER_MARKER"),
    )


def load_order_update_handler(given: Any = None) -> OrderUpdateHandler:
    """Return what applies orders from 1C: as given, else as the setting names it.  Raises NotConfigured."""
    return cast("OrderUpdateHandler", _load(given, "ORDER_UPDATE_HANDLER"))


def load_catalog_handler(given: Any = None) -> CatalogHandler | None:
    """Return what saves a catalogue from 1C; None if the site takes none.  Raises NotConfigured."""
    if not given and conf.CATALOG_HANDLER == "":
        return None
    return cast("CatalogHandler", _load(given, "CATALOG_HANDLER"))


def load_info_lists(given: Any = None) -> ExchangeLists:
    """Return what ``mode=info`` lists.  Raises NotConfigured."""
    return cast("ExchangeLists", _load(given, "INFO_LISTS"))


def _load(given: Any, setting: str) -> Any:
    try:
        adapter = _make(given or getattr(conf, setting))
        lacks = [name for name in _CALLED[setting] if not callable(getattr(adapter, name, None))]
        if lacks:
            raise TypeError(f"{type(adapter).__name__} lacks {', '.join(lacks)}")
    except Exception as error:  # the shop's own code is imported and run
        raise NotConfigured(what=f"ONEC_EXCHANGE_{setting}") from error
    return adapter


def _make(adapter: Any) -> Any:
    if isinstance(adapter, str):
        adapter = import_string(adapter)
    if not isinstance(adapter, type):
        raise TypeError(f"{adapter!r} is not a class")
    return adapter()
