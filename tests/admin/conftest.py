"""Who looks at the admin, and what there is to see."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from django_onec_exchange.models import DeliveryWindow, InfoBase, OrderLink, SkippedOrder, SuspectOrder


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def superuser(browser, admin_user):
    browser.force_login(admin_user)
    return admin_user


@pytest.fixture
def staff(browser, make_account):
    """A member of staff, given permissions by their names."""
    user = make_account("staff", permitted=False)
    user.is_staff = True
    user.save()
    browser.force_login(user)

    def permit(*codenames: str):
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
        return user

    return permit


@pytest.fixture
def history(onec, make_order):
    """An exchange of one order, and one left out because its rows do not make its total."""
    good = make_order(number="good")
    make_order(number="bad", total=Decimal(9999))
    onec.fetch_orders()
    base = InfoBase.objects.get()
    OrderLink.objects.create(base=base, order_id=good.pk, onec_id="guid", onec_number="УТ-17")
    DeliveryWindow.objects.create(base=base, limit=1)
    SuspectOrder.objects.create(base=base, order_id="99", number="suspect")
    return SkippedOrder.objects.get()
