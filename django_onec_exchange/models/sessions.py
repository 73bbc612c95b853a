"""Who exchanges, and what was said."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..conf import conf

#: The program that ``onec_doctor`` says it is: taken for a stock 1C, also by protections against robots.
DOCTOR_AGENT = "1C+Enterprise/8.3 onec_doctor"


class InfoBase(models.Model):
    """One 1C infobase that exchanges with the site.  Most shops have one, "default"."""

    name = models.SlugField(_("name"), max_length=64, unique=True)
    locked_at = models.DateTimeField(null=True, editable=False)
    # when ``onec_cleanup`` came to its end last, or might have first
    cleaned_at = models.DateTimeField(_("cleaned up at"), default=timezone.now, editable=False)

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
