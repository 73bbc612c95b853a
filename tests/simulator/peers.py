"""What the simulator's tests talk to: scripted sites, and order documents to be spoilt."""

import threading
import zipfile
from contextlib import contextmanager
from io import BytesIO
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qs

from django_onec_exchange.simulator import Answer, Infobase

LOGIN = "success\nonec\ncookie-value\nsessid=tok-1"
XML = {"Content-Type": "application/xml; charset=utf-8"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}

ITEM = (
    "<Товар><Ид>p-1</Ид><Артикул>A-1</Артикул><Наименование>Кружка</Наименование>"
    '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
    "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога>"
    "</СтавкиНалогов><ЦенаЗаЕдиницу>50.00</ЦенаЗаЕдиницу><Количество>2</Количество><Сумма>100.00</Сумма>"
    "</Товар>"
)
SERVICE = (
    "<Товар><Ид>ORDER_DELIVERY</Ид><Наименование>Доставка заказа</Наименование>"
    '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
    "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование>"
    "<Значение>Услуга</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
    "<Количество>1</Количество><Сумма>30.00</Сумма></Товар>"
)
VAT = (
    "<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме>"
    "<Сумма>16.67</Сумма><Ставка>20</Ставка></Налог></Налоги>"
)
CONTACTS = (
    "<Контакты><Контакт><Тип>Телефон рабочий</Тип><Значение>+7 900 000-00-00</Значение></Контакт>"
    "<Контакт><Тип>Почта</Тип><Значение>anna@example.com</Значение></Контакт></Контакты>"
)
PARTY = (
    "<Контрагент><Ид>c-1</Ид><Наименование>Анна Петрова</Наименование>"
    "<ПолноеНаименование>Анна Петрова</ПолноеНаименование>"
    f"<Адрес><Представление>Тверь, Советская 1</Представление></Адрес>{CONTACTS}"
    "<Роль>Покупатель</Роль></Контрагент>"
)
REQUISITES = (
    "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Заказ оплачен</Наименование>"
    "<Значение>true</Значение></ЗначениеРеквизита><ЗначениеРеквизита><Наименование>Отменен</Наименование>"
    "<Значение>false</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
)
ORDER = (
    "<Документ><Ид>order-1001</Ид><Номер>1001</Номер><Дата>2024-03-05</Дата>"
    "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>RUB</Валюта><Курс>1</Курс>"
    f"<Сумма>130.00</Сумма><Контрагенты>{PARTY}</Контрагенты><Время>09:05:00</Время>"
    f"<Комментарий>Позвонить</Комментарий>{VAT}<Товары>{ITEM}{SERVICE}</Товары>{REQUISITES}</Документ>"
)
PAYMENT = (
    "<Документ><Ид>pay-1</Ид><Номер>7</Номер><Дата>2024-03-05</Дата>"
    "<ХозОперация>Эквайринговая операция</ХозОперация><Сумма>130.00</Сумма></Документ>"
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def document(*content):
    """A whole reply with the given XML below its root."""
    body = "".join(content)
    return (
        f'{DECLARATION}<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="2024-03-05T10:00:00">'
        f"{body}</КоммерческаяИнформация>"
    )


def order(number="1001", *changes):
    """An order every kind of 1C loads, after replacing each (old, new) in it."""
    xml = ORDER.replace("1001", number)
    for old, new in changes:
        assert old in xml, old
        xml = xml.replace(old, new, 1)
    return xml


def container(*documents):
    return f"<Контейнер>{''.join(documents)}</Контейнер>"


def load(profile, *content):
    """(orders, warnings) of one reply with the given XML below the root."""
    base = Infobase()
    result = base.load(document(*content), profile)
    if result.stopped:
        raise result.stopped
    return result.orders, base.warnings


def archived(members, *, kind="application/zip", name="orders.zip"):
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(200, headers, body.getvalue())


class ScriptedSite:
    """A transport that answers each mode with what the script says; a list is answered in turn."""

    def __init__(self, **script):
        self.script = {
            "checkauth": LOGIN,
            "init": "zip=no\nfile_limit=1000000",
            "query": document(order()),
            "success": "success",
            "file": "success",
            "import": "success",
            "deactivate": "success",
            "complete": "success",
            **script,
        }
        self.requests = []
        self.uploads = []  # of each POST: the name in its address, and its body

    @property
    def modes(self):
        return [parse_qs(query)["mode"][0] for _, query, _ in self.requests]

    @property
    def queries(self):
        return [query for _, query, _ in self.requests]

    def send(self, method, query, *, headers, body=b""):
        self.requests.append((method, query, dict(headers)))
        mode = parse_qs(query)["mode"][0]
        if method == "POST":
            content = body if isinstance(body, bytes) else body.read()
            self.uploads.append((parse_qs(query)["filename"][0], content))
        said = self.script[mode]
        if isinstance(said, list):
            said = said.pop(0)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Answer):
            return said
        return Answer(200, XML if said.startswith("<?xml") else TEXT, said.encode())


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def raw_server(reply):
    """A socket server; ``reply(head, connection)`` gets the request as text and answers as it likes.

    Yields (address, heads, errors): the requests seen, and what went wrong while answering.
    """
    heads, errors = [], []

    class Handler(StreamRequestHandler):
        rbufsize = 0  # a body stays on the connection, for ``reply`` to read

        def handle(self):
            lines = []
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                lines.append(line.decode("latin-1"))
            heads.append("".join(lines))
            try:
                reply(heads[-1], self.connection)
            except OSError as exc:
                errors.append(exc)

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/exchange/", heads, errors
        finally:
            server.shutdown()


def body_of(head, connection):
    """The body of the request, as far as it comes."""
    length = int(head.split("Content-Length: ")[1].split("\r\n")[0]) if "Content-Length: " in head else 0
    body = b""
    while len(body) < length and (piece := connection.recv(65_536)):
        body += piece
    return body


def http(body, *, status="200 OK", length=None, headers=""):
    """The bytes of one HTTP reply."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n{headers}\r\n"
    return head.encode() + body
