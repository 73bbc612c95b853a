"""Is the exchange alive, and if not, what now?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from django.utils.translation import override

from django_onec_exchange.adapters import OrderSelector
from django_onec_exchange.health import Level, examine, worst
from tests.incoming import files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takes_files")]


def test_nothing_is_found_where_all_is_well(onec, make_order, codes):
    make_order()
    onec.fetch_orders()
    onec.send_catalog({"import0_1.xml": files.catalog(["Чайник"])})

    assert codes() == []
    assert worst(examine()) == Level.OK


def test_the_worst_comes_first_and_is_what_counts(onec, make_order, later):
    make_order(rows=0)
    onec.fetch_orders()
    later(hours=27)

    found = examine()

    assert [finding.level for finding in found] == [Level.ERROR, Level.WARNING]
    assert worst(found) == Level.ERROR


def test_every_finding_says_what_to_do_in_the_language_of_who_asks(finding):
    plain = finding("never-came")
    with override("ru"):
        russian = finding("never-came")

    assert plain.remedy and russian.remedy
    assert plain.message == "1C has never exchanged with the site."
    assert russian.message != plain.message
    assert russian.remedy != plain.remedy


# -- set up


def test_a_site_that_is_not_set_up(settings):
    settings.ONEC_EXCHANGE_ORDER_MODEL = ""

    (found,) = examine()

    assert (found.code, found.level) == ("not-configured", Level.ERROR)
    assert "ONEC_EXCHANGE_ORDER_MODEL" in found.message


def test_a_base_that_no_address_serves():
    (found,) = examine("nowhere")

    assert found.code == "not-configured"


class Broken(OrderSelector):
    def select(self, context):
        raise AttributeError("a mistake of the shop")


def test_a_class_of_the_shop_that_fails_is_a_finding_and_hides_no_other(settings, onec, codes, caplog):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = f"{__name__}.Broken"

    assert codes() == ["not-examined", "never-came"]
    assert "a mistake of the shop" in caplog.text


def test_each_base_is_examined_by_itself(onec, codes):
    onec.fetch_orders()

    assert codes() == []
    assert codes("second") == ["never-came"]


def test_a_finding_cannot_be_changed(finding):
    with pytest.raises(FrozenInstanceError):
        finding("never-came").level = Level.OK
