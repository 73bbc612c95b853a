"""``manage.py onec_forget``: take a customer's orders out of the audit copies."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from ...forgetting import Found, find, forget
from ...models import InfoBase
from ..base import TranslatedCommand


class Command(TranslatedCommand):
    """Of all 1C bases, unless one is named."""

    help = gettext_noop("Take orders out of the audit copies, for a customer who wants to be forgotten.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--order",
            nargs="+",
            action="extend",
            required=True,
            metavar="NUMBER",
            help=_("Numbers of orders, as 1C got them"),
        )
        parser.add_argument("--base", default="", help=_("Name of the 1C infobase (default: all of them)"))
        parser.add_argument("--dry-run", action="store_true", help=_("Only tell which copies hold the orders"))

    def handle(self, *args: Any, **options: Any) -> None:
        bases = InfoBase.objects.filter(name=options["base"]) if options["base"] else InfoBase.objects.all()
        if options["base"] and not bases:
            raise CommandError(_("There is no 1C infobase %(base)s.") % {"base": options["base"]})
        found = [one for base in bases for one in self._forget(base, options)]
        if not found:
            self.stdout.write(_("No audit copy holds these orders."))
        if options["dry_run"]:
            self.stdout.write(_("Nothing was changed: this was a dry run."))
        if any(one.failed for one in found):
            raise CommandError(_("Not every copy could be looked into or written anew. The log says why."))

    def _forget(self, base: InfoBase, options: dict[str, Any]) -> list[Found]:
        found: list[Found] = []
        orders = find(base, options["order"])
        for looked_at, one in enumerate(forget(orders, dry_run=options["dry_run"]), start=1):
            if self.stderr.isatty():
                self.stderr.write(f"\r{looked_at} ", str, ending="\r")
            if one is not None:
                found.append(one)
                self.stdout.write(f"{one.name}: {_fate(one)}")
        return found


def _fate(found: Found) -> str:
    if found.failed:
        return _("could not be looked into or replaced")
    if found.removed:
        return _("the whole copy is removed")
    words = ngettext("%(count)s order is taken out", "%(count)s orders are taken out", found.orders)
    return words % {"count": found.orders}
