import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="имя или краткое название")),
                (
                    "official_name",
                    models.CharField(blank=True, max_length=250, verbose_name="официальное название"),
                ),
                ("inn", models.CharField(blank=True, max_length=12, verbose_name="ИНН")),
                ("kpp", models.CharField(blank=True, max_length=9, verbose_name="КПП")),
                ("legal_address", models.CharField(blank=True, max_length=300, verbose_name="юридический адрес")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="телефон")),
            ],
            options={
                "verbose_name": "покупатель",
                "verbose_name_plural": "покупатели",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="С ведущими нулями: 006.", max_length=4, verbose_name="код ОКЕИ"
                    ),
                ),
                ("short_name", models.CharField(max_length=20, verbose_name="обозначение")),
                ("full_name", models.CharField(blank=True, max_length=50, verbose_name="название")),
                (
                    "international",
                    models.CharField(blank=True, max_length=3, verbose_name="международное обозначение"),
                ),
            ],
            options={
                "verbose_name": "единица измерения",
                "verbose_name_plural": "единицы измерения",
                "ordering": ["short_name"],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "sent_to_1c",
                    models.BooleanField(db_index=True, default=False, editable=False, verbose_name="sent to 1C"),
                ),
                (
                    "sent_to_1c_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="sent to 1C at"),
                ),
                (
                    "export_skipped",
                    models.BooleanField(
                        default=False,
                        help_text="1C could not load this order. "
                        "It is tried again when it changes, or when this is cleared.",
                        verbose_name="left out of the exchange",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True,
                        help_text="По номеру 1С узнаёт заказ. Пустой заполнится сам.",
                        max_length=11,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator("^\\d{8,}$", "Только цифры, с ведущими нулями.")
                        ],
                        verbose_name="номер",
                    ),
                ),
                ("placed_at", models.DateTimeField(db_index=True, verbose_name="оформлен")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="изменён")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Черновик"),
                            ("new", "Новый"),
                            ("accepted", "Принят в работу"),
                            ("shipped", "Отгружен"),
                            ("cancelled", "Отменён"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="статус",
                    ),
                ),
                ("contact_name", models.CharField(blank=True, max_length=200, verbose_name="имя гостя")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail гостя")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="телефон гостя")),
                ("currency", models.CharField(default="RUB", max_length=8, verbose_name="валюта")),
                ("promo_code", models.CharField(blank=True, max_length=30, verbose_name="промокод")),
                (
                    "promo_discount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=12, verbose_name="скидка на заказ"
                    ),
                ),
                (
                    "delivery_method",
                    models.CharField(
                        choices=[("pickup", "Самовывоз"), ("courier", "Курьер"), ("post", "Почта")],
                        default="pickup",
                        max_length=10,
                        verbose_name="способ доставки",
                    ),
                ),
                (
                    "delivery_cost",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=12, verbose_name="стоимость доставки"
                    ),
                ),
                ("ship_postcode", models.CharField(blank=True, max_length=6, verbose_name="индекс")),
                ("ship_region", models.CharField(blank=True, max_length=100, verbose_name="регион")),
                ("ship_city", models.CharField(blank=True, max_length=100, verbose_name="город")),
                ("ship_street", models.CharField(blank=True, max_length=100, verbose_name="улица")),
                ("ship_house", models.CharField(blank=True, max_length=20, verbose_name="дом")),
                ("ship_flat", models.CharField(blank=True, max_length=20, verbose_name="квартира")),
                (
                    "payment_method",
                    models.CharField(
                        choices=[("card", "Картой на сайте"), ("invoice", "По счёту"), ("cash", "При получении")],
                        default="card",
                        max_length=10,
                        verbose_name="способ оплаты",
                    ),
                ),
                ("is_paid", models.BooleanField(default=False, verbose_name="оплачен")),
                ("paid_at", models.DateTimeField(blank=True, null=True, verbose_name="когда оплачен")),
                ("total", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="итого")),
                ("comment", models.TextField(blank=True, verbose_name="комментарий покупателя")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        help_text="Пусто у гостя: он оставил только контакты.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="shop.customer",
                        verbose_name="покупатель",
                    ),
                ),
            ],
            options={
                "verbose_name": "заказ",
                "verbose_name_plural": "заказы",
                "ordering": ["-placed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("sku", models.CharField(max_length=50, unique=True, verbose_name="артикул")),
                (
                    "onec_id",
                    models.CharField(
                        help_text="Ид из каталога 1С, слово в слово. По нему 1С узнаёт товар в заказе.",
                        max_length=200,
                        verbose_name="Ид в 1С",
                    ),
                ),
                ("name", models.CharField(max_length=300, verbose_name="название")),
                ("price", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="цена")),
                (
                    "vat",
                    models.CharField(
                        choices=[
                            ("none", "Без НДС"),
                            ("0", "0 %"),
                            ("5", "5 %"),
                            ("7", "7 %"),
                            ("10", "10 %"),
                            ("20", "20 %"),
                            ("22", "22 %"),
                        ],
                        default="20",
                        max_length=4,
                        verbose_name="НДС",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="shop.unit",
                        verbose_name="единица измерения",
                    ),
                ),
            ],
            options={
                "verbose_name": "товар",
                "verbose_name_plural": "товары",
                "ordering": ["sku"],
            },
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("sku", models.CharField(max_length=50, unique=True, verbose_name="артикул")),
                ("onec_id", models.CharField(max_length=80, verbose_name="Ид характеристики в 1С")),
                ("name", models.CharField(max_length=100, verbose_name="название")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="shop.product",
                        verbose_name="товар",
                    ),
                ),
            ],
            options={
                "verbose_name": "вариант товара",
                "verbose_name_plural": "варианты товаров",
                "ordering": ["sku"],
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=450, verbose_name="название")),
                ("price", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="цена")),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=12, verbose_name="количество")),
                (
                    "discount",
                    models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="скидка, сумма"),
                ),
                (
                    "vat",
                    models.CharField(
                        choices=[
                            ("none", "Без НДС"),
                            ("0", "0 %"),
                            ("5", "5 %"),
                            ("7", "7 %"),
                            ("10", "10 %"),
                            ("20", "20 %"),
                            ("22", "22 %"),
                        ],
                        default="20",
                        max_length=4,
                        verbose_name="НДС",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="shop.order",
                        verbose_name="заказ",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="shop.product", verbose_name="товар"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="shop.variant",
                        verbose_name="вариант",
                    ),
                ),
            ],
            options={
                "verbose_name": "товар в заказе",
                "verbose_name_plural": "товары в заказе",
            },
        ),
    ]
