"""What is bought: products, variants, units, taxes, sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.commerceml.documents import Unit
from django_onec_exchange.commerceml.validation import check
from tests.adapters.things import a_row, a_thing, an_order_thing
from tests.shop.models import OrderItem, Product, Variant

KILOGRAM = Unit(code="166", short_name="кг", full_name="Килограмм", international="KGM")
PIECE = Unit(code="796", short_name="шт", full_name="Штука", international="PCE")


@pytest.fixture
def item_of(serialize):
    """Serialize a row that is no model."""
    return lambda **attributes: serialize(an_order_thing(a_row(**attributes))).items[0]


@pytest.fixture
def make_row(make_order):
    """Make an order of one row and return the order."""

    def make(*, product_id="p", product=True, variant=None, unit="", **fields):
        order = make_order(rows=0)
        bought = {"price": Decimal(100), "quantity": Decimal(1)}
        if product:
            bought["product"] = Product.objects.create(onec_id=product_id, name="Болт", sku="BLT", unit=unit)
        if variant:
            bought["variant"] = Variant.objects.create(product=bought["product"], **variant)
        OrderItem.objects.create(order=order, **bought | fields)
        return order

    return make


@pytest.mark.django_db
def test_a_row_is_its_product(serialize, make_row):
    order = make_row(price=Decimal("12.50"), quantity=Decimal("2.5000"), unit="кг")

    (item,) = serialize(order).items

    assert (item.id, item.article, item.name) == ("p", "BLT", "Болт")
    assert (item.price, item.quantity, item.total, item.discount) == (
        Decimal("12.50"),
        Decimal("2.5"),
        Decimal("31.25"),
        Decimal(0),
    )
    assert item.unit == KILOGRAM
    assert not item.is_service


@pytest.mark.django_db
def test_a_variant_is_the_second_half_of_the_id(serialize, make_row):
    order = make_row(variant={"onec_id": "v", "name": "М8", "sku": "BLT-8"})

    (item,) = serialize(order).items

    assert (item.id, item.article, item.name) == ("p#v", "BLT-8", "Болт#М8")


@pytest.mark.django_db
def test_without_ids_of_1c_the_primary_keys_stand_in(serialize, make_row):
    order = make_row(product_id="", variant={"name": "М8"})
    row = order.items.get()

    assert serialize(order).items[0].id == f"{row.product_id}#{row.variant_id}"


@pytest.mark.django_db
def test_a_row_without_a_product_is_known_by_itself(serialize, make_row):
    order = make_row(product=False, name="Подарок")

    (item,) = serialize(order).items

    assert (item.id, item.name, item.article) == (f"item-{order.items.get().pk}", "Подарок", "")


@pytest.mark.django_db
def test_a_variant_without_an_article_has_that_of_its_product(serialize, make_row):
    order = make_row(variant={"onec_id": "v", "name": "М8"})

    assert serialize(order).items[0].article == "BLT"


@pytest.mark.django_db
def test_the_name_is_the_one_that_was_bought(serialize, make_row):
    assert serialize(make_row(name="Болт, как он звался тогда")).items[0].name == "Болт, как он звался тогда"


@pytest.mark.parametrize(
    ("product", "variant", "expected"),
    [
        pytest.param("p", "v", "p#v", id="two halves"),
        pytest.param("p", "p#v", "p#v", id="the whole, as 1C's offers have it"),
        pytest.param("p", "q#v", "q#v", id="the whole goes before the product"),
        pytest.param("p", "p", "p", id="one id for both"),
        pytest.param("p#w", "v", "p#v", id="a product that has a variant's id"),
        pytest.param("p#w", "p#w", "p#w", id="one whole for both"),
        pytest.param(None, "v", "v", id="no product"),
        pytest.param(None, "p#v", "p#v", id="the whole, no product"),
    ],
)
def test_the_id_of_a_variant_never_has_two_halves_too_many(item_of, product, variant, expected):
    thing = None if product is None else a_thing(pk=1, onec_id=product, name="Болт")

    assert item_of(product=thing, variant=a_thing(pk=2, onec_id=variant, name="М8")).id == expected


@pytest.mark.parametrize(
    ("row", "product", "variant", "expected"),
    [
        pytest.param("", "Болт", "М8", "Болт#М8", id="as the product is named now"),
        pytest.param("Болт старый", "Болт", "М8", "Болт старый#М8", id="as it was named then"),
        pytest.param("Болт#М8", "Болт", "М8", "Болт#М8", id="named in full then"),
        pytest.param("Лента #5#М8", "Лента", "М8", "Лента №5#М8", id="named in full then, with a hash"),
        pytest.param("", "Лента #5", "М8", "Лента №5#М8", id="a hash of the product"),
        pytest.param("Лента #5", "", "М8", "Лента №5#М8", id="a hash of the row"),
        pytest.param("", "Лента", "#8", "Лента#№8", id="a hash of the variant"),
    ],
)
def test_the_name_of_a_variant_stands_behind_a_hash(item_of, row, product, variant, expected):
    """UT would take what follows any other hash for the variant's name."""
    bought = {"product": a_thing(pk=1, name=product), "variant": a_thing(pk=2, name=variant)}

    assert item_of(name=row, **bought).name == expected


