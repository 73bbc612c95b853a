"""A shop with an admin site of its own beside Django's, on which our models are not registered."""

from django.contrib.admin import AdminSite
from django.urls import path

from tests.shop.admin import OrderAdmin
from tests.shop.models import Order
from tests.urls import urlpatterns as usual

office = AdminSite(name="office")
office.register(Order, OrderAdmin)

urlpatterns = [path("office/", office.urls), *usual]
