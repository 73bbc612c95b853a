"""A Russian shop manager reads Russian: in the admin, in numbers, and in the reasons."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, override

from django_onec_exchange import check_values
from django_onec_exchange.models import SkippedOrder
from tests.conftest import ids

SHOWN = [
    model for model in apps.get_app_config("django_onec_exchange").get_models() if admin.site.is_registered(model)
]
SAME_IN_RUSSIAN = {"ID", "SHA-256", "ZIP"}


@pytest.mark.parametrize("model", SHOWN, ids=[model.__name__ for model in SHOWN])
def test_every_name_that_the_admin_shows_is_russian(model, rf, admin_user):
    request, of_model = rf.get("/"), admin.site._registry[model]
    request.user = admin_user
    shown = {*of_model.get_list_display(request), *flatten_fieldsets(of_model.get_fieldsets(request, model()))}

    with override("ru"):
        names = [label_for_field(name, model, of_model) for name in shown]
        names += [model._meta.verbose_name, model._meta.verbose_name_plural]
        names += [label for field in model._meta.fields if field.name in shown for _, label in field.flatchoices]
        english = {str(name) for name in names if not re.search("[а-яё]", str(name), re.IGNORECASE)}

    assert english <= SAME_IN_RUSSIAN


@pytest.mark.parametrize("model", SHOWN, ids=[model.__name__ for model in SHOWN])
def test_the_admin_is_russian_for_a_browser_that_asks_for_russian(admin_client, model):
    page = reverse(f"admin:django_onec_exchange_{model._meta.model_name}_changelist")

    for language in ("en", "ru"):
        shown = admin_client.get(page, headers={"Accept-Language": language}).content.decode()
        with override(language):
            assert escape(capfirst(str(model._meta.verbose_name_plural))) in shown


@pytest.mark.parametrize("name", check_values._RULES)
def test_what_to_write_instead_of_a_senseless_value_is_russian(settings, name):
    setattr(settings, f"ONEC_EXCHANGE_{name}", object())

    with override("ru"):
        hint = dict(check_values.bad_values())[name]

    assert re.search("[а-яё]", hint) and "%(" not in hint


@pytest.mark.django_db  # Django asks the database what its fields can do
def test_the_checks_are_russian(settings, found, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.USE_TZ = False
    settings.ONEC_EXCHANGE_SESION_LIFETIME = 1
    settings.ONEC_EXCHANGE_FORCED_VERSION = "3.1"

    with override("ru"):
        messages = found()

    assert ids(messages) == {"E005", "E020", "W007", "W010"}
    for message in messages:
        assert re.search("[а-яё]", message.msg) and re.search("[а-яё]", message.hint), message


def test_the_reason_for_leaving_an_order_out_is_told_in_the_language_of_the_replies(settings, onec, make_order):
    settings.ONEC_EXCHANGE_REPLY_LANGUAGE = "ru"
    make_order(rows=0)

    onec.fetch_orders()

    assert SkippedOrder.objects.get().reason == "В заказе нет ни одной позиции."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 заказ"),
        (2, "2 заказа"),
        (4, "4 заказа"),
        (5, "5 заказов"),
        (11, "11 заказов"),
        (12, "12 заказов"),
        (21, "21 заказ"),
        (22, "22 заказа"),
        (100, "100 заказов"),
        (111, "111 заказов"),
    ],
)
def test_numbers_are_declined(count, said):
    with override("ru"):
        assert ngettext("%(count)d order", "%(count)d orders", count) % {"count": count} == said


def test_the_right_that_is_asked_for_is_called_as_the_admin_calls_it():
    with override("ru"):
        sentence = gettext(
            "This user may not exchange with 1C. Grant the permission “May exchange with 1C” on the site."
        )

    assert "May exchange with 1C" in sentence  # Django does not translate permissions
