"""The examples of docs/adapters/catalogue.md run."""

from __future__ import annotations

import sys
from decimal import Decimal

from django.core.checks import run_checks

from tests.incoming import files

from .pages import ROOT, blocks, sections

GROUPS = files.document(
    "<Классификатор><Группы><Группа><Ид>g-1</Ид><Наименование>Кухня</Наименование><Группы><Группа><Ид>g-2</Ид>"
    "<Наименование>Чайники</Наименование></Группа></Группы></Группа></Группы></Классификатор>"
)


def test_example_the_catalogue(example, settings, monkeypatch, take_in):
    module = example("The catalogue")
    monkeypatch.setitem(sys.modules, "shop.catalog", module)
    Good, Group = module.Good, module.Group
    goods = files.catalog(["a", "b"]).decode().replace("</Товар>", "<Группы><Ид>g-2</Ид></Группы></Товар>")
    offers = files.offers({"a": "250.50"})

    take_in({"groups.xml": GROUPS, "import0_1.xml": goods.encode(), "offers0_1.xml": offers})
    take_in({"import0_1.xml": files.catalog(["b", "c"])}, full=True)

    assert run_checks(tags=["onec_exchange"]) == []
    assert Group.objects.get(onec_id="g-2").parent == Group.objects.get(onec_id="g-1")
    goods = Good.objects.order_by("onec_id").values_list("onec_id", "name", "sku", "group__onec_id", "is_hidden")
    assert list(goods) == [
        ("p-a", "a", "A-a", "g-2", True),
        ("p-b", "b", "A-b", "g-2", False),
        ("p-c", "c", "A-c", None, False),
    ]
    assert list(module.Price.objects.values_list("good__name", "type_id", "amount")) == [
        ("a", "retail", Decimal("250.50"))
    ]
    assert list(module.Stock.objects.values_list("good__name", "quantity")) == [("a", Decimal(3))]


def test_example_the_catalogue_of_the_readme(example, settings, monkeypatch, take_in):
    readme = sections(ROOT / "README.md")
    *_, source = blocks(readme["Fit it to your shop"], "python")
    module = example("Fit it to your shop", {"Fit it to your shop": f"```python\n{source}```\n"})
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "shop.exchange.ShopCatalog"

    take_in({"import0_1.xml": files.catalog(["a"])})

    assert list(module.Good.objects.values_list("name", "sku")) == [("a", "A-a")]


def test_example_pictures(example, settings, take_in, tmp_path):
    example("Pictures")
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "shop.exchange.WithPictures"
    settings.MEDIA_ROOT = str(tmp_path / "media")
    names = ("import_files/ab/a.jpg", "import_files/ab/a.html", "import_files/ab/missing.png")
    named = "".join(f"<Картинка>{name}</Картинка>" for name in names)
    document = files.catalog(["a"]).decode().replace("</Товар>", f"{named}</Товар>").encode()

    for content in (b"old", b"new"):
        take_in({"import0_1.xml": document, names[0]: content, names[1]: content})

    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert {path.name: path.read_bytes() for path in kept} == {"a.jpg": b"new"}
