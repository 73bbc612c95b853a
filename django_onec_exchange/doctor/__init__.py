"""Why does 1C get no exchange with this address?  What ``manage.py onec_doctor`` asks, and what it concludes.

``examination`` lists what is looked at, ``problems`` what may be wrong.  Nothing here prints.
"""

from .examination import PROBES, examine
from .findings import Finding, Level, Problem
from .visit import Visit

__all__ = ["PROBES", "Finding", "Level", "Problem", "Visit", "examine"]
