"""``manage.py demo``: the main job whole, with nothing but this process, and a worker's if one is wanted."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max
from django.utils.timezone import localtime

from django_onec_exchange import audit
from django_onec_exchange.models import IncomingFile, OrderBatch
from django_onec_exchange.simulator import (
    UT11,
    BitrixModule,
    ExchangeReport,
    HttpTransport,
    Infobase,
    OneCClient,
    console,
)
from shop.accounts import ensure_exchange_account
from shop.demo import place, play, verdict
from shop.demo.server import PortTakenError, serve
from shop.demo.way_in import WayIn
from shop.demo.worker import WorkerDiedError, working
from shop.seeding import Seeded, seed_orders

ACCOUNT = "1c-demo"
BROKEN = 10  # one order of each kind that no valid document can be made of
SHOWN = 5  # orders, marks, copies and complaints listed
POLLS = 600  # answers of "progress" to one file, after which 1C shall not wait for a worker that is gone

DESCRIPTION = """\
Показывает обмен с 1С целиком: создаёт базу, наполняет магазин заказами, запускает его на
127.0.0.1 и играет за 1С - сначала «Управление торговлей 11.5», потом, когда заказов
прибавилось, модуль обмена с «1С-Битрикс».

Затем 1С выгружает каталоги: модуль - целый, CommerceML 3.1 в архиве и с картинками, дважды;
«Управление торговлей» - весенний, 2.x по частям. Загружает их сам магазин, понемногу в каждом
запросе, а с --worker (или TASKS_WORKER=1) - исполнитель задач, manage.py db_worker.
Наконец, 1С сообщает, что стало с заказами.

Без --keep и без DATABASE_URL всё происходит в новой базе SQLite во временной папке; этот
магазин остаётся как был. Папка не удаляется, чтобы на файлы можно было посмотреть.
С --keep заказы добавляются в базу проекта: DATABASE_URL или db.sqlite3 рядом с manage.py.

