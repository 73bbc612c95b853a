"""Which orders were sent, what became of them, and which were left out."""

from __future__ import annotations

from django.db import connections, models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .sessions import ExchangeSession, InfoBase


class OrderBatch(models.Model):
    """One file of orders: the reply to one ``query``."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")  # invisible to ``success``; left over only by a crash
        OPEN = "open", _("not confirmed")  # complete; 1C may confirm it
        CONFIRMED = "confirmed", _("confirmed")  # 1C sent ``success``
        SUPERSEDED = "superseded", _("sent again")  # a later file took its place
        BROKEN = "broken", _("broken off")  # the client hung up before the end
        BY_HAND = "by-hand", _("marked by hand")  # no file: somebody said that 1C has these orders

    base = models.ForeignKey(InfoBase, models.PROTECT, related_name="batches", verbose_name=_("1C infobase"))
    session = models.ForeignKey(
        ExchangeSession, models.CASCADE, related_name="batches", verbose_name=_("exchange session")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PREPARING)
    cutoff = models.DateTimeField(_("orders up to"))
    version = models.CharField(_("CommerceML version"), max_length=8)
    encoding = models.CharField(_("encoding"), max_length=16)
    zipped = models.BooleanField(_("ZIP"), default=False)
    order_count = models.PositiveIntegerField(_("orders"), default=0)
    skipped_count = models.PositiveIntegerField(_("left out"), default=0)
    marked_count = models.PositiveIntegerField(_("marked as sent"), default=0)
    size = models.PositiveBigIntegerField(_("size, bytes"), default=0)
    digest = models.CharField("SHA-256", max_length=64, blank=True)
    audit_file = models.CharField(_("audit copy"), max_length=255, blank=True)
    audit_error = models.TextField(_("why there is no audit copy"), blank=True)
    redacted_at = models.DateTimeField(_("orders removed from the copy at"), null=True)  # ``digest`` is as sent
    note = models.TextField(_("note"), blank=True)  # why it was done by hand
    created_at = models.DateTimeField(_("prepared at"), default=timezone.now)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    # for the window: nobody knows yet whether 1C takes it; and what it was to carry
    awaited = models.BooleanField(default=False, editable=False)
    window_limit = models.PositiveIntegerField(null=True, editable=False)  # orders in the whole exchange
    probing = models.BooleanField(default=False, editable=False)  # only orders that had stepped back

    class Meta:
        verbose_name = _("batch of orders")
        verbose_name_plural = _("batches of orders")
        indexes = [
            models.Index(fields=["state", "base", "confirmed_at"], name="onec_batch_state"),
            models.Index(fields=["awaited", "base"], name="onec_batch_awaited"),
            models.Index(fields=["created_at"], name="onec_batch_created"),
        ]
        permissions = [("download_audit", "May download audit copies")]  # personal data

    def __str__(self) -> str:
        return f"№ {self.pk}"


class OrderDelivery(models.Model):
    """One order in one batch, and in which revision."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        MARKED = "marked", _("marked as sent")  # the ledger: it counts as sent to this base
        CHANGED = "changed", _("changed meanwhile")  # confirmed, but not as it stands now: it goes again
        NOT_WAITING = "not-waiting", _("no longer waiting")  # another exchange had it marked, or it is gone
        WITHDRAWN = "withdrawn", _("to be sent again")  # was marked; somebody asked for it once more

    batch = models.ForeignKey(OrderBatch, models.CASCADE, related_name="deliveries", verbose_name=_("batch"))
    base = models.ForeignKey(  # the indexes below begin with it
        InfoBase, models.PROTECT, related_name="+", db_index=False, verbose_name=_("1C infobase")
    )
    order_id = models.CharField(_("order"), max_length=64)  # the primary key, as the database has it
    number = models.CharField(_("number"), max_length=255)
    revision = models.CharField(_("revision"), max_length=64)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OFFERED)
    warning = models.TextField(_("warning"), blank=True)

    class Meta:
        verbose_name = _("delivery of an order")
        verbose_name_plural = _("deliveries of orders")
        indexes = [
            models.Index(fields=["base", "order_id"], name="onec_delivery_order"),
            models.Index(fields=["base", "number"], name="onec_delivery_number"),
        ]
        permissions = [
            ("send_again", "May send orders to 1C again"),
            ("mark_as_sent", "May mark orders as sent by hand"),
        ]

    def __str__(self) -> str:
        return self.number


