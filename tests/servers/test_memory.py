"""Memory is constant in the number of orders: measured over whole exchanges, in a process of its own."""

from __future__ import annotations

from .processes import run_child
from .shop import make_orders

FEW, MANY = 1_000, 5_000
#: What 4 000 more of these orders may add.  As objects, as documents or as one string they take 20 MB and more.
BOUND = 12 * 1024 * 1024  # bytes
#: Small chunks, for their plateau (the garbage of some chunks, until it is collected) is reached by FEW.
#: Most of these exchanges are never confirmed.
SETTINGS = {"CHUNK_SIZE": 50, "QUERY_TIME_BUDGET": 600, "WINDOW_ENABLED": False}


def test_five_times_the_orders_take_no_more_memory(shared_database):
    make_orders(MANY, comment="Ж" * 1500, using=shared_database.alias)
    site = shared_database.environment(**SETTINGS)

    for zipped, confirm in [(True, False), (False, True)]:
        task = {"do": "measure", "counts": [FEW, MANY], "zipped": zipped, "confirm": confirm}
        (few_bytes, few_peak), (many_bytes, many_peak), *after_success = run_child(site, task)

        assert many_bytes > 4 * few_bytes
        assert many_peak - few_peak < BOUND
        assert [peak - few_peak < BOUND for peak in after_success] == [True] * confirm
