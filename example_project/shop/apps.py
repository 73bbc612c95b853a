from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"
    verbose_name = "Магазин"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import confirmation, freshness

        freshness.connect()
        confirmation.connect()