Код возврата не 0, если хоть один заказ или товар не такой, каким ему положено быть."""


class Command(BaseCommand):
    requires_system_checks = ()  # done by handle(): since Django 6.1 they open the database, which is not yet ours

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.description, parser.formatter_class = DESCRIPTION, RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--orders", type=int, default=100, metavar="N", help="Заказов в каждом из двух обменов (100)"
        )
        parser.add_argument("--port", type=int, default=0, help="Порт магазина (0: любой свободный)")
        parser.add_argument("--keep", action="store_true", help="В базе проекта, а не во временной")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="Зерно заказов (1)")
        parser.add_argument("--worker", action="store_true", help="Каталоги загружает исполнитель задач")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["orders"] < 1:
            raise CommandError("Нужен хотя бы один заказ.")
        self.colour = self.stdout.isatty() and not options["no_color"]
        in_project = options["keep"] or bool(os.environ.get("DATABASE_URL"))
        folder = None if in_project else place.new_shop()
        self.sent = (folder or Path(tempfile.mkdtemp(prefix="onec-demo-"))) / "from_1c"
        with place.demo_settings(folder):
            self.check()
            problems = self.play(options)
            self.tell_where(folder)
        if problems:
            for problem in problems[:SHOWN]:
                self.stderr.write(problem)
            raise CommandError(f"Не всё так, как должно быть: {len(problems)}.")
        self.stdout.write(self.style.SUCCESS("Все заказы и товары там, где должны быть."))

    def play(self, options: dict[str, Any]) -> list[str]:
        """Run everything and return what is not as it must be."""
        call_command("migrate", verbosity=0, interactive=False)
        self.first_batch = (OrderBatch.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        self.first_file = (IncomingFile.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        self.password = secrets.token_urlsafe()
        ensure_exchange_account(ACCOUNT, self.password)
        try:
            with serve(options["port"]) as address:
                logging.getLogger("django_onec_exchange").setLevel(logging.ERROR)  # the demo tells it itself
                self.url = f"{address}/1c/exchange/"
                self.stdout.write(f"Магазин отвечает по адресу {self.url}")
                trade, module = self.client(UT11), self.client(BitrixModule)
                problems = [*self.exchange(trade, options), *self.exchange(module, options)]
                with place.small_pieces(), self.imports(options):
                    return problems + WayIn(self, self.sent, trade, module).play()
        except (PortTakenError, WorkerDiedError) as error:
            raise CommandError(str(error)) from error

    def client(self, kind: type[OneCClient]) -> OneCClient:
        """One 1C with a base of its own."""
        infobase = Infobase(cancellation_reasons=True)
        account = {"username": ACCOUNT, "password": self.password}
        return kind(HttpTransport(self.url), infobase=infobase, max_polls=POLLS, **account)

    def imports(self, options: dict[str, Any]) -> AbstractContextManager[None]:
        """Say who does them, and have it ready."""
        if not (options["worker"] or settings.ONEC_EXCHANGE_IMPORT_TASKS):
            self.stdout.write("\nКаталоги загружает сам магазин, понемногу в каждом запросе 1С.")
            return nullcontext()
        self.sent.mkdir(parents=True, exist_ok=True)
        log = self.sent.with_name("worker.log")
        self.stdout.write(f"\nКаталоги загружает исполнитель задач; его журнал: {log}")
        return working(log)

    def exchange(self, client: OneCClient, options: dict[str, Any]) -> list[str]:
        """Add orders, let 1C fetch them, show what became of them."""
        self.stdout.write(self.style.MIGRATE_HEADING(f"\n{console.title_of(client.profile)}"))
        seeded = seed_orders(options["orders"], options["seed"], broken=BROKEN)
        self.stdout.write(f"Оформлено заказов: {len(seeded.valid)}, ещё непригодных для 1С: {len(seeded.broken)}")
        with console.progress(self.stderr) as tell:
            reports = play.exchange(client, tell)
        self.show_reports(reports)
        self.show_marks(seeded, client.infobase)
        self.show_reasons(seeded)
        return verdict.complaints(seeded, client.infobase, reports)

    def show_reports(self, reports: Sequence[ExchangeReport]) -> None:
        for report in reports:
            if report.orders or report.error or not report.confirmed:
                self.stdout.write(console.render(report, show=SHOWN, colour=self.colour))
            else:
                self.stdout.write("Ещё один обмен: новых заказов нет.")

    def show_marks(self, seeded: Seeded, infobase: Infobase) -> None:
        orders = list(verdict.orders_with(seeded.valid))
        marked = [order for order in orders if order.sent_to_1c and order.sent_to_1c_at]
        received = sum(order.number in infobase.orders for order in orders)
        self.stdout.write(f"1С получила {received} из {len(orders)}, отмечено переданными {len(marked)}:")
        for order in marked[:SHOWN]:
            moment = localtime(order.sent_to_1c_at)
            self.stdout.write(
                f"  {order.number}  передан {moment:%d.%m.%Y %H:%M:%S}  {order.get_status_display()}"
            )

    def show_reasons(self, seeded: Seeded) -> None:
        known = verdict.reasons(seeded)
        self.stdout.write(f"Не переданы и записаны с причиной {len(known)} из {len(seeded.broken)}:")
        for number, reason in known.items():
            self.stdout.write(f"  {number}  {reason}")

    def tell_where(self, folder: Path | None) -> None:
        storage = audit.get_storage()
        batches = OrderBatch.objects.filter(pk__gte=self.first_batch).exclude(audit_file="")
        self.stdout.write("\nКопии переданного для проверки:")
        for name in batches.order_by("pk").values_list("audit_file", flat=True):
            self.stdout.write(f"  {storage.path(name)}")
        files = IncomingFile.objects.filter(pk__gte=self.first_file).exclude(audit_file="").order_by("pk")
        self.stdout.write(f"Копии принятого, всего {len(files)}:")
        for file in files[:SHOWN]:
            self.stdout.write(f"  {storage.path(file.audit_file)}")
        self.stdout.write(f"Файлы, которые выгружала 1С: {self.sent}")
        if folder is not None:
            self.stdout.write(f"База и копии лежат в {folder}; удалите эту папку, когда насмотритесь.")
