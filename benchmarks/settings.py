"""Settings of the benchmarks.

``ONEC_BENCH_DATABASE`` is the database's URL, ``ONEC_BENCH_FOLDER`` is where files go.
"""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import dj_database_url

FOLDER = Path(os.environ.get("ONEC_BENCH_FOLDER") or Path(tempfile.gettempdir()) / "onec_bench")
SECRET_KEY = "for benchmarks only"
USE_TZ = True
TIME_ZONE = "Europe/Moscow"
LANGUAGE_CODE = "en"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "benchmarks.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": dj_database_url.parse(os.environ.get("ONEC_BENCH_DATABASE", "sqlite://:memory:"))}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_onec_exchange",
    "tests.shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = FOLDER / "media"

ONEC_EXCHANGE_ORDER_MODEL = "shop.Order"
ONEC_EXCHANGE_AUDIT_ROOT = str(FOLDER / "audit")
ONEC_EXCHANGE_UPLOAD_ROOT = str(FOLDER / "uploads")
ONEC_EXCHANGE_FILE_LIMIT = int(os.environ.get("ONEC_BENCH_FILE_LIMIT", 10 * 1024 * 1024))
ONEC_EXCHANGE_DEFAULT_VAT_RATE = "20"
ONEC_EXCHANGE_SITE_NAME = "shop.example"
# the whole database in one reply
ONEC_EXCHANGE_QUERY_LIMIT = 10_000_000
ONEC_EXCHANGE_QUERY_TIME_BUDGET = 3600

# django-cml 0.4.0, when it is installed
if find_spec("cml"):
    INSTALLED_APPS.append("cml")
    CML_PROJECT_PIPELINES = "benchmarks.cml_pipelines"
