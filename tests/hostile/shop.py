"""A shop that stumbles over whatever 1C says of an order."""

from __future__ import annotations

from django_onec_exchange.adapters import OrderUpdateHandler


class StumblingUpdates(OrderUpdateHandler):
    def find(self, updates, context):
        (order,) = self.find_by_number(["1001"], context).values()
        return [order for _ in updates]

    def apply(self, order, update, context):
        raise ValueError("the shop's own handler stumbles")
