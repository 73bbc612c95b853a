"""Why does 1C get no exchange with this address?  What ``manage.py onec_doctor`` asks, and what it concludes.

``PROBES`` is what is looked at, ``PROBLEMS`` what may be wrong.  Nothing here prints.
"""

from . import problems, project_problems
from .examination import PROBES, examine
from .findings import Finding, Level, Problem
from .visit import Visit

#: Every problem that the doctor itself knows.
PROBLEMS = tuple(
    value
    for module in (problems, project_problems)
    for value in vars(module).values()
    if isinstance(value, Problem)
)

__all__ = ["PROBES", "PROBLEMS", "Finding", "Level", "Problem", "Visit", "examine"]
