"""How a shop tells the exchange about its orders: three classes, each useful as it is.

Override one method at a time and name the class in a setting:

* ``OrderSelector`` (``ONEC_EXCHANGE_ORDER_SELECTOR``): which orders wait for 1C;
* ``OrderSerializer`` (``ONEC_EXCHANGE_ORDER_SERIALIZER``): what an order is in CommerceML terms;
* ``OrderMarker`` (``ONEC_EXCHANGE_ORDER_MARKER``): how the shop remembers what was sent; ``LedgerOrderMarker``
  remembers in our tables, for Order models that nobody may alter and for shops with several 1C bases.

An instance serves one request.  What is about one exchange takes its subject and one frozen ``ExchangeContext``.
"""

from .context import Adapters, ExchangeContext
from .loading import get_order_model, load_adapters
from .marker import LedgerOrderMarker, OrderMarker, order_pks
from .selector import OrderSelector
from .serializer import OrderSerializer

__all__ = [
    "Adapters",
    "ExchangeContext",
    "LedgerOrderMarker",
    "OrderMarker",
    "OrderSelector",
    "OrderSerializer",
    "get_order_model",
    "load_adapters",
    "order_pks",
]
