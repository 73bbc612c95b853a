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


class Group(models.Model):
    """A group of products, as 1C keeps them: a tree."""

    onec_id = models.CharField("Ид в 1С", max_length=80, unique=True)
    name = models.CharField("название", max_length=200)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children", verbose_name="внутри группы"
    )
    is_hidden = models.BooleanField("скрыта", default=False)

    class Meta:
        verbose_name = "группа товаров"
        verbose_name_plural = "группы товаров"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """1C is free to give two products one article, or none, so ``onec_id`` is what is unique."""

    sku = models.CharField("артикул", max_length=50, blank=True, db_index=True)
    onec_id = models.CharField("Ид в 1С", max_length=200, unique=True, help_text=ONEC_ID_HELP)
    name = models.CharField("название", max_length=300)
    description = models.TextField("описание", blank=True)
    group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="products", verbose_name="группа"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="единица измерения")
    price = models.DecimalField("цена", max_digits=12, decimal_places=2, default=0)
    vat = models.CharField("НДС", max_length=4, choices=Vat.choices, default=Vat.TWENTY)
    is_hidden = models.BooleanField("скрыт", default=False, help_text="Не продаётся.")

    class Meta:
        verbose_name = "товар"
        verbose_name_plural = "товары"
        ordering = ["sku"]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """A colour or size of a product: Характеристика in 1C."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants", verbose_name="товар")
    sku = models.CharField("артикул", max_length=50, blank=True, db_index=True)
    onec_id = models.CharField("Ид характеристики в 1С", max_length=80)
    name = models.CharField("название", max_length=100)
    is_hidden = models.BooleanField("скрыт", default=False, help_text="Не продаётся.")

    class Meta:
        verbose_name = "вариант товара"
        verbose_name_plural = "варианты товаров"
        ordering = ["sku"]
        constraints = [models.UniqueConstraint(fields=["product", "onec_id"], name="shop_variant_onec_id")]

    def __str__(self) -> str:
        return self.name


class PriceType(models.Model):
    """ТипЦены.  The shop sells at the retail one."""

    onec_id = models.CharField("Ид в 1С", max_length=80, unique=True)
    name = models.CharField("название", max_length=200)
    currency = models.CharField("валюта", max_length=8, blank=True)
    is_retail = models.BooleanField("розничная", default=False)

    class Meta:
        verbose_name = "тип цен"
        verbose_name_plural = "типы цен"

    def __str__(self) -> str:
        return self.name


class Warehouse(models.Model):
    onec_id = models.CharField("Ид в 1С", max_length=80, unique=True, blank=True)
    name = models.CharField("название", max_length=200)

    class Meta:
        verbose_name = "склад"
        verbose_name_plural = "склады"

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What an offer costs.  The offer goes by its identifier in 1C: of a product, or of one of its variants."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", verbose_name="товар")
    offer_id = models.CharField("Ид предложения", max_length=200)
    price_type = models.ForeignKey(PriceType, models.CASCADE, related_name="prices", verbose_name="тип цен")
    amount = models.DecimalField("цена", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "цена"
        verbose_name_plural = "цены"
        constraints = [models.UniqueConstraint(fields=["price_type", "offer_id"], name="shop_price_offer")]

    def __str__(self) -> str:
        return f"{self.amount}"


class Stock(models.Model):
    """How much of an offer lies in a warehouse."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="stocks", verbose_name="товар")
    offer_id = models.CharField("Ид предложения", max_length=200)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="stocks", verbose_name="склад")
    quantity = models.DecimalField("остаток", max_digits=15, decimal_places=3)

    class Meta:
        verbose_name = "остаток"
        verbose_name_plural = "остатки"
        constraints = [models.UniqueConstraint(fields=["warehouse", "offer_id"], name="shop_stock_offer")]

    def __str__(self) -> str:
        return f"{self.quantity}"


class ProductImage(models.Model):
    """A picture; its file is empty as long as 1C only named it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images", verbose_name="товар")
    path = models.CharField("имя в 1С", max_length=255)
    file = models.FileField("файл", blank=True, max_length=255)
    position = models.PositiveIntegerField("порядок", default=0)

    class Meta:
        verbose_name = "картинка"
        verbose_name_plural = "картинки"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "path"], name="shop_image_path")]

    def __str__(self) -> str:
        return self.path


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
    mailed_at = models.DateTimeField("подтверждение отправлено", null=True, editable=False)

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
