"""Faults of the site itself: its account, its settings, its database, its worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from django_onec_exchange import health
from django_onec_exchange.doctor import Visit
from django_onec_exchange.doctor.project import look_at_settings
from django_onec_exchange.incoming import tasks
from django_onec_exchange.models import ExchangeSession, ImportSession, IncomingFile, OrderBatch
from tests.conftest import ENDPOINT, USERNAME
from tests.incoming import files
from tests.shop.models import Order

from .conftest import run

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_that_matters_is_changed(site_url, examine, make_order, tmp_path):
    make_order()
    before = list(Order.objects.values())

    assert examine(site_url).code == 0

    assert list(Order.objects.values()) == before
    assert not OrderBatch.objects.exists()
    assert not ImportSession.objects.exists()
    assert not IncomingFile.objects.exists()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert all("onec_doctor" in one.user_agent for one in ExchangeSession.objects.all())


def test_many_examinations_leave_few_sessions(site_url, examine):
    for _ in range(3):
        examine(site_url)
        ExchangeSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))

    examine(site_url)

    assert ExchangeSession.objects.count() <= 3


# -- the account


def test_without_an_account_it_looks_at_what_it_can(site_url):
    report = run(site_url)

    assert report.codes == []
    skipped = {one["probe"] for one in report.findings if one["level"] == "skipped"}
    assert skipped == {"account", "sign-in", "session", "cache", "same-site", "uploads", "file-names"}
    assert all("--user" in one["message"] for one in report.findings if one["level"] == "skipped")


def test_an_account_that_does_not_exist(site_url, examine):
    User.objects.all().delete()

    assert examine(site_url).codes == ["unknown-account", "sign-in-refused"]


def test_a_wrong_password(site_url, examine, monkeypatch):
    monkeypatch.setenv("ONEC_PASSWORD", "wrong")

    report = examine(site_url)

    assert report.codes == ["wrong-password", "sign-in-refused"]
    assert report.code == 2


def test_an_account_that_is_switched_off(site_url, examine):
    User.objects.update(is_active=False)

    assert examine(site_url).codes == ["inactive-account", "sign-in-refused"]


def test_an_account_without_the_permission(site_url, examine):
    User.objects.get(username=USERNAME).user_permissions.clear()

    report = examine(site_url)

    assert report.codes == ["no-permission", "no-permission"]
    assert {one["probe"] for one in report.findings if one["code"] == "no-permission"} == {"account", "sign-in"}


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_an_account_that_may_do_more(site_url, examine, power):
    User.objects.update(**{power: True})

    report = examine(site_url)

    assert report.codes == ["powerful-account"]
    assert report.code == 1


def test_an_account_whose_password_lies_elsewhere(site_url, examine):
    account = User.objects.get(username=USERNAME)
    account.set_unusable_password()
    account.save()

    assert examine(site_url).codes == ["sign-in-refused"]


def test_the_brake_says_that_one_has_to_wait(site_url, examine, settings, ask):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 1
    ask("mode=checkauth", auth=f"{USERNAME}:wrong")

    report = examine(site_url)

    assert report.codes == ["wrong-passwords", "brake"]
    assert "15" in report.about("brake")["message"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_network_that_is_not_allowed(site_url, examine, settings, language):
    settings.ONEC_EXCHANGE_REPLY_LANGUAGE = language
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = ["203.0.113.0/24"]

    assert examine(site_url).codes == ["foreign-network"]


def test_a_site_that_speaks_russian_in_windows_1251(site_url, examine, settings):
    settings.ONEC_EXCHANGE_REPLY_LANGUAGE = "ru"
    settings.ONEC_EXCHANGE_ENCODING = "windows-1251"

    assert examine(site_url).codes == []


# -- settings


def test_what_the_system_checks_find_is_told(site_url, examine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path.parent / f"{tmp_path.name}-private")

    report = examine(site_url)

    assert report.codes == ["onec_exchange.E005", "audit-missing"]
    assert "MEDIA_ROOT" in report.about("onec_exchange.E005")["message"]
    assert "AUDIT_ROOT" in report.about("onec_exchange.E005")["remedy"]


def test_an_audit_folder_that_cannot_be_written_to(site_url, examine, settings, tmp_path):
    (tmp_path / "in the way").write_text("a file")
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "in the way" / "logs")

    assert examine(site_url).codes == ["onec_exchange.W015"]


def test_an_upload_folder_that_cannot_be_written_to(site_url, examine, settings, tmp_path):
    (tmp_path / "in the way").write_text("a file")
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "in the way" / "uploads")

    assert examine(site_url).codes == ["onec_exchange.W015", "upload-failed", "upload-failed"]


def test_a_check_that_the_project_silenced_is_not_told(site_url, examine, settings):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 0
    assert examine(site_url).codes == ["onec_exchange.W018"]

    settings.SILENCED_SYSTEM_CHECKS = ["onec_exchange.W018"]

    assert examine(site_url).codes == []


def test_a_domain_in_cyrillic_is_compared_as_it_is_called(settings):
    settings.ALLOWED_HOSTS = ["xn--80aairftm.xn--p1ai"]

    assert look_at("https://магазин.рф/1c/exchange/") == ["ok"]
    assert look_at("https://другой.рф/1c/exchange/") == ["host-not-allowed"]


def look_at(address: str) -> list[str]:
    visit = Visit(address, file_limit=None)
    return [finding.code for finding in look_at_settings(visit)]


def test_sessions_that_end_at_once(site_url, examine, settings):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 1e-6

    codes = examine(site_url).codes

    assert codes[:2] == ["onec_exchange.W013", "session-lost"]


def test_a_site_with_other_settings_than_those_here(site_url, examine, monkeypatch):
    monkeypatch.setattr(
        "django_onec_exchange.management.commands.onec_doctor._limits_here",
        lambda: {"file_limit": 1, "memory_limit": None},
    )

    report = examine(site_url)

    assert report.codes == ["other-settings"]


def test_remote_only_leaves_the_project_alone(site_url, examine, settings):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 0

    report = examine(site_url, "--remote-only")

    assert report.codes == []
    assert {"database", "settings", "history", "account"}.isdisjoint(one["probe"] for one in report.findings)


# -- the database


def test_a_database_that_does_not_answer(examine):
    def refuse(*args):
        raise OperationalError("the server is gone")

    with connection.execute_wrapper(refuse):
        report = examine("http://127.0.0.1:1/1c/exchange/")

    assert report.codes == ["no-database", "refused"]
    skipped = [one["probe"] for one in report.findings if one["level"] == "skipped"]
    assert skipped[:2] == ["history", "account"]


def test_migrations_that_are_not_applied(site_url, examine):
    migrations = MigrationRecorder(connection).migration_qs.filter(app="django_onec_exchange").order_by("-pk")
    last = migrations[0].name
    migrations.filter(name=last).delete()
    try:
        report = examine(site_url)
    finally:
        call_command("migrate", "django_onec_exchange", "--fake", verbosity=0)

    assert report.codes == ["migrations"]
    assert last in report.about("migrations")["message"]


# -- the worker


@pytest.fixture
def queued(settings, site, sign_in, ask) -> ImportSession:
    """An import that 1C asked for ten minutes ago, and that no worker began."""
    framework = type(tasks.import_task).__module__.rpartition(".")[0]  # Django's own, or its backport
    backend = "tests.test_checks.BackendWithWorker"
    settings.TASKS = {"default": {"BACKEND": backend, "OPTIONS": {"framework": framework}}}
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    token = sign_in()
    upload = "type=catalog&mode=file&filename=import.xml"
    headers = {"Cookie": f"onec_exchange={token}"}
    site.post(f"{ENDPOINT}?{upload}", files.catalog(["a"]), content_type="text/xml", headers=headers)
    reply = ask("type=catalog&mode=import&filename=import.xml", cookie=token)
    assert reply.content.startswith(b"progress")
    ImportSession.objects.update(moved_at=timezone.now() - timedelta(minutes=10))
    return ImportSession.objects.get()


def test_a_worker_that_sleeps(site_url, examine, queued):
    report = examine(site_url)

    assert report.codes == ["worker-asleep"]
    assert report.about("worker-asleep")["probe"] == "history"
    assert report.code == 2


def test_a_worker_that_is_awake(site_url, examine, queued):
    ImportSession.objects.update(state=ImportSession.State.DONE)

    assert examine(site_url).codes == []


# -- what the site remembers


def test_what_the_site_refused_to_1c_is_told(site_url, examine, sign_in, ask):
    ask("type=sale&mode=success", cookie=sign_in())

    report = examine(site_url)

    assert report.codes == ["refused"]
    assert "nothing to confirm" in report.about("refused")["message"]


def test_the_doctor_is_not_taken_for_1c(site_url, examine, sign_in, ask):
    ask("type=sale&mode=success", cookie=sign_in())
    examine(site_url)

    assert examine(site_url).codes == ["refused"]


def test_a_doctor_that_came_is_no_1c_that_came(site_url, examine):
    examine(site_url)

    assert [finding.code for finding in health.examine()] == ["never-came"]
