"""The admin and those who have no business in it; what strangers wrote into it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse

from django_onec_exchange.models import (
    DeliveryWindow,
    ExchangeSession,
    ImportSession,
    IncomingFile,
    InfoBase,
    OrderBatch,
    OrderLink,
    SkippedOrder,
    SuspectOrder,
)
from tests.conftest import PASSWORD, USERNAME
from tests.incoming import files
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

#: All that are registered: a new one is looked at without being named here.
SHOWN = [model for model in admin.site._registry if model._meta.app_label == "django_onec_exchange"]
HIDDEN = [model for model in apps.get_app_config("django_onec_exchange").get_models() if model not in SHOWN]
MARKUP = "<script>alert(1)</script>"


def addresses(model, pk: object) -> list[str]:
    name = f"admin:django_onec_exchange_{model._meta.model_name}"
    pages = [reverse(f"{name}_{view}", args=[pk]) for view in ("change", "history", "delete")]
    return [*pages, reverse(f"{name}_changelist"), reverse(f"{name}_add")]


@pytest.fixture
def history(onec, make_order, sign_in, post, shop):
    """A row of every kind that is shown."""
    good = make_order(number="good")
    make_order(number="bad", total=Decimal(9999))
    onec.fetch_orders()
    post("type=sale&mode=file&filename=orders.xml", files.orders(files.order("good")), cookie=sign_in())
    base = InfoBase.objects.get()
    OrderLink.objects.update_or_create(base=base, order_id=good.pk)
    DeliveryWindow.objects.create(base=base, limit=2)
    SuspectOrder.objects.create(base=base, order_id=good.pk, number=good.number)
    assert not [model for model in SHOWN if not model.objects.exists()]


@pytest.fixture
def everything(history):
    """Return all rows, to compare."""
    return lambda: {model: list(model.objects.order_by("pk").values()) for model in [*SHOWN, *HIDDEN]}


def log_in(user, *permissions: str) -> Client:
    user.is_staff = True
    user.save()
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def actions(model) -> list[str]:
    return ["delete_selected", *(admin.site._registry[model].actions or [])]


@pytest.mark.parametrize("permissions", [(), ("use_exchange",)], ids=["none", "to exchange alone"])
def test_staff_without_permission_gets_no_page_and_no_action(make_account, everything, permissions):
    client = log_in(make_account("staff", permitted=False), *permissions)
    before = everything()

    for model in SHOWN:
        pk = model.objects.first().pk
        for address in addresses(model, pk):
            assert client.get(address).status_code == 403, address
            assert client.post(address, {"post": "yes", "reason": "x", "state": "open"}).status_code == 403, (
                address
            )
        for action in actions(model):
            response = client.post(addresses(model, pk)[3], {"action": action, "_selected_action": [pk]})
            assert response.status_code == 403, action

    assert everything() == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("who", ["anonymous", "the account of 1C", "1C's cookie"])
def test_whoever_is_no_staff_is_sent_to_the_login(account, sign_in, everything, who):
    client = Client()
    headers = {"Cookie": f"onec_exchange={sign_in()}"} if who == "1C's cookie" else {}
    if who == "the account of 1C":
        client.force_login(account)
    before = everything()

    for model in SHOWN:
        pk = model.objects.first().pk
        for address in addresses(model, pk):
            for response in (client.get(address, headers=headers), client.post(address, headers=headers)):
                assert response.status_code == 302, address
                assert "/login/?next=" in response["Location"], address
        for action in actions(model):
            form = {"action": action, "_selected_action": [pk]}
            assert client.post(addresses(model, pk)[3], form, headers=headers).status_code == 302

    assert everything() == before


def test_basic_credentials_of_the_exchange_open_no_page_of_the_admin(ask, account, everything):
    account.is_staff = account.is_superuser = True
    account.save()

    response = ask("", path="/admin/django_onec_exchange/orderbatch/", auth=f"{USERNAME}:{PASSWORD}")

    assert response.status_code == 302


def test_an_action_needs_the_token_of_the_form(admin_user, everything):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    skipped = SkippedOrder.objects.get()
    before = everything()

    form = {"action": "retry", "_selected_action": [skipped.pk]}
    for headers in ({}, {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}):
        response = client.post(addresses(SkippedOrder, skipped.pk)[3], form, headers=headers)
        assert response.status_code == 403

    assert everything() == before


def test_an_action_cannot_be_asked_for_by_a_link(admin_client, everything):
    skipped = SkippedOrder.objects.get()
    before = everything()

    admin_client.get(addresses(SkippedOrder, skipped.pk)[3], {"action": "retry", "_selected_action": skipped.pk})

    assert everything() == before


def acting(order, batch) -> list[tuple[str, dict[str, str]]]:
    """The pages that do something, beside the lists, and what they are sent."""
    timeline = reverse("admin:shop_order_onec", args=[order.pk])
    answered = {"apply": "yes", "base": "default", "note": "x"}
    return [
        (timeline, {"action": "onec_send_again", **answered}),
        (timeline, {"action": "onec_mark_as_sent", **answered}),
        (reverse("admin:django_onec_exchange_orderbatch_audit", args=[batch.pk]), {}),
        (
            reverse("admin:shop_order_changelist"),
            {"action": "onec_send_again", "_selected_action": str(order.pk), **answered},
        ),
        (
            reverse("admin:django_onec_exchange_orderdelivery_changelist"),
            {"action": "send_again", "_selected_action": str(batch.deliveries.get().pk), **answered},
        ),
    ]


@pytest.fixture
def actions_of_pages(everything):
    return acting(Order.objects.get(number="good"), OrderBatch.objects.filter(order_count=1).get())


@pytest.mark.parametrize("who", ["nobody", "staff", "staff that looks", "the account of 1C"])
def test_a_page_that_acts_does_nothing_for_whoever_may_not(
    make_account, account, everything, actions_of_pages, who
):
    looks = ("view_order", "view_orderbatch", "view_orderdelivery") if who == "staff that looks" else ()
    client = log_in(make_account("staff", permitted=False), *looks) if who.startswith("staff") else Client()
    if who == "the account of 1C":
        client.force_login(account)
    before, orders = everything(), list(Order.objects.values())

    for address, form in actions_of_pages:
        assert client.post(address, form).status_code in (200, 302, 403), address

    assert (everything(), list(Order.objects.values())) == (before, orders)
    assert not LogEntry.objects.exists()


def test_a_page_that_acts_does_nothing_for_a_link_or_without_the_forms_token(
    admin_client, admin_user, everything, actions_of_pages
):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    before, orders = everything(), list(Order.objects.values())

    for address, form in actions_of_pages:
        admin_client.get(address, form)
        assert strict.post(address, form).status_code == 403, address

    assert (everything(), list(Order.objects.values())) == (before, orders)
    assert not LogEntry.objects.exists()


def test_what_is_not_shown_has_no_page():
    for model in HIDDEN:
        with pytest.raises(NoReverseMatch):
            addresses(model, 1)


def test_what_others_wrote_is_shown_as_text(ask, make_account, everything, admin_client):
    """The program names itself, customers are named in reasons, 1C names files and numbers."""
    make_account(MARKUP)
    ask("mode=checkauth", auth=f"{MARKUP}:{PASSWORD}", headers={"User-Agent": MARKUP})
    ExchangeSession.objects.last().events.update(message=MARKUP, code=MARKUP[:32])
    SkippedOrder.objects.update(reason=MARKUP, number=MARKUP)
    OrderBatch.objects.update(audit_file="", audit_error=MARKUP)
    OrderLink.objects.update(onec_number=MARKUP, onec_id=MARKUP)
    ImportSession.objects.update(message=MARKUP, problems=[[MARKUP, MARKUP]])
    IncomingFile.objects.update(name=MARKUP)

    OrderBatch.objects.update(note=MARKUP)
    timeline = reverse("admin:shop_order_onec", args=[Order.objects.get(number="good").pk])
    assert MARKUP not in admin_client.get(timeline).content.decode()
    for model in SHOWN:
        change, *_, listed, _add = addresses(model, model.objects.last().pk)
        for address in (change, listed, f"{listed}?q={MARKUP}"):
            page = admin_client.get(address)
            assert page.status_code == 200
            assert MARKUP not in page.content.decode(), address
