"""A process that is killed in the middle of a catalogue: 1C tries again, and all ends as if nothing had been."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django import VERSION

from django_onec_exchange.models import CatalogEntry, ImportSession
from django_onec_exchange.simulator import UT11, BitrixModule, HttpTransport, TransferError
from tests.conftest import ENDPOINT

from .catalog import GOODS, OFFERS, in_shop, names, times_saved, upload
from .processes import PATIENCE, run_child, running, serving
from .shop import wait_until
from .threads import threads

pytestmark = pytest.mark.thorough

State = ImportSession.State
COUNT = 45  # products: five chunks
LEASE = 1  # seconds
#: Kill at random moments for so long; more by hand: ``ONEC_KILL_SECONDS=600``.
SECONDS = float(os.environ.get("ONEC_KILL_SECONDS", "6"))


@pytest.fixture
def kill_file(tmp_path) -> Path:
    return tmp_path / "kill"


@pytest.fixture
def environment(shared_database, tmp_path, kill_file):
    """Return the environment of a process that can be killed."""

    def make(others=None, **settings):
        settings = {
            "UPLOAD_ROOT": str(tmp_path / "uploads"),
            "CATALOG_HANDLER": "tests.servers.catalog.CountingCatalog",
            "CHUNK_SIZE": 10,
            "FILE_LIMIT": 30_000,
            "IMPORT_POLL_HOLD": 0.2,
            "IMPORT_LEASE": LEASE,
            **settings,
        }
        return shared_database.environment(others, **settings) | {"KILL_FILE": str(kill_file)}

    return make


def connect(url: str, kind=UT11, **options):
    return kind(HttpTransport(url + ENDPOINT, 60), username="1c", password="secret", **options)


def assert_whole(shared_database, goods, price: str = "250.00") -> None:
    """The shop has all products at their price, and nothing was counted that was not there."""
    alias = shared_database.alias
    assert in_shop(alias) == dict.fromkeys(goods, price)
    assert CatalogEntry.objects.using(alias).count() == len(goods)
    last = ImportSession.objects.using(alias).order_by("-pk")[:2]
    facts = [(one.file.name, one.state, one.percent, one.applied_count, one.failed_count) for one in last]
    assert facts == [(name, State.DONE, 100, len(goods), 0) for name in (OFFERS, GOODS)]


def copies(shared_database, name: str) -> set[bytes]:
    """Return what lies in the audit copies of a file."""
    return {path.read_bytes() for path in Path(shared_database.audit_root).rglob(f"incoming-*{name}")}


IN_FILES = [
    "block 2",
    "block 12",
    "appended 3",
    "claimed 1",
    "chunk 1",
    "chunk 3",
    "applied 2",
    "applied 6",
    "copied 1",
]
IN_ARCHIVES = ["appended 1", "entry 2", "moved 1", "rows 1", "unpacked 1", "chunk 2", "copied 2"]


@pytest.mark.parametrize(("zipped", "moments"), [(False, IN_FILES), (True, IN_ARCHIVES)], ids=["files", "zip"])
def test_a_killed_server(shared_database, environment, kill_file, zipped, moments):
    with serving(environment(ZIP_UPLOADS=zipped)) as url:
        onec = connect(url)
        for number, moment in enumerate(moments, 1):
            content = upload(names(COUNT), price=f"{number}.00")
            kill_file.write_text(moment)

            assert onec.send_catalog(content).error is not None
            assert not kill_file.exists(), f"nothing was killed at {moment}"
            assert onec.send_catalog(content).error is None, moment

            assert_whole(shared_database, names(COUNT), f"{number}.00")
            assert content[OFFERS] in copies(shared_database, OFFERS)
            assert copies(shared_database, GOODS) == {content[GOODS]}


def test_a_server_killed_at_the_end_of_a_full_catalogue(shared_database, environment, kill_file):
    with serving(environment()) as url:
        onec = connect(url, BitrixModule)
        for moment in ("gone 1", "gone 2"):
            assert onec.send_catalog(upload(names(COUNT)), full=True).error is None
            content = upload(names(20), price="99.00")
            kill_file.write_text(moment)

            assert onec.send_catalog(content, full=True).error is not None
            assert not kill_file.exists(), f"nothing was killed at {moment}"
            assert onec.send_catalog(content, full=True).error is None

            assert_whole(shared_database, names(20), "99.00")


def test_a_killed_import_goes_on_where_it_stopped(shared_database, environment, kill_file):
    """A client that only asks again, until the dead one's lease is over: nothing is applied once more."""
    with serving(environment()) as url:
        for times, moment in enumerate(["claimed 1", "chunk 3", "applied 3", "copied 1"], 1):
            onec, content = connect(url), upload(names(COUNT))
            begin(onec, content)
            kill_file.write_text(moment)
            with pytest.raises(TransferError):
                onec.import_file(GOODS)

            onec.import_file(GOODS)
            onec.import_file(OFFERS)

            assert times_saved(shared_database.alias) == {times}, moment
            assert_whole(shared_database, names(COUNT))


