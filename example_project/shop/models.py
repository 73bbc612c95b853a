"""What the shop sells, to whom, and what was ordered.

Some names are deliberately not those that the exchange's default adapters know (``placed_at``, ``vat``,
``promo_discount``, the ``ship_*`` fields): ``exchange.py`` shows what an integrator writes then.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Max

from django_onec_exchange.mixins import OneCOrderMixin

KOPECK = Decimal("0.01")
NUMBER_WIDTH = 8  # of 11 that 1C looks an order up by; digits alone, since 1C:UNF drops the rest

ONEC_ID_HELP = "Ид из каталога 1С, слово в слово. По нему 1С узнаёт товар в заказе."


class Vat(models.TextChoices):
    """A text, since "without VAT" is not the same as 0 %."""

    NONE = "none", "Без НДС"
    ZERO = "0", "0 %"
    FIVE = "5", "5 %"
    SEVEN = "7", "7 %"
    TEN = "10", "10 %"
    TWENTY = "20", "20 %"
    TWENTY_TWO = "22", "22 %"


class Unit(models.Model):
    """A unit of measure by the classifier ОКЕИ."""

    code = models.CharField("код ОКЕИ", max_length=4, blank=True, help_text="С ведущими нулями: 006.")
    short_name = models.CharField("обозначение", max_length=20)
    full_name = models.CharField("название", max_length=50, blank=True)
    international = models.CharField("международное обозначение", max_length=3, blank=True)

    class Meta:
        verbose_name = "единица измерения"
        verbose_name_plural = "единицы измерения"
        ordering = ["short_name"]

    def __str__(self) -> str:
        return self.short_name


class Product(models.Model):
    sku = models.CharField("артикул", max_length=50, unique=True)
    onec_id = models.CharField("Ид в 1С", max_length=200, help_text=ONEC_ID_HELP)
    name = models.CharField("название", max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="единица измерения")
    price = models.DecimalField("цена", max_digits=12, decimal_places=2)
    vat = models.CharField("НДС", max_length=4, choices=Vat.choices, default=Vat.TWENTY)

    class Meta:
        verbose_name = "товар"
        verbose_name_plural = "товары"
        ordering = ["sku"]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """A colour or size of a product: Характеристика in 1C."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants", verbose_name="товар")
    sku = models.CharField("артикул", max_length=50, unique=True)
    onec_id = models.CharField("Ид характеристики в 1С", max_length=80)
    name = models.CharField("название", max_length=100)

    class Meta:
        verbose_name = "вариант товара"
        verbose_name_plural = "варианты товаров"
        ordering = ["sku"]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A registered buyer: a company has an official name, a sole trader an ИНН of 12 digits, a person neither."""

    name = models.CharField("имя или краткое название", max_length=200)
    official_name = models.CharField("официальное название", max_length=250, blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    kpp = models.CharField("КПП", max_length=9, blank=True)
    legal_address = models.CharField("юридический адрес", max_length=300, blank=True)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField("телефон", max_length=30, blank=True)

    class Meta:
        verbose_name = "покупатель"
        verbose_name_plural = "покупатели"

    def __str__(self) -> str:
        return self.name


class OrderManager(models.Manager["Order"]):
    def next_number(self) -> int:
        """Return the number after the last one.  Orders are never deleted, so none is used twice."""
        last = self.aggregate(last=Max("number"))["last"]
        return int(last or 0) + 1


class Order(OneCOrderMixin):
    class Status(models.TextChoices):
        DRAFT = "draft", "Черновик"  # still in the manager's hands; 1C does not get it
        NEW = "new", "Новый"
        ACCEPTED = "accepted", "Принят в работу"  # 1C has it
        SHIPPED = "shipped", "Отгружен"
        CANCELLED = "cancelled", "Отменён"

    class Payment(models.TextChoices):
        CARD = "card", "Картой на сайте"
        INVOICE = "invoice", "По счёту"
        CASH = "cash", "При получении"

    class Delivery(models.TextChoices):
        PICKUP = "pickup", "Самовывоз"
        COURIER = "courier", "Курьер"
        POST = "post", "Почта"

    number = models.CharField(
        "номер",
        max_length=11,
        unique=True,
        blank=True,
        validators=[RegexValidator(rf"^\d{{{NUMBER_WIDTH},}}$", "Только цифры, с ведущими нулями.")],
        help_text="По номеру 1С узнаёт заказ. Пустой заполнится сам.",
    )
    placed_at = models.DateTimeField("оформлен", db_index=True)
    updated_at = models.DateTimeField("изменён", auto_now=True)
    status = models.CharField("статус", max_length=10, choices=Status.choices, default=Status.NEW)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name="покупатель",
        help_text="Пусто у гостя: он оставил только контакты.",
    )
    contact_name = models.CharField("имя гостя", max_length=200, blank=True)
    email = models.EmailField("e-mail гостя", blank=True)
    phone = models.CharField("телефон гостя", max_length=30, blank=True)
    currency = models.CharField("валюта", max_length=8, default="RUB")
    promo_code = models.CharField("промокод", max_length=30, blank=True)
    promo_discount = models.DecimalField("скидка на заказ", max_digits=12, decimal_places=2, default=0)
    delivery_method = models.CharField(
        "способ доставки", max_length=10, choices=Delivery.choices, default=Delivery.PICKUP
    )
    delivery_cost = models.DecimalField("стоимость доставки", max_digits=12, decimal_places=2, default=0)
    ship_postcode = models.CharField("индекс", max_length=6, blank=True)
    ship_region = models.CharField("регион", max_length=100, blank=True)
    ship_city = models.CharField("город", max_length=100, blank=True)
    ship_street = models.CharField("улица", max_length=100, blank=True)
    ship_house = models.CharField("дом", max_length=20, blank=True)
    ship_flat = models.CharField("квартира", max_length=20, blank=True)
    payment_method = models.CharField(
        "способ оплаты", max_length=10, choices=Payment.choices, default=Payment.CARD
    )
    is_paid = models.BooleanField("оплачен", default=False)
    paid_at = models.DateTimeField("когда оплачен", null=True, blank=True)
    total = models.DecimalField("итого", max_digits=14, decimal_places=2, default=0)
    comment = models.TextField("комментарий покупателя", blank=True)

    objects = OrderManager()

    class Meta:
        verbose_name = "заказ"
        verbose_name_plural = "заказы"
        ordering = ["-placed_at", "-pk"]

    def __str__(self) -> str:
        return f"№ {self.number}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.number:
            self.number = format_number(Order.objects.next_number())
        super().save(*args, **kwargs)

    @property
    def buyer(self) -> str:
        """Who ordered, in one line."""
        return str(self.customer) if self.customer else self.contact_name or self.email or self.phone

    @property
    def ship_to(self) -> str:
        """The delivery address in one line; "" without one."""
        parts = (self.ship_postcode, self.ship_region, self.ship_city, self.ship_street)
        house = f"д. {self.ship_house}" if self.ship_house else ""
        flat = f"кв. {self.ship_flat}" if self.ship_flat else ""
        return ", ".join(filter(None, (*parts, house, flat)))

    def count_total(self) -> Decimal:
        """Return what the rows, the delivery and the discount make."""
        rows = sum((item.amount for item in self.items.all()), Decimal(0))
        return rows + self.delivery_cost - self.promo_discount


class OrderItem(models.Model):
    """One row, as it was when the order was placed: name, price and VAT do not follow the product."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", verbose_name="заказ")
    product = models.ForeignKey(Product, models.PROTECT, verbose_name="товар")
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name="вариант")
    name = models.CharField("название", max_length=450)
    price = models.DecimalField("цена", max_digits=12, decimal_places=2)
    quantity = models.DecimalField("количество", max_digits=12, decimal_places=4)
    discount = models.DecimalField("скидка, сумма", max_digits=12, decimal_places=2, default=0)
    vat = models.CharField("НДС", max_length=4, choices=Vat.choices, default=Vat.TWENTY)

    class Meta:
        verbose_name = "товар в заказе"
        verbose_name_plural = "товары в заказе"

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        """The row's sum after its discount."""
        return to_kopecks(self.price * self.quantity) - self.discount


def to_kopecks(value: Decimal) -> Decimal:
    """Round as 1C does: halves up."""
    return value.quantize(KOPECK, ROUND_HALF_UP)


def format_number(number: int) -> str:
    return f"{number:0{NUMBER_WIDTH}}"