@pytest.mark.parametrize(
    ("product", "expected"),
    [pytest.param({"onec_id": "v"}, "Болт", id="one id for both"), pytest.param(None, "М8", id="no product")],
)
def test_a_variant_that_is_the_product_is_not_named_twice(item_of, product, expected):
    thing = product and a_thing(pk=1, name="Болт", **product)

    assert item_of(name="", product=thing, variant=a_thing(pk=2, onec_id="v", name="М8")).name == expected


def test_a_variant_without_a_name_is_known_by_its_article(item_of):
    """An unknown variant without any name would be a dangling reference in 1C."""
    bought = {"product": a_thing(pk=1, name="Болт"), "variant": a_thing(pk=2, sku="BLT-8")}

    assert item_of(name="", **bought).name == "Болт#BLT-8"


def test_a_product_without_words_of_its_own_is_not_sent_as_its_repr(serialize, problems):
    document = serialize(an_order_thing(a_row(name="", product=a_thing(pk=1))))

    assert document.items[0].name == ""
    assert problems(document) == ["no-name"]


def test_a_product_is_named_by_its_words(item_of):
    assert item_of(name="", product=a_thing(pk=1, __str__=lambda self: "Болт")).name == "Болт"


@pytest.mark.django_db
def test_rows_of_no_quantity_are_left_out(serialize, make_row):
    order = make_row(quantity=Decimal(0))

    document = serialize(order)

    assert document.items == ()
    assert document.total == 0


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ("шт", PIECE),
        ("шт.", PIECE),
        (" Шт. ", PIECE),
        ("796", PIECE),
        ("кг", KILOGRAM),
        ("166", KILOGRAM),
        ("006", Unit(code="006", short_name="м", full_name="Метр", international="MTR")),
        ("м²", Unit(code="055", short_name="м2", full_name="Квадратный метр", international="MTK")),
        ("м3", Unit(code="113", short_name="м3", full_name="Кубический метр", international="MTQ")),
        (796, PIECE),
        ("6", Unit(code="006", short_name="м", full_name="Метр", international="MTR")),
        (6, Unit(code="006", short_name="м", full_name="Метр", international="MTR")),
    ],
)
def test_a_unit_is_named_by_code_or_short_name(item_of, given, unit):
    assert item_of(product=a_thing(pk=1, unit=given)).unit == unit


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ({"code": "166"}, KILOGRAM),
        (
            {"okei": "166", "name": "кило"},
            Unit(code="166", short_name="кило", full_name="кило", international="KGM"),
        ),
        (
            {"code": "999", "symbol": "вдр", "full_name": "Ведро", "international": "BKT"},
            Unit(code="999", short_name="вдр", full_name="Ведро", international="BKT"),
        ),
        ({"okei": 6, "name": "м"}, Unit(code="006", short_name="м", full_name="м", international="MTR")),
        ({"code": "kg", "name": "кг"}, KILOGRAM),
        ({"name": "шт."}, PIECE),
        ({"code": "шт"}, PIECE),
        ({"code": "bucket", "name": "ведро"}, Unit(code="", short_name="ведро")),
    ],
)
def test_a_unit_may_be_an_object(item_of, given, unit):
    assert item_of(unit=a_thing(**given)).unit == unit


def test_the_unit_of_the_row_goes_before_that_of_the_product(item_of):
    assert item_of(unit="кг", product=a_thing(pk=1, unit="шт")).unit == KILOGRAM
    assert item_of(variant=a_thing(pk=2, unit="кг"), product=a_thing(pk=1, unit="шт")).unit == KILOGRAM


@pytest.mark.parametrize("nothing", ["", None])
def test_the_setting_names_the_unit_only_where_nothing_else_does(item_of, settings, nothing):
    settings.ONEC_EXCHANGE_DEFAULT_UNIT = ("112", "л", "Литр", "LTR")

    assert item_of(unit=nothing, product=a_thing(pk=1, unit=nothing)).unit.code == "112"
    assert item_of(unit=nothing, product=a_thing(pk=1, unit="кг")).unit == KILOGRAM


def test_an_unknown_unit_keeps_the_order_back_with_a_reason(serialize):
    document = serialize(an_order_thing(a_row(name="Вода", unit="ведро")))

    (problem,) = check(document, stock=True)
    assert problem.code == "no-unit"
    assert str(problem).startswith("The item “Вода” has the unit “ведро”, which 1C does not know: it needs ")


