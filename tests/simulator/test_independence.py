"""The simulator can only catch the server's mistakes if it shares none of them."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import django_onec_exchange.simulator as simulator
for module in pkgutil.iter_modules(simulator.__path__):
    if module.name != "console":
        importlib.import_module(f"{simulator.__name__}.{module.name}")
loaded = [name for name in sys.modules if name.partition(".")[0] in ("django_onec_exchange", "django", "rich")]
print("\\n".join(loaded))
"""


def fresh_interpreter(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_it_imports_nothing_else_of_the_package_and_no_django():
    loaded = fresh_interpreter(SCRIPT)

    strangers = [name for name in loaded if not name.startswith("django_onec_exchange.simulator")]
    assert strangers == ["django_onec_exchange"]


def test_the_tables_do_not_either():
    script = SCRIPT.replace('if module.name != "console":', "if True:")
    loaded = fresh_interpreter(script)

    ours = {name for name in loaded if name.startswith("django_onec_exchange")}
    simulator = {name for name in ours if name.startswith("django_onec_exchange.simulator")}
    assert ours - simulator == {"django_onec_exchange"}
    assert "django_onec_exchange.simulator.console" in simulator


def test_every_public_name_exists():
    import django_onec_exchange.simulator as simulator

    assert all(hasattr(simulator, name) for name in simulator.__all__)
    assert len(set(simulator.__all__)) == len(simulator.__all__)
