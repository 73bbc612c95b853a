from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnecExchangeConfig(AppConfig):
    name = "django_onec_exchange"
    verbose_name = _("Exchange with 1C")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The defaults of the settings are written when conf is imported, so it must be here, early.
        from . import checks, conf, security_checks  # noqa: F401
