"""Settings of the site in other processes: the tests' own, and what ``TEST_SETTINGS`` (JSON) says."""

import json
import os

from tests.settings import *  # noqa: F403

globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
