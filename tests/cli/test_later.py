# SPDX-License-Identifier: GPL-2.0-or-later
"""What Click imports and hardly uses is imported when it is used."""

from __future__ import annotations

import gettext
import inspect
import platform
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from kpolicy.cli import later


def _python(text: str) -> str:
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_run_does_without_them() -> None:
    loaded = _python(
        "import sys\n"
        "from kpolicy.cli.main import main\n"
        "main(['cache', '--format', 'json'])\n"
        "print(sorted({'ast', 'dis', 'tokenize', 'locale', 'dataclasses', 'pathlib', 'subprocess'} & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


def test_all_else_of_them_is_what_it_always_is() -> None:
    printed = _python(
        "from kpolicy.cli.later import defer_imports\n"
        "defer_imports()\n"
        "import click, inspect, platform, gettext, sys, uuid\n"
        "from inspect import getdoc\n"
        "assert sys.modules['inspect'] is not inspect and sys.modules['platform'] is platform\n"
        "print(inspect.signature(lambda a, b=1: 0), getdoc(defer_imports) is not None)\n"
        "print(platform.system(), platform.python_version(), gettext.NullTranslations().gettext('a'))\n"
        "import inspect as again, platform as once_more\n"
        "print(again.__file__ == inspect.__file__, once_more.__name__, again.cleandoc('  a\\n    b\\n    c'))\n"
        "try:\n    inspect.nothing\nexcept AttributeError as error:\n    print(error)\n"
    )
    assert printed.splitlines() == [
        "(a, b=1) True",
        f"{platform.system()} {platform.python_version()} a",
        "True platform a",
        "b",
        "c",
        "module 'inspect' has no attribute 'nothing'",
    ]


def test_what_is_imported_already_stays() -> None:
    before = [sys.modules[name] for name in ("inspect", "platform", "gettext")]
    later.defer_imports()
    assert [sys.modules[name] for name in ("inspect", "platform", "gettext")] == before == [inspect, platform, gettext]


@given(st.text("ab \t\n\r\x0b", max_size=20))
def test_a_help_text_is_tidied_as_ever(text: str) -> None:
    assert later._cleandoc(text) == inspect.cleandoc(text)
