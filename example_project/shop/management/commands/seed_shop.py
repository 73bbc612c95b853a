"""``manage.py seed_shop``: generated orders, and the account that 1C signs in with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shop.accounts import ensure_exchange_account
from shop.seeding import seed_orders

TALK_EVERY = 5000  # orders between two lines where there is no terminal


class Command(BaseCommand):
    help = (
        "Добавляет придуманные заказы. Одинаковое зерно в пустой базе даёт одинаковые заказы; "
        "повторный запуск добавляет новые, со следующими номерами."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=50, metavar="N", help="Сколько заказов (50)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="Зерно (1)")
        parser.add_argument(
            "--broken", type=int, default=0, metavar="K", help="Сколько ещё заказов, непригодных для 1С (0)"
        )
        parser.add_argument("--exchange-user", metavar="U", help="Создать или обновить учётную запись для 1С")
        parser.add_argument("--exchange-password", metavar="P", help="Её пароль")

    def handle(self, *args: Any, **options: Any) -> None:
        orders, broken = options["orders"], options["broken"]
        user, password = options["exchange_user"], options["exchange_password"]
        if orders < 0 or broken < 0:
            raise CommandError("Число заказов не может быть отрицательным.")
        if bool(user) != bool(password):
            raise CommandError("--exchange-user и --exchange-password нужны вместе.")
        if user:
            ensure_exchange_account(user, password)
            self.stdout.write(f"Учётная запись для 1С: {user}")
        with progress(self.stderr, orders + broken) as tell:
            seeded = seed_orders(orders, options["seed"], broken=broken, on_progress=tell)
        self.stdout.write(f"Добавлено заказов: {len(seeded.valid)}, непригодных для 1С: {len(seeded.broken)}")


@contextmanager
def progress(stream: TextIO, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a line now and then elsewhere."""
    if stream.isatty():
        columns = (TextColumn("Заказы"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda done: bar.update(task, completed=done)
    else:
        yield lambda done: None if done % TALK_EVERY else stream.write(f"{done} из {total}")
