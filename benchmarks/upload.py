"""Measure an upload over a loopback socket: ``python -m benchmarks.upload --help``."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from .report import MEGABYTE

ROOT = Path(__file__).parent.parent
SERVERS = ("gunicorn", "threaded")
USERNAME, PASSWORD = "1c", "secret"
NAME = "import0_1.xml"
SMALL = 1  # MB: what the peak memory is compared with
BLOCK_SIZE = 1 << 16  # of the copy
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = _parser().parse_args()
    if options.serve:
        serve(options.serve)
        return
    with tempfile.TemporaryDirectory(prefix="onec_bench_", dir=options.folder) as temporary:
        folder = Path(temporary)
        source = folder / "source"
        with source.open("wb") as file:
            for _ in range(options.megabytes):
                file.write(os.urandom(MEGABYTE))
        print(f"{options.megabytes} MB in requests of {options.chunk:g} MB")
        seconds = min(copy(source, folder / "copy") for _ in range(options.repeat))
        print(f"  {'copy':<12}{seconds:8.2f} s{options.megabytes / seconds:8.0f} MB/s")
        for server in options.servers:
            runs = [upload(server, source, folder, options.chunk) for _ in range(options.repeat)]
            show(server, options.megabytes, min(runs))


def copy(source: Path, target: Path) -> float:
    """The floor: the file read and written on this disk, without a socket."""
    os.sync()
    started = time.perf_counter()
    with source.open("rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, BLOCK_SIZE)
    seconds = time.perf_counter() - started
    target.unlink()
    return seconds


def upload(server: str, source: Path, folder: Path, chunk: float) -> tuple[float, float, int, int]:
    """Upload as UT 11.5 does; return the seconds, the server's CPU seconds, its peak, and that of a small file."""
    from django_onec_exchange.simulator import UT11, HttpTransport

    site = folder / "site"
    environment = _environment(site, chunk)
    site.mkdir()
    subprocess.run([sys.executable, "-c", _PREPARE], cwd=ROOT, env=environment, check=True)
    small = folder / "small"
    small.write_bytes(bytes(SMALL * MEGABYTE))
    with _served(server, environment) as (url, process):
        onec = UT11(HttpTransport(url), username=USERNAME, password=PASSWORD)
        onec.checkauth("catalog")
        onec.init()
        onec.upload("small.jpg", small)
        worker = _worker_of(process) if server == "gunicorn" else process
        peak_before, cpu_before = _peak(worker), _cpu_seconds(worker)
        os.sync()
        started = time.perf_counter()
        onec.upload(NAME, source)
        seconds = time.perf_counter() - started
        result = seconds, _cpu_seconds(worker) - cpu_before, _peak(worker), peak_before
    (stored,) = site.rglob(NAME)
    if stored.stat().st_size != source.stat().st_size:
        sys.exit(f"{stored.stat().st_size} bytes arrived")
    shutil.rmtree(site)
    return result


def show(server: str, megabytes: int, result: tuple[float, float, int, int]) -> None:
    seconds, cpu_seconds, peak, peak_before = result
    print(
        f"  {server:<12}{seconds:8.2f} s{megabytes / seconds:8.0f} MB/s{cpu_seconds:8.2f} s CPU of the server, "
        f"peak {peak / MEGABYTE:.1f} MB, of {SMALL} MB {peak_before / MEGABYTE:.1f} MB"
    )


_PREPARE = f"""
import django
django.setup()
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
user = User.objects.create_user("{USERNAME}", password="{PASSWORD}")
user.user_permissions.add(Permission.objects.get(codename="use_exchange"))
"""


def _environment(site: Path, chunk: float) -> dict[str, str]:
    """The database does not wait for the disk: on ext4 it would wait for what was uploaded, too."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "ONEC_BENCH_DATABASE": f"sqlite:///{site / 'site.sqlite3'}?init_command=PRAGMA%20synchronous%3DOFF",
        "ONEC_BENCH_FOLDER": str(site),
        "ONEC_BENCH_FILE_LIMIT": str(int(chunk * MEGABYTE)),
    }


@contextmanager
def _served(server: str, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Run the site on a port of its own; yield the address of its exchange and the process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        commands = {
            "gunicorn": [
                "gunicorn",
                "django.core.wsgi:get_wsgi_application()",
                "--bind",
                f"fd://{listener.fileno()}",
            ],
            "threaded": ["benchmarks.upload", "--serve", str(listener.fileno())],
        }
        quietly = ["--log-level", "warning"] if server == "gunicorn" else []
        process = subprocess.Popen(
            [sys.executable, "-m", *commands[server], *quietly],
            cwd=ROOT,
            env=environment,
            pass_fds=[listener.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/1c/exchange/", process.pid
        finally:
            process.terminate()
            process.wait(60)


def serve(listener: int) -> None:
    """Serve by the threaded server that comes with Django."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler, bind_and_activate=False)
    server.socket = socket.socket(fileno=listener)
    server.server_name, server.server_port = "127.0.0.1", server.socket.getsockname()[1]
    server.setup_environ()
    server.set_app(application)
    server.serve_forever()


def _worker_of(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def _peak(process: int) -> int:
    return int(Path(f"/proc/{process}/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def _cpu_seconds(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upload", description=f"{__doc__}  Linux only.")
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the file; default: %(default)s")
    parser.add_argument("--chunk", type=float, default=10, help="megabytes in one request; default: %(default)s")
    parser.add_argument("--repeat", type=int, default=3, help="the best run counts; default: %(default)s")
    parser.add_argument("--folder", type=Path, help="where files go; default: the temporary folder")
    parser.add_argument(
        "--servers",
        nargs="+",
        choices=SERVERS,
        default=["gunicorn"] if find_spec("gunicorn") else ["threaded"],
        help="default: gunicorn, one worker; without it Django's threaded server",
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
