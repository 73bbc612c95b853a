"""What 1C uploaded, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .sessions import ExchangeSession, InfoBase


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