@pytest.mark.parametrize(
    ("row", "product", "default", "rate"),
    [
        pytest.param({}, {}, None, None, id="no VAT"),
        pytest.param({}, {}, "20", Decimal(20), id="the setting"),
        pytest.param({}, {"vat_rate": Decimal(10)}, "20", Decimal(10), id="the product before the setting"),
        pytest.param(
            {"vat_rate": 5}, {"vat_rate": Decimal(10)}, "20", Decimal(5), id="the row before the product"
        ),
        pytest.param({"vat_rate": Decimal(0)}, {"vat_rate": Decimal(10)}, "20", Decimal(0), id="nought is a rate"),
        pytest.param({"vat_rate": None}, {"vat_rate": "7"}, None, Decimal(7), id="a text is a rate"),
    ],
)
def test_the_vat_rate_of_a_row(item_of, settings, row, product, default, rate):
    settings.ONEC_EXCHANGE_DEFAULT_VAT_RATE = default

    assert item_of(product=a_thing(pk=1, **product), **row).vat_rate == rate


@pytest.mark.parametrize(
    ("row", "total", "discount"),
    [
        pytest.param({"price": "100", "quantity": 3}, "300", "0", id="price times quantity"),
        pytest.param({"price": "100", "quantity": 3, "discount": "30"}, "270", "30", id="less the discount"),
        pytest.param({"price": "100", "quantity": 3, "total": "270"}, "270", "30", id="the shop's own sum"),
        pytest.param({"price": "10.3333", "quantity": 3}, "31.00", "0", id="to the kopeck, of the exact price"),
        pytest.param({"price": "0.335", "quantity": 1}, "0.34", "0", id="halves up"),
        pytest.param({"price": "100", "quantity": 1, "total": "100.01"}, "100.01", "0", id="no discount below 0"),
        pytest.param(
            {"price": "10.33", "quantity": "2.555", "total": Decimal("26.39315")}, "26.39", "0", id="sum"
        ),
        pytest.param({"price": 19.99, "quantity": 3, "total": 19.99 * 3}, "59.97", "0", id="binary fractions"),
        pytest.param({"price": "123.45", "discount": "6.1725"}, "117.28", "6.17", id="discount"),
        pytest.param({"price": "100", "discount": "33.335"}, "66.67", "33.33", id="what is left, halves up"),
    ],
)
def test_the_sum_of_a_row_is_after_its_discount(item_of, row, total, discount):
    item = item_of(**row)

    assert (item.total, item.discount) == (Decimal(total), Decimal(discount))


def test_the_price_is_before_the_discount_and_in_whole_kopecks(item_of):
    assert item_of(price=Decimal("10.3350"), discount=Decimal("0.33")).price == Decimal("10.34")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"price": "дорого"}, "bad-amount"),
        ({"price": None}, "bad-amount"),
        ({"price": -1}, "bad-amount"),
        ({"price": "1E+30"}, "bad-amount"),
        ({"quantity": "много"}, "bad-quantity"),
        ({"quantity": None}, "bad-quantity"),
        ({"total": "дорого"}, "bad-amount"),
        ({"discount": "200"}, "bad-amount"),
        ({"vat_rate": "двадцать"}, "bad-vat"),
    ],
)
def test_what_is_no_number_keeps_the_order_back(serialize, problems, row, code):
    document = serialize(an_order_thing(a_row(**row), total=Decimal(100)))

    assert problems(document) == [code]


@pytest.mark.parametrize("number", [1, 1.5, "1.5", Decimal("1.5")])
def test_numbers_of_every_kind_are_exact(item_of, number):
    assert item_of(quantity=number).quantity == Decimal(str(number))


@pytest.mark.parametrize(
    ("quantity", "expected"), [(0.1 + 0.2, "0.3"), (1 / 3, "0.3333"), (2.00005, "2.0001"), (1e-7, "0")]
)
def test_a_binary_quantity_has_the_four_decimals_that_1c_takes(item_of, quantity, expected):
    assert item_of(quantity=quantity).quantity == Decimal(expected)


def test_a_decimal_quantity_is_never_rounded(serialize, problems):
    """What was bought is not ours to change."""
    assert problems(serialize(an_order_thing(a_row(quantity=Decimal("0.33333"))))) == ["bad-quantity"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "arguments", "result", "attribute"),
    [
        ("get_item_id", 4, "mine", "id"),
        ("get_article", 2, "mine", "article"),
        ("get_item_name", 4, "mine", "name"),
        ("get_unit", 2, KILOGRAM, "unit"),
        ("get_vat_rate", 2, Decimal(22), "vat_rate"),
    ],
)
def test_one_method_of_the_rows_can_be_overridden(serialize, make_row, method, arguments, result, attribute):
    def override(self, *given):
        assert len(given) == arguments
        return result

    mine = type("Mine", (OrderSerializer,), {method: override})

    assert getattr(serialize(make_row(), mine).items[0], attribute) == result
