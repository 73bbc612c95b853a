"""The benchmarks' settings with the limits that sites have, and a base for each 1C."""

from .settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.load_urls"
del ONEC_EXCHANGE_QUERY_LIMIT, ONEC_EXCHANGE_QUERY_TIME_BUDGET  # noqa: F821
