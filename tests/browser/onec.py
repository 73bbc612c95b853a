"""An emulated 1C that exchanges with the shop over its socket."""

from __future__ import annotations

from typing import Any

from django_onec_exchange.simulator import UT11, Answer, HttpTransport


class Remembering(HttpTransport):
    """Keeps the files with orders, byte for byte."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.files: list[bytes] = []

    def send(self, method: str, query: str, **request: Any) -> Answer:
        answer = super().send(method, query, **request)
        if "mode=query" in query:
            self.files.append(answer.body)
        return answer


def emulated_1c(url: str) -> UT11:
    return UT11(Remembering(url), username="1c", password="secret")


def numbers_of(report: Any) -> list[str]:
    return [order.number for order in report.orders]
