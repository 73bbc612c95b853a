"""Settings of the example shop.  From the environment come:

* ``DATABASE_URL``: sqlite, postgres or mysql; an SQLite file beside manage.py without it;
* ``ONEC_EXCHANGE_*``: a JSON value for the setting of that name;
* ``TASKS_WORKER``: 1 leaves background tasks to ``manage.py db_worker``, imports from 1C among them; without it
  they run at once;
* ``MEDIA_ROOT``: the folder for pictures from 1C;
* ``SECRET_KEY``, ``DEBUG``, ``ALLOWED_HOSTS`` (comma separated), ``LANGUAGE_CODE``, ``TIME_ZONE``.
"""

from __future__ import annotations

import os
from pathlib import Path

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("SECRET_KEY", "for the example only, and known to everybody")
DEBUG = environment.flag("DEBUG", True)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE", "ru")
TIME_ZONE = os.environ.get("TIME_ZONE", "Europe/Moscow")
USE_I18N = True
USE_TZ = True

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_tasks_db",  # a worker and its queue in the database, for whoever sets TASKS_WORKER
    "django_onec_exchange",
    "shop",
]
# The exchange opts out of what would stand in its way: 1C sends no CSRF token, and never logs in to the site.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "example.urls"
WSGI_APPLICATION = "example.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
LOGIN_URL = "admin:login"

# As many shops have it; the exchange opts out of it too, since an answered "failure" must not commit half a job.
DATABASES = {"default": environment.database(BASE_DIR) | {"ATOMIC_REQUESTS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Pictures from 1C.  Nothing in this folder is public until a web server is told to serve a part of it.
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or BASE_DIR / "var" / "media"

DEFAULT_FROM_EMAIL = "shop@example.com"
globals().update(environment.mail_settings())

if environment.flag("TASKS_WORKER", False):
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    ONEC_EXCHANGE_IMPORT_TASKS = True  # imports too; without a worker each request does a slice of one

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django_onec_exchange": {"handlers": ["stderr"], "level": "INFO"}},
}

# -- the exchange with 1C: what an integrator sets

ONEC_EXCHANGE_ORDER_MODEL = "shop.Order"
ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.PlacedOrders"
ONEC_EXCHANGE_ORDER_SERIALIZER = "shop.exchange.ShopOrderSerializer"
ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.AcceptingMarker"
ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "shop.exchange.ShopOrderUpdates"
ONEC_EXCHANGE_ORDER_STATUSES = {
    "posted": "accepted",
    "shipped": "shipped",
    "cancelled": "cancelled",
    "deleted": "cancelled",
}
ONEC_EXCHANGE_CATALOG_HANDLER = "shop.catalog.ShopCatalog"
ONEC_EXCHANGE_SITE_NAME = "Пример магазина"

globals().update(environment.exchange_settings())