class SkippedOrder(models.Model):
    """An order that was left out, and why.  Tried again when it changes, from time to time, or when told to."""

    REFUSED = "refused"  # the code of those that 1C itself did not take: time alone does not help them

    base = models.ForeignKey(  # the constraint below begins with it
        InfoBase, models.PROTECT, related_name="skipped", db_index=False, verbose_name=_("1C infobase")
    )
    order_id = models.CharField(_("order"), max_length=64)
    number = models.CharField(_("number"), max_length=255, blank=True)
    code = models.CharField(_("kind of reason"), max_length=32)
    reason = models.TextField(_("reason"))
    order_updated_at = models.DateTimeField(_("order last changed at"), null=True)
    revision = models.CharField(max_length=64, blank=True, editable=False)  # of an order that 1C refused
    first_skipped_at = models.DateTimeField(_("first left out at"), default=timezone.now)
    last_skipped_at = models.DateTimeField(_("last left out at"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    retry_requested = models.BooleanField(_("try again"), default=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)  # it became a document after all

    class Meta:
        verbose_name = _("order left out")
        verbose_name_plural = _("orders left out")
        constraints = [models.UniqueConstraint(fields=["base", "order_id"], name="onec_skipped_order")]
        indexes = [models.Index(fields=["resolved_at", "base"], name="onec_skipped_open")]
        permissions = [("retry_skippedorder", "May have orders left out tried again")]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"


class DeliveryWindow(models.Model):
    """How much the next exchange with one base may carry.  Without a row: all.  See outgoing/window.py."""

    base = models.OneToOneField(InfoBase, models.CASCADE, related_name="window", verbose_name=_("1C infobase"))
    limit = models.PositiveIntegerField(_("orders in one exchange"), null=True)
    ceiling = models.PositiveIntegerField(default=0, editable=False)
    blamed = models.PositiveIntegerField(_("orders of the last unconfirmed file"), default=0)
    probe = models.PositiveIntegerField(default=1, editable=False)
    unconfirmed = models.PositiveIntegerField(_("exchanges in a row without confirmation"), default=0)
    alone = models.PositiveIntegerField(default=0, editable=False)
    passed = models.PositiveIntegerField(_("orders that got through meanwhile"), default=0)
    step = models.PositiveIntegerField(default=0, editable=False)
    passed_step = models.PositiveIntegerField(default=0, editable=False)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery window")
        verbose_name_plural = _("delivery windows")

    def __str__(self) -> str:
        return f"{self.base}"


class SuspectOrder(models.Model):
    """An order that 1C did not confirm though it was the only one in the file.  See outgoing/window.py."""

    base = models.ForeignKey(  # the constraint below begins with it
        InfoBase, models.CASCADE, related_name="suspects", db_index=False, verbose_name=_("1C infobase")
    )
    order_id = models.CharField(_("order"), max_length=64)
    number = models.CharField(_("number"), max_length=255)
    revision = models.CharField(max_length=64, editable=False)  # another one is another chance
    failures = models.PositiveIntegerField(_("times alone without confirmation"), default=0)
    overtaken = models.PositiveIntegerField(default=0, editable=False)
    failed_step = models.PositiveIntegerField(default=0, editable=False)
    first_failed_at = models.DateTimeField(_("first time"), default=timezone.now)

    class Meta:
        verbose_name = _("order under suspicion")
        verbose_name_plural = _("orders under suspicion")
        constraints = [models.UniqueConstraint(fields=["base", "order_id"], name="onec_suspect_order")]

    def __str__(self) -> str:
        return self.number


class OrderLink(models.Model):
    """What an order is called in 1C, as 1C said when it sent the order back."""

    TEXT_LENGTH = 64  # more is cut off

    base = models.ForeignKey(  # the constraint below begins with it
        InfoBase, models.PROTECT, related_name="+", db_index=False, verbose_name=_("1C infobase")
    )
    order_id = models.CharField(_("order"), max_length=64)  # as OrderDelivery has it
    onec_id = models.CharField(_("identifier in 1C"), max_length=TEXT_LENGTH, blank=True)
    onec_number = models.CharField(_("number in 1C"), max_length=TEXT_LENGTH, blank=True)
    onec_date = models.CharField(_("date in 1C"), max_length=19, blank=True)  # by 1C's own clock, of no known zone
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("order in 1C")
        verbose_name_plural = _("orders in 1C")
        constraints = [models.UniqueConstraint(fields=["base", "order_id"], name="onec_order_link")]
        indexes = [
            models.Index(fields=["onec_id", "base"], name="onec_order_link_id"),
            models.Index(fields=["onec_number", "base"], name="onec_order_link_number"),
        ]

    def __str__(self) -> str:
        return self.onec_number or self.onec_id or self.order_id


def order_key(order: models.Model) -> str:
    """Return the primary key of an order as its database shows it in a text.

    UUIDs are why: PostgreSQL shows them with dashes, SQLite stores them without.
    """
    pk = order.pk
    if isinstance(pk, int):
        return str(pk)
    connection = connections[router.db_for_read(type(order))]
    return str(order._meta.pk.get_db_prep_value(pk, connection))
