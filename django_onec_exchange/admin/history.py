"""Look, do not touch: what happened does not change.  And look fast, however much happened."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..commerceml.versions import VERSIONS


class CappedPaginator(Paginator):
    """Pages through the first rows alone, so that a table of millions is never counted.

    What lies beyond is found by searching and filtering.
    """

    MOST = 10_000  # rows

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: self.MOST].count()
        return len(rows)

    @property
    def is_capped(self) -> bool:
        return self.count >= self.MOST


class VersionFilter(SimpleListFilter):
    """By the versions there are, without looking them up among the rows."""

    title = _("CommerceML version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in VERSIONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(version=self.value()) if self.value() else queryset


class HistoryAdmin(ModelAdmin):
    """Nobody adds, changes or deletes history by hand."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they count the whole table for each choice

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
