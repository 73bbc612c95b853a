import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_catalogue")]

    operations = [
        migrations.CreateModel(
            name="Sale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=20)),
                ("placed", models.DateTimeField()),
                ("who", models.CharField(max_length=200)),
                ("mail", models.EmailField(max_length=254)),
                ("to_pay", models.DecimalField(decimal_places=2, max_digits=14)),
                ("ship_to", models.CharField(blank=True, max_length=250)),
                ("stage", models.CharField(default="open", max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name="SaleRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=200)),
                ("cost", models.DecimalField(decimal_places=2, max_digits=14)),
                ("pieces", models.IntegerField()),
                (
                    "goods",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="shop.product"),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bought", to="shop.sale"
                    ),
                ),
            ],
        ),
    ]
