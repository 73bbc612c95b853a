"""The second half of the demo: 1C sends its catalogues, and what became of the orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from django.test.utils import override_settings

from django_onec_exchange.simulator import OneCClient, UploadReport, console

from ..models import Order, Price, Product, ProductImage, Stock
from . import catalogue_verdict, files2, files3, goods, play, statuses, verdict
from .catalogue_verdict import Expected
from .goods import Catalogue
from .statuses import News

if TYPE_CHECKING:
    from ..management.commands.demo import Command

FILES_SHOWN = 12  # of an upload: its documents, and some of its pictures
ORDERS_SHOWN = 5

Writer = Callable[[Sequence[News]], Mapping[str, bytes]]


class WayIn:
    """Plays it, for the command that it talks through; what 1C sends is written into ``folder``."""

    def __init__(self, command: Command, folder: Path, trade: OneCClient, module: OneCClient) -> None:
        self.command, self.folder = command, folder
        self.trade, self.module = trade, module
        self.expected = Expected()

    def play(self) -> list[str]:
        """Return what is not as it must be."""
        return [*self.catalogues(), *self.statuses()]

    def catalogues(self) -> list[str]:
        """A whole one, once more without one of its goods, and a part of one from another 1C."""
        whole, leaving = goods.whole_catalogue()
        rest, spring = whole.without(leaving), goods.spring_catalogue(whole)
        with override_settings(ONEC_EXCHANGE_ZIP_UPLOADS=True):
            self.head(self.module, "Каталог целиком, CommerceML 3.1, в архиве")
            problems = self.upload(self.module, whole, files3.files(whole), "1-whole")
            self.head(self.module, f"Тот же каталог без товара «{leaving.name}»")
            problems += self.upload(self.module, rest, files3.files(rest), "2-rest", tables=False)
        self.head(self.trade, "Весенний каталог, CommerceML 2.x, по частям")
        return problems + self.upload(self.trade, spring, files2.files(spring), "3-spring")

    def upload(
        self,
        client: OneCClient,
        catalogue: Catalogue,
        files: Mapping[str, bytes],
        folder: str,
        *,
        tables: bool = True,
    ) -> list[str]:
        self.say(f"В 1С товаров: {len(catalogue.goods)}; файлов: {len(files)}")
        paths = play.written(files, self.folder / folder)
        with console.progress(self.command.stderr, sending=True) as tell:
            report = play.upload(client, paths, tell)
        self.expected.add(catalogue, full=client is self.module)
        problems = [*catalogue_verdict.about_upload(report), *catalogue_verdict.complaints(self.expected)]
        self.show_upload(report, tables=tables or bool(problems))
        self.show_shop(problems)
        return problems

    def show_upload(self, report: UploadReport, *, tables: bool) -> None:
        if tables:
            self.say(console.render(report, show=FILES_SHOWN, colour=self.command.colour))
        polls = sum(file.polls for file in report.files)
        said = max((dict.fromkeys(file.progress) for file in report.files), key=len)
        self.say(
            f"Пока шла загрузка, магазин отвечал progress: {polls} раз" + "".join(f"\n  {one}" for one in said)
        )
        if report.error is None:
            self.say(f"1С выгрузила всё: файлов {len(report.files)}.")

    def show_shop(self, problems: Sequence[str]) -> None:
        hidden = Product.objects.filter(is_hidden=True).count()
        self.say(
            f"В магазине товаров {Product.objects.count()}, из них скрыто {hidden}; цен {Price.objects.count()}, "
            f"остатков {Stock.objects.count()}, картинок {ProductImage.objects.exclude(file='').count()}. "
            f"Расхождений с 1С: {len(problems)}."
        )

    def statuses(self) -> list[str]:
        """Both 1C tell of the orders they have; none of them is to be sent again for that."""
        problems = [
            *self.send_back(self.trade, statuses.ut11_file),
            *self.send_back(self.module, statuses.bitrix_file),
        ]
        again = self.trade.fetch_orders()
        problems += [f"Заказ {order.number} передан снова." for order in again.orders]
        self.say(f"Ещё один обмен: передано снова {len(again.orders)}.")
        return [*problems, *verdict.about_reports([again])]

    def send_back(self, client: OneCClient, write: Writer) -> list[str]:
        self.head(client, "Что стало с заказами")
        news = statuses.news_of(client.infobase)
        before = statuses.states_of(news)
        report = client.send_orders(write(news))
        problems = statuses.complaints(news, before, report)
        orders = list(verdict.orders_with([one.order.number for one in news]))
        for order in orders[:ORDERS_SHOWN]:
            was = Order.Status(before[order.number].status).label
            paid = ", оплачен" if order.is_paid else ""
            self.say(f"  {order.number}  был «{was}», стал «{order.get_status_display()}»{paid}")
        moved = sum(before[order.number].status != order.status for order in orders)
        self.say(f"1С сообщила о {len(orders)}, сменили статус {moved}. Расхождений с 1С: {len(problems)}.")
        return problems

    def head(self, client: OneCClient, title: str) -> None:
        self.say(self.command.style.MIGRATE_HEADING(f"\n{console.title_of(client.profile)}. {title}"))

    def say(self, text: str) -> None:
        self.command.stdout.write(text)
