"""The shop's own pages; those of the exchange come with the package."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from django_onec_exchange.admin import OneCOrderAdminMixin

from .models import (
    Customer,
    Group,
    Order,
    OrderItem,
    Price,
    PriceType,
    Product,
    ProductImage,
    Stock,
    Unit,
    Variant,
    Warehouse,
)


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ["short_name", "code", "full_name", "international"]


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    list_display = ["name", "parent", "is_hidden"]
    list_select_related = ["parent"]
    search_fields = ["name"]


@admin.register(PriceType)
class PriceTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "currency", "is_retail"]


@admin.register(Warehouse)
class WarehouseAdmin(admin.ModelAdmin):
    list_display = ["name"]


class VariantInline(admin.TabularInline):
    model = Variant
    extra = 0


class PriceInline(admin.TabularInline):
    model = Price
    extra = 0


class StockInline(admin.TabularInline):
    model = Stock
    extra = 0


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    extra = 0


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "name", "group", "unit", "price", "vat", "is_hidden"]
    list_select_related = ["group", "unit"]
    list_filter = ["is_hidden", "vat", "unit", "group"]
    search_fields = ["sku", "name", "onec_id"]
    raw_id_fields = ["group"]
    inlines = [VariantInline, PriceInline, StockInline, ProductImageInline]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "inn", "kpp", "email", "phone"]
    search_fields = ["name", "official_name", "inn", "email"]


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0
    raw_id_fields = ["product", "variant"]


@admin.register(Order)
class OrderAdmin(OneCOrderAdminMixin, admin.ModelAdmin):
    list_display = ["number", "placed_at", "buyer", "total", "status", "is_paid", "sent_to_1c", "export_skipped"]
    list_filter = ["sent_to_1c", "export_skipped", "status", "is_paid", "delivery_method"]
    list_select_related = ["customer"]
    search_fields = ["number", "customer__name", "contact_name", "email", "phone"]
    date_hierarchy = "placed_at"
    raw_id_fields = ["customer"]
    readonly_fields = ["total", "updated_at", "sent_to_1c", "sent_to_1c_at"]
    inlines = [OrderItemInline]
    fieldsets = [
        (None, {"fields": ["number", "placed_at", "status", "comment"]}),
        ("Покупатель", {"fields": ["customer", ("contact_name", "email", "phone")]}),
        (
            "Доставка",
            {
                "fields": [
                    ("delivery_method", "delivery_cost"),
                    ("ship_postcode", "ship_region", "ship_city"),
                    ("ship_street", "ship_house", "ship_flat"),
                ]
            },
        ),
        (
            "Деньги",
            {
                "fields": [
                    ("payment_method", "is_paid", "paid_at"),
                    ("promo_code", "promo_discount"),
                    ("total", "currency"),
                ]
            },
        ),
        ("Обмен с 1С", {"fields": [("sent_to_1c", "sent_to_1c_at"), "export_skipped", "updated_at"]}),
    ]

    @admin.display(description="покупатель")
    def buyer(self, order: Order) -> str:
        return order.buyer

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """The total follows the rows, so what goes to 1C adds up."""
        super().save_related(request, form, formsets, change)
        order = form.instance
        order.total = order.count_total()
        order.save(update_fields=["total", "updated_at"])

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Orders are cancelled: 1C knows them by their number, which must never be given twice."""
        return False
