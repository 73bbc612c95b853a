"""Three fields for a shop's own Order model."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OneCOrderMixin(models.Model):
    """Lets an order remember that it was sent to 1C.

    The default marker also wants ``updated_at``, which must change with the order and its items: by it an order
    that changed between sending and confirmation is known, and stays unsent.
    """

    sent_to_1c = models.BooleanField(_("sent to 1C"), default=False, db_index=True, editable=False)
    sent_to_1c_at = models.DateTimeField(_("sent to 1C at"), null=True, blank=True, editable=False)
    export_skipped = models.BooleanField(
        _("left out of the exchange"),
        default=False,
        help_text=_("1C could not load this order. It is tried again when it changes, or when this is cleared."),
    )

    class Meta:
        abstract = True
