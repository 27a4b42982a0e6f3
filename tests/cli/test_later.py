# SPDX-License-Identifier: GPL-2.0-or-later
"""What Click imports and hardly uses is imported when it is used."""

from __future__ import annotations

import gettext
import inspect
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
        "seldom = {'ast', 'dis', 'tokenize', 'locale', 'datetime', 'uuid', 'dataclasses', 'pathlib', 'subprocess'}\n"
        "print(sorted(seldom & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


def test_all_else_of_them_is_what_it_always_is() -> None:
    printed = _python(
        "from kpolicy.cli.later import import_click\n"
        "import_click()\n"
        "import click, inspect, gettext, sys\n"
        "from inspect import getdoc\n"
        "assert sys.modules['inspect'] is not inspect and sys.modules['gettext'] is gettext\n"
        "print(inspect.signature(lambda a, b=1: 0), getdoc(import_click) is not None)\n"
        "print(gettext.gettext('b'), gettext.NullTranslations().gettext('a'))\n"
        "import inspect as again, gettext as once_more\n"
        "print(again.__file__ == inspect.__file__, once_more.__name__, again.cleandoc('  a\\n    b\\n    c'))\n"
        "try:\n    inspect.nothing\nexcept AttributeError as error:\n    print(error)\n"
    )
    assert printed.splitlines() == [
        "(a, b=1) True",
        "b a",
        "True gettext a",
        "b",
        "c",
        "module 'inspect' has no attribute 'nothing'",
    ]


def test_what_others_import_are_the_real_classes() -> None:
    printed = _python(
        "from kpolicy.cli.later import import_click\n"
        "import_click()\n"
        "import sys\n"
        "print({'datetime', 'uuid'} & set(sys.modules))\n"
        "from datetime import datetime\n"
        "import uuid\n"
        "print(datetime, uuid.UUID)\n"
    )
    assert printed.splitlines() == ["set()", "<class 'datetime.datetime'> <class 'uuid.UUID'>"]


def test_the_types_of_click_work_as_ever() -> None:
    printed = _python(
        "from kpolicy.cli.later import import_click\n"
        "import_click()\n"
        "import click\n"
        "print(click.DateTime()('2026-12-02'), click.UUID('12345678123456781234567812345678'))\n"
        "import datetime, uuid\n"
        "one, other = datetime.datetime(2026, 12, 2), uuid.UUID(int=1)\n"
        "print(click.DateTime()(one) is one, click.UUID(other) is other)\n"
        "try:\n    click.DateTime()('tomorrow')\nexcept click.BadParameter:\n    print('refused')\n"
        "try:\n    click.UUID('tomorrow')\nexcept click.BadParameter:\n    print('refused')\n"
    )
    assert printed.splitlines() == [
        "2026-12-02 00:00:00 12345678-1234-5678-1234-567812345678",
        "True True",
        "refused",
        "refused",
    ]


def test_what_is_imported_already_stays() -> None:
    before = [sys.modules[name] for name in ("inspect", "gettext", "datetime", "uuid")]
    later.import_click()
    assert [sys.modules[name] for name in ("inspect", "gettext", "datetime", "uuid")] == before
    assert before[:2] == [inspect, gettext]


@given(st.text("ab \t\n\r\x0b", max_size=20))
def test_a_help_text_is_tidied_as_ever(text: str) -> None:
    assert later._cleandoc(text) == inspect.cleandoc(text)
