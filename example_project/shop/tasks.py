"""What this shop does behind the scenes.

``@task`` is Django's own from 6.0 on, and that of its backport ``django-tasks`` on 5.2.  Without a worker a task
runs at once, in the process that enqueues it; ``TASKS_WORKER=1`` leaves it to ``manage.py db_worker``.
"""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.utils import timezone

from .models import Order

try:
    from django.tasks import task
except ImportError:  # Django 5.2
    from django_tasks import task


@task()
def send_order_confirmation(order_id: int) -> None:
    """Tell the buyer that the order was placed: once, however often this is enqueued.

    A worker may run a task again, so the order is claimed first, and released if the mail could not be sent.  By
    ``QuerySet.update``, which leaves ``updated_at`` alone: for 1C the order did not change.
    """
    orders = Order.objects.filter(pk=order_id)
    if not orders.filter(mailed_at=None).update(mailed_at=timezone.now()):
        return
    order = orders.select_related("customer").get()
    recipient = order.email or (order.customer.email if order.customer else "")
    if not recipient:
        return
    lines = [f"{item.name}: {item.quantity.normalize():f} × {item.price}" for item in order.items.all()]
    text = "\n".join(["Спасибо за заказ!", "", *lines, "", f"Итого: {order.total} {order.currency}"])
    try:
        EmailMessage(f"Заказ {order.number} принят", text, to=[recipient]).send()
    except Exception:
        orders.update(mailed_at=None)
        raise
