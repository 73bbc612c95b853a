"""The admin's pages over a million deliveries: ``python -m benchmarks.admin`` (PostgreSQL).

Each page is asked for by Django's test client, so what is timed is the site and its database, not a network.
"""

from __future__ import annotations

import argparse
import os
import time

from .databases import PostgreSQL

ORDERS = 200_000  # of the shop; each was delivered five times
REPEAT = 3

#: The history of years: 100 000 sessions and batches, 100 deliveries in each tenth batch, and so on.
_FILL = """
INSERT INTO django_onec_exchange_exchangesession (id, base_id, account_id, account_name, auth_hash, profile,
    declared_version, version, upload, user_agent, started_at, last_seen_at)
SELECT n, {base}, {user}, '1c', 'x', 'stock', '', '2.10', '', '1C+Enterprise/8.3',
    now() - (100000 - n) * interval '5 minutes', now() - (100000 - n) * interval '5 minutes'
FROM generate_series(1, 100000) n;
INSERT INTO django_onec_exchange_exchangeevent (session_id, at, type, mode, code, message, duration)
SELECT n, now(), 'sale', mode, 'success', '', interval '1 second'
FROM generate_series(1, 100000) n, unnest(ARRAY['checkauth', 'init', 'query', 'success']) mode;
INSERT INTO django_onec_exchange_orderbatch (id, base_id, session_id, state, cutoff, version, encoding, zipped,
    order_count, skipped_count, marked_count, size, digest, audit_file, audit_error, note, created_at,
    handed_over_at, confirmed_at, awaited, probing)
SELECT n, {base}, n, 'confirmed', started_at, '2.10', 'utf-8', false,
    CASE WHEN n % 10 = 0 THEN {each} ELSE 0 END, 0, CASE WHEN n % 10 = 0 THEN {each} ELSE 0 END, 0,
    '', '', '', '', started_at, started_at, started_at, false, false
FROM django_onec_exchange_exchangesession CROSS JOIN LATERAL (SELECT id AS n) one;
INSERT INTO django_onec_exchange_orderdelivery (batch_id, base_id, order_id, number, revision, state, warning)
SELECT ((n - 1) / {each} + 1) * 10, {base}, 1 + n % {orders}, 'A' || n % {orders}, '',
    CASE WHEN n % 1000 = 0 THEN 'changed' ELSE 'marked' END, ''
FROM generate_series(1, {deliveries}) n;
INSERT INTO django_onec_exchange_skippedorder (base_id, order_id, number, code, reason, revision, first_skipped_at,
    last_skipped_at, attempts, retry_requested, resolved_at)
SELECT {base}, n, 'A' || n, 'bad-inn', 'The INN is wrong.', '', now(), now() - n * interval '1 minute', 1, false,
    CASE WHEN n > 100 THEN now() END
FROM generate_series(1, 50000) n;
INSERT INTO shop_order (id, number, created_at, updated_at, status, currency, discount, delivery_cost,
    delivery_method, payment_method, is_paid, vat_included, comment, customer_name, customer_email, customer_phone,
    sent_to_1c, export_skipped)
SELECT n, 'A' || n - 1, now() - n * interval '1 minute', now(), 'new', 'RUB', 0, 0, '', '', true, true,
    '', '', '', '', n > 50, false
FROM generate_series(1, {orders}) n;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--server", default="postgres://postgres@127.0.0.1:5432")
    options = parser.parse_args()
    database = PostgreSQL(options.server, options.deliveries)
    database.drop()
    database.create()
    os.environ["DATABASE_URL"] = database.url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    try:
        _run(options.deliveries)
    finally:
        from django.db import connections

        connections.close_all()
        database.drop()


def _run(deliveries: int) -> None:
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from django_onec_exchange.access import get_base

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_superuser("admin")
    base = get_base("default")
    with connection.cursor() as cursor:
        filled = {"base": base.pk, "user": user.pk, "orders": ORDERS, "deliveries": deliveries}
        cursor.execute(_FILL.format(**filled, each=max(1, deliveries // 10_000)))
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(user)
    print("| page | ms | slowest query, ms | queries |\n| --- | ---: | ---: | ---: |")
    for name, path in _pages():
        best = min(_time(client, path) for _ in range(REPEAT))
        print(f"| {name} | {best[0]:.0f} | {best[1]:.0f} | {best[2]} |", flush=True)


def _time(client, path: str) -> tuple[float, float, int]:
    from django.db import connection, reset_queries

    connection.force_debug_cursor = True
    reset_queries()
    started = time.perf_counter()
    response = client.get(path)
    elapsed = (time.perf_counter() - started) * 1000
    assert response.status_code == 200, (path, response.status_code)
    queries = [float(query["time"]) * 1000 for query in connection.queries]
    return elapsed, max(queries), len(queries)


def _pages() -> list[tuple[str, str]]:
    ours = "/admin/django_onec_exchange"
    return [
        ("overview", f"{ours}/infobase/"),
        ("deliveries", f"{ours}/orderdelivery/"),
        ("deliveries, page 100", f"{ours}/orderdelivery/?p=100"),
        ("deliveries, changed meanwhile", f"{ours}/orderdelivery/?state__exact=changed"),
        ("deliveries, of one base", f"{ours}/orderdelivery/?base__id__exact=1"),
        ("deliveries, of one batch", f"{ours}/orderdelivery/?batch__id__exact=50000"),
        ("deliveries, search for a number", f"{ours}/orderdelivery/?q=A777"),
        ("batches", f"{ours}/orderbatch/"),
        ("batches, of today", f"{ours}/orderbatch/?created_at__gte=2020-01-01+00%3A00%3A00%2B03%3A00"),
        ("batches, not confirmed", f"{ours}/orderbatch/?state__exact=open"),
        ("a batch", f"{ours}/orderbatch/50000/change/"),
        ("sessions", f"{ours}/exchangesession/"),
        ("a session", f"{ours}/exchangesession/50000/change/"),
        ("orders left out", f"{ours}/skippedorder/"),
        ("an order's timeline", "/admin/shop/order/777/onec/"),
    ]


if __name__ == "__main__":
    main()
