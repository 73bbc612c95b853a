"""Generated orders: the same for the same seed and the same number of orders before them.

Nobody in them exists: names are numbered, e-mails lie in example.com, phones in an area code and ИНН in a region
that do not exist (000 and 00).
"""

from .seeder import Seeded, seed_orders

__all__ = ["Seeded", "seed_orders"]
