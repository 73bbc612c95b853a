from django.contrib import admin

from django_onec_exchange.admin import OneCOrderAdminMixin

from .models import Deal, Order


@admin.register(Order, Deal)
class OrderAdmin(OneCOrderAdminMixin, admin.ModelAdmin):
    pass
