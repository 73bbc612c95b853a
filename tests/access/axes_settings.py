"""The test project as a site with django-axes has it (its documentation's "Installation" page)."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "axes"]
MIDDLEWARE = [*MIDDLEWARE, "axes.middleware.AxesMiddleware"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 3
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False

# these tests run beside others on the same database server, and beside themselves in another worker of xdist
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASES = {"default": DATABASES["default"] | {"TEST": {"NAME": f"test_onec_axes_{WORKER}"}}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    del DATABASES["default"]["TEST"]
