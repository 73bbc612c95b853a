"""What was said between 1C and the site, and what was sent.

Everything the exchange must not forget lives here: not in a cache, not in Django's sessions.

An index that begins with a foreign key holds no column that changes.  MariaDB and MySQL check the key through such
an index, so that changing the other column would lock the row referred to: two calls that change different tables
could then wait for each other.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connections, models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conf import conf

#: The program that ``onec_doctor`` says it is: taken for a stock 1C, also by protections against robots.
DOCTOR_AGENT = "1C+Enterprise/8.3 onec_doctor"


class InfoBase(models.Model):
    """One 1C infobase that exchanges with the site.  Most shops have one, "default"."""

    name = models.SlugField(_("name"), max_length=64, unique=True)
    locked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("1C infobase")
        verbose_name_plural = _("1C infobases")

    def __str__(self) -> str:
        return self.name

    def lock(self) -> None:
        """Keep other confirmations for this base waiting until the transaction ends.

        By an UPDATE, which every database locks by: SQLite takes its write lock before the first read, and
        PostgreSQL goes on accepting rows that refer to this one.
        """
        InfoBase.objects.filter(pk=self.pk).update(locked_at=timezone.now())


class ExchangeSessionQuerySet(models.QuerySet["ExchangeSession"]):
    def alive(self) -> ExchangeSessionQuerySet:
        """Return the sessions that have not ended, with what they refer to."""
        oldest = timezone.now() - timedelta(seconds=conf.SESSION_LIFETIME)
        return self.select_related("base", "account").filter(last_seen_at__gt=oldest)

    def of_1c(self) -> ExchangeSessionQuerySet:
        """Return the sessions of 1C itself.

        What people mark by hand and what ``onec_import`` takes in signs in with no password; the doctor is no 1C.
        """
        return self.exclude(auth_hash="").exclude(user_agent=DOCTOR_AGENT)

    def of_client(self, session: ExchangeSession) -> ExchangeSessionQuerySet:
        """Return the sessions of the same client: known by base, account, program and address."""
        return self.filter(
            base=session.base_id,
            account=session.account_id,
            user_agent=session.user_agent,
            address=session.address,
        )


class ExchangeSession(models.Model):
    """One operation of one client, from ``checkauth`` on.  It opens the exchange and nothing else on the site."""

    class Profile(models.TextChoices):
        STOCK = "stock", _("stock 1C configuration")  # declared no version; one reply, no paging
        VERSIONED = "versioned", _("client that declared a version")  # the Bitrix module: pages
        SUBORDINATE = "subordinate", _("1C:UNF with subordinate documents")  # a version, and no paging
        OTHER = "other", _("other client")

    base = models.ForeignKey(InfoBase, models.PROTECT, related_name="sessions", verbose_name=_("1C infobase"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    account_name = models.CharField(_("user name"), max_length=255)
    # None: a client without cookie and sessid, known by its account, address and program
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    auth_hash = models.CharField(max_length=64, editable=False)  # changes with the account's password
    profile = models.CharField(_("client"), max_length=16, choices=Profile.choices, default=Profile.OTHER)
    declared_version = models.CharField(_("declared version"), max_length=8, blank=True)
    version = models.CharField(_("CommerceML version"), max_length=8, blank=True)
    upload = models.CharField(max_length=64, blank=True, editable=False)  # folder of what it uploads; "" before
    user_agent = models.CharField(_("program"), max_length=255, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    started_at = models.DateTimeField(_("first contact"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last contact"), default=timezone.now, db_index=True)

    objects = ExchangeSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange session")
        verbose_name_plural = _("exchange sessions")
        permissions = [("use_exchange", "May exchange with 1C")]  # stored, and so never translated

    def __str__(self) -> str:
        return f"{self.account_name}, {timezone.localtime(self.started_at):%Y-%m-%d %H:%M:%S}"

    @property
    def pages(self) -> bool:
        """Whether a further ``query`` asks for the next orders.

        The Bitrix module asks until an empty document comes.  Stock clients ask once, and again only when the
        first reply never arrived; so does UNF, which declares cmlVersion (protocol.md, section 6).
        """
        return self.profile == self.Profile.VERSIONED and self.token_hash is not None


class ExchangeEvent(models.Model):
    """One call of a session and how it was answered: the dialogue, for people."""

    session = models.ForeignKey(
        ExchangeSession, models.CASCADE, related_name="events", verbose_name=_("exchange session")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    type = models.CharField(_("type"), max_length=8, blank=True)
    mode = models.CharField(_("mode"), max_length=16)
    code = models.CharField(_("result"), max_length=32, default="success")  # or the code of the error
    message = models.TextField(_("message"), blank=True)  # what 1C was told
    duration = models.DurationField(_("duration"), default=timedelta)

    class Meta:
        verbose_name = _("exchange call")
        verbose_name_plural = _("exchange calls")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.mode}: {self.code}"


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


class IncomingFile(models.Model):
    """One file that 1C uploaded, or an XML file from an archive it uploaded."""

    session = models.ForeignKey(
        ExchangeSession, models.CASCADE, related_name="files", verbose_name=_("exchange session")
    )
    # its folder: one operation of 1C, from ``init`` on.  None: the content is gone, the row is history
    upload = models.CharField(max_length=64, null=True, editable=False)
    type = models.CharField(_("type"), max_length=8, blank=True)
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size, bytes"), default=0)  # received whole; more is a torn end
    unpacked = models.BooleanField(_("unpacked"), default=False)  # an archive whose files are beside it
    audit_file = models.CharField(_("audit copy"), max_length=255, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    class Meta:
        verbose_name = _("file from 1C")
        verbose_name_plural = _("files from 1C")
        constraints = [models.UniqueConstraint(fields=["upload", "name"], name="onec_incoming_file")]

    def __str__(self) -> str:
        return self.name


class ImportSession(models.Model):
    """What becomes of one uploaded XML file.

    ``position`` moves in the same transaction as what was applied, so an import that broke off goes on exactly
    where it stopped.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")  # for its turn, or for 1C to ask again
        RUNNING = "running", _("running")  # as long as ``lease_until`` says; then whoever comes takes it over
        DONE = "done", _("done")
        FAILED = "failed", _("failed")  # as a whole; what was applied before stays

    base = models.ForeignKey(InfoBase, models.PROTECT, related_name="imports", verbose_name=_("1C infobase"))
    file = models.OneToOneField(
        IncomingFile, models.CASCADE, related_name="import_session", verbose_name=_("file from 1C")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    position = models.PositiveIntegerField(_("objects read"), default=0)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    applied_count = models.PositiveIntegerField(_("applied"), default=0)
    failed_count = models.PositiveIntegerField(_("not applied"), default=0)
    counts = models.JSONField(_("objects by kind"), default=dict)  # {"Product": 500, ...}; of orders, what became
    problems = models.JSONField(_("what was not applied, and why"), default=list)  # [[id, sentence], ...]
    message = models.TextField(_("message"), blank=True)  # why it failed, as 1C is told
    code = models.CharField(_("kind of error"), max_length=32, blank=True)  # of what ``message`` says
    catalog_id = models.CharField(max_length=255, blank=True, editable=False)  # of the objects at ``position``
    changes_only = models.BooleanField(null=True, editable=False)
    worker = models.CharField(max_length=32, blank=True, editable=False)  # who holds the lease
    lease_until = models.DateTimeField(null=True, editable=False)
    enqueued_at = models.DateTimeField(null=True, editable=False)  # with a tasks backend
    created_at = models.DateTimeField(_("begun at"), default=timezone.now)
    moved_at = models.DateTimeField(_("last progress at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["state", "base"], name="onec_import_state")]

    def __str__(self) -> str:
        return f"{self.file}"


class CatalogEntry(models.Model):
    """A product that 1C's catalogue named, and in which upload last: what a full one no longer names is gone."""

    base = models.ForeignKey(  # the constraint below begins with it
        InfoBase, models.CASCADE, related_name="+", db_index=False, verbose_name=_("1C infobase")
    )
    product_id = models.CharField(_("identifier in 1C"), max_length=255)
    catalog_id = models.CharField(max_length=64, blank=True)
    upload = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("product of the catalogue")
        verbose_name_plural = _("products of the catalogue")
        constraints = [models.UniqueConstraint(fields=["base", "product_id"], name="onec_catalog_entry")]

    def __str__(self) -> str:
        return self.product_id


class AuthFailure(models.Model):
    """Wrong passwords, counted: in the database, so that all workers of a site see them."""

    key = models.CharField(max_length=64, unique=True)  # a digest: the name typed may be a password
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")

    def __str__(self) -> str:
        return f"{self.count}"


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