def begin(onec, content) -> None:
    onec.checkauth("catalog")
    onec.init()
    for name, source in content.items():
        onec.upload(name, source)


def test_killed_again_and_again(shared_database, environment, kill_file):
    """At random moments, in files and in archives; 1C tries until it is through, and then sends other prices."""
    ends = time.monotonic() + SECONDS
    chance = random.Random(os.environ.get("ONEC_KILL_SEED", "1"))
    with killed_at_random(environment(ZIP_UPLOADS=False, IMPORT_LEASE=0.3), kill_file, chance) as (url, killed):
        turn = 0
        while time.monotonic() < ends or not killed:
            turn += 1
            goods = names(chance.randint(15, COUNT))
            content = upload(goods, price=f"{turn}.00")
            onec = connect(url, BitrixModule)
            attempts = 0
            while onec.send_catalog(content, full=True).error is not None:
                attempts += 1
                assert attempts < 300, "1C never gets through"
            assert_whole(shared_database, goods, f"{turn}.00")
    print(f"{turn} catalogues, {len(killed)} kills")


@contextmanager
def killed_at_random(environment, kill_file, chance):
    """Serve, and kill whoever serves every now and then."""
    killed: list[int] = []
    pid_file, over = kill_file.with_suffix(".pid"), []

    def kill():
        while not over:
            time.sleep(chance.uniform(0.1, 2.5))
            pid = int(pid_file.read_text() or 0)
            if pid and pid not in killed and not over:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    with serving(environment) as url, threads() as background:
        wait_until(pid_file.exists, "the site serves", 30)
        killer = background.start(kill)
        try:
            yield url, killed
        finally:
            over.append(True)
            killer.result(10)


# -- workers


@pytest.fixture
def with_worker(environment):
    """The environment of a site whose imports are a worker's, with the tables that its queue needs."""
    pytest.importorskip("django_tasks_db", reason="a database-backed worker is missing: install django-tasks-db")
    if VERSION < (6,):
        pytest.importorskip("django_tasks", reason="Django 5.2 has no tasks framework: install django-tasks")
    made = environment({"TEST_CHUNK_SECONDS": 0.2}, IMPORT_TASKS=True)
    made["DJANGO_SETTINGS_MODULE"] = "tests.servers.worker_settings"
    run_child(made, {"do": "migrate", "account": False})
    return made


def test_a_worker_imports_and_1c_sees_how_far_it_is(shared_database, with_worker):
    content, padding = upload(names(COUNT)), f"<!--{'x' * 20_000}-->"  # or it would be read in one block
    content[GOODS] = content[GOODS].decode().replace("<Товар>", f"{padding}<Товар>").encode()
    with serving(with_worker) as url, running(with_worker, {"do": "work"}):
        report = connect(url).send_catalog(content)

    assert report.error is None
    said = next(file.progress for file in report.files if file.name == GOODS)
    percents = [int(re.fullmatch(rf"{GOODS}: (\d+)%", text)[1]) for text in said]
    assert percents == sorted(percents)
    assert len({percent for percent in percents if 0 < percent < 100}) > 1
    assert times_saved(shared_database.alias) == {1}
    assert_whole(shared_database, names(COUNT))


def test_the_import_of_a_killed_worker_is_taken_over(shared_database, with_worker, kill_file):
    with serving(with_worker) as url, threads() as background:
        for times, moment in enumerate(["claimed 1", "chunk 3", "applied 3", "copied 1"], 1):
            kill_file.write_text(moment)
            sending = background.start(connect(url).send_catalog, upload(names(COUNT)))
            with running(with_worker, {"do": "work"}) as victim:
                assert victim.wait(PATIENCE) == -signal.SIGKILL
            with running(with_worker, {"do": "work"}):
                assert sending.result(PATIENCE).error is None, moment

            assert times_saved(shared_database.alias) == {times}, moment
            assert_whole(shared_database, names(COUNT))
