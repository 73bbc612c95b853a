"""How a shop tells the exchange about itself: classes of which each is useful as it is.

Override one method at a time and name the class in a setting:

* ``OrderSelector`` (``ONEC_EXCHANGE_ORDER_SELECTOR``): which orders wait for 1C;
* ``OrderSerializer`` (``ONEC_EXCHANGE_ORDER_SERIALIZER``): what an order is in CommerceML terms;
* ``OrderMarker`` (``ONEC_EXCHANGE_ORDER_MARKER``): how the shop remembers what was sent; ``LedgerOrderMarker``
  remembers in our tables, for Order models that nobody may alter and for shops with several 1C bases;
* ``OrderUpdateHandler`` (``ONEC_EXCHANGE_ORDER_UPDATE_HANDLER``): what 1C's news about an order change here;
* ``CatalogHandler`` (``ONEC_EXCHANGE_CATALOG_HANDLER``): where 1C's catalogue goes;
* ``ExchangeLists`` (``ONEC_EXCHANGE_INFO_LISTS``): the statuses, payment and delivery methods that 1C asks for.

An instance serves one request.  What is about one exchange takes its subject and one frozen ``ExchangeContext``;
what serves the files of an upload takes an ``ImportContext``.
"""

from .applying import AppliedUpdates, apply_order_updates
from .catalog import CatalogHandler
from .context import Adapters, ExchangeContext
from .incoming_context import ImportContext
from .info import ExchangeLists, render_lists
from .loading import (
    get_order_model,
    load_adapters,
    load_catalog_handler,
    load_info_lists,
    load_order_update_handler,
)
from .marker import LedgerOrderMarker, OrderMarker, order_pks
from .mount import Mount
from .order_updates import OrderUpdateHandler
from .selector import OrderSelector
from .serializer import OrderSerializer
from .upserts import upsert

__all__ = [
    "Adapters",
    "AppliedUpdates",
    "CatalogHandler",
    "ExchangeContext",
    "ExchangeLists",
    "ImportContext",
    "LedgerOrderMarker",
    "Mount",
    "OrderMarker",
    "OrderSelector",
    "OrderSerializer",
    "OrderUpdateHandler",
    "apply_order_updates",
    "get_order_model",
    "load_adapters",
    "load_catalog_handler",
    "load_info_lists",
    "load_order_update_handler",
    "order_pks",
    "render_lists",
    "upsert",
]
