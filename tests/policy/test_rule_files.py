# SPDX-License-Identifier: GPL-2.0-or-later
"""Rule files: what is wrong with one is said all at once, with the place and advice."""

from __future__ import annotations

import pickle
import textwrap
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.location import Location
from kpolicy.policy.rules.catalogue import load_rules
from kpolicy.policy.rules.load import load_rule
from kpolicy.policy.rules.rule import Rule
from kpolicy.policy.toml.toml_file import FileErrors, TomlFile

ROLES = ("production", "debug", "fuzzing")
GOOD = """\
title = "a title"
kind = "drag"
severity = "note"
roles = ["debug", "fuzzing"]
symbols = ["KASAN"]
requires = "exists(KASAN)"
when = "KASAN && !KASAN_HW_TAGS"
message = "KASAN={KASAN}, {KASAN:cause}"
rationale = "because"
remedy = ["# CONFIG_KASAN is not set"]

[[reference]]
text = "a fact"
source = "Linux 6.12.117 lib/Kconfig.kasan:34"

[[fires]]
arch = "arm64"
config = '''
CONFIG_KASAN=y
CONFIG_KASAN_GENERIC=y
'''

[[silent]]
why = "off"
role = "production"
config = "# CONFIG_KASAN is not set"
"""


def load(text: str, rule_id: str = "kasan/some-rule") -> Rule:
    return load_rule(rule_id, "some-rule.toml", text, ROLES)


def errors_of(text: str, rule_id: str = "kasan/some-rule") -> list[str]:
    with pytest.raises(FileErrors) as caught:
        load(text, rule_id)
    return [f"{error.location and error.location[1]}:{error.column}: {error.message}" for error in caught.value.errors]


def test_a_good_rule() -> None:
    rule = load(GOOD)
    assert (rule.id, rule.family, rule.kind, rule.severity) == ("kasan/some-rule", "kasan", "drag", "note")
    assert str(rule.when) == "KASAN && !KASAN_HW_TAGS"
    assert rule.remedy == ("# CONFIG_KASAN is not set",)
    assert rule.location == Location("some-rule.toml", 1)
    first, second = rule.examples
    assert (first.fires, first.architecture, first.role) == (True, "arm64", "debug")
    assert first.config == "CONFIG_KASAN=y\nCONFIG_KASAN_GENERIC=y\n"
    assert (second.fires, second.architecture, second.role, second.why) == (False, "x86", "production", "off")
    assert second.location.line == GOOD[: GOOD.index("[[silent]]")].count("\n") + 1
    assert rule.is_for("debug")
    assert not rule.is_for("production")


def test_the_role_any() -> None:
    rule = load(GOOD.replace('["debug", "fuzzing"]', '["any"]'))
    assert all(rule.is_for(role) for role in ROLES)
    assert rule.examples[0].role == "production"


# Each change of the good rule, and the complaint that it must give.
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('title = "a title"\n', "", ["1:1: the key 'title' is missing"]),
        ('"a title"', '""', ["1:9: 'title' is empty"]),
        ('"a title"', "7", ["1:9: 'title' must be a text"]),
        ('kind = "drag"', 'kind = "drags"', ["2:8: 'drags' is not a valid kind"]),
        ('severity = "note"', 'severity = "warn"', ["3:12: 'warn' is not a valid severity"]),
        ('"fuzzing"]', '"fuzing"]', ["4:20: unknown role 'fuzing'"]),
        ('["debug", "fuzzing"]', "[]", ["4:9: 'roles' is empty"]),
        ('["debug", "fuzzing"]', '"debug"', ["4:9: 'roles' must be a list of texts"]),
        ('symbols = ["KASAN"]', 'symbols = ["KASAN", "KSAN"]', ["5:22: no condition of the rule mentions 'KSAN'"]),
        ("KASAN && !KASAN_HW", "KASAN & !KASAN_HW", ["7:15: '&' means nothing here"]),
        ('"KASAN && !KASAN_HW_TAGS"', '"""\nKASAN\n&& foo(X)"""', ["9:4: unknown predicate 'foo'"]),
        ('"KASAN && !KASAN_HW_TAGS"', '"KASAN \\u0026 X"', ["7:8: '&' means nothing here"]),
        ("{KASAN}", "{kasan}", ["8:18: '{kasan}' stands for nothing"]),
        ("{KASAN}", "{", ["8:18: '{' stands for nothing"]),
        ("{KASAN:cause}", "{KASAN:why}", ["8:27: '{KASAN:why}' stands for nothing"]),
        ('["# CONFIG_KASAN is not set"]', '["KASAN=n"]', ["10:12: 'KASAN=n' is not a config line"]),
        ('source = "Linux', 'sources = "Linux', ["12:1: the key 'source' is missing", "14:1: unknown key 'sources'"]),
        ("[[reference]]", "[[referenc]]", ["1:1: a rule needs a [[reference]]: what it rests on, and where that stands",
                                           "12:1: unknown key 'referenc'"]),
        ("[[reference]]", "[reference]", ["12:1: 'reference' must be written as [[reference]] tables"]),
        ("CONFIG_KASAN=y\n", "KASAN=y\n", ["19:1: 'KASAN=y' is not a config line"]),
        ('arch = "arm64"', 'arc = "arm64"', ["17:1: unknown key 'arc'"]),
        ('role = "production"', 'role = "prod"', ["25:8: 'prod' is not a valid role"]),
        ("[[silent]]", "[[fires]]", ["1:1: a rule needs an example on which it is silent: [[silent]]"]),
        ("[[fires]]", "[[silent]]", ["1:1: a rule needs an example on which it fires: [[fires]]"]),
        ('kind = "drag"', 'kind = "cost"', ["2:1: a rule of kind 'cost' needs a [cost]: how much, by what source"]),
        ('kind = "drag"', 'kind = "drag"\ncost = "much"', ["3:1: 'cost' must be a table"]),
        ('title = "a title"\n', 'title = "a title"\ntile = "x"\n', ["2:1: unknown key 'tile'"]),
    ],
)  # fmt: skip
def test_one_thing_wrong(old: str, new: str, expected: list[str]) -> None:
    assert GOOD.count(old) >= 1
    assert errors_of(GOOD.replace(old, new, 1)) == expected


def test_everything_wrong_at_once_in_the_order_of_the_lines() -> None:
    text = GOOD.replace("drag", "drat").replace("KASAN && !", "KASAN && ! &").replace("[[silent]]", "[[quiet]]")
    assert [error.partition(":")[0] for error in errors_of(text, "KASAN")] == ["1", "1", "2", "7", "23"]


def test_an_error_shows_line_caret_and_advice() -> None:
    with pytest.raises(FileErrors) as caught:
        load(GOOD.replace("exists(KASAN)", "exist(KASAN)"))
    assert caught.value.exit_status == 2
    assert caught.value.render() == textwrap.dedent("""\
        some-rule.toml:6: error: unknown predicate 'exist'
            requires = "exist(KASAN)"
                        ^
          did you mean 'exists'?""")


def test_errors_survive_the_way_between_processes() -> None:
    with pytest.raises(FileErrors) as caught:
        load(GOOD.replace("drag", "drat"))
    assert pickle.loads(pickle.dumps(caught.value)).render() == caught.value.render()


@pytest.mark.parametrize(
    ("text", "line", "column"), [('title = "x', 1, 11), ("a = 1\na = 2", 2, 6), ("a = [\n1,", 2, 3), ("\x00", 1, 1)]
)
def test_no_toml(text: str, line: int, column: int) -> None:
    with pytest.raises(UsageError, match="not TOML: ") as caught:
        load(text)
    assert caught.value.location == Location("some-rule.toml", line)
    assert caught.value.column == column


def test_errors_of_several_files_come_together() -> None:
    files = [("a/b", "a/b.toml", "title = 1"), ("a/c", "a/c.toml", "title ="), ("a/d", "a/d.toml", GOOD)]
    with pytest.raises(FileErrors) as caught:
        load_rules(files, ROLES)
    paths = {error.location.path for error in caught.value.errors if error.location}
    assert paths == {"a/b.toml", "a/c.toml"}


def test_an_alias_cannot_stand_for_two_rules() -> None:
    second = GOOD + ""
    files = [("a/b", "a/b.toml", GOOD), ("a/c", "a/c.toml", second.replace("remedy", 'aliases = ["a/b"]\nremedy', 1))]
    with pytest.raises(UsageError, match="'a/b' stands for two rules"):
        load_rules(files, ROLES)


def test_a_rule_is_found_by_its_alias() -> None:
    text = GOOD.replace("remedy", 'aliases = ["kasan/old-name"]\nremedy', 1)
    catalogue = load_rules([("kasan/some-rule", "x.toml", text)], ROLES)
    assert catalogue.rule("kasan/old-name").id == "kasan/some-rule"


# Valid TOML of every form in which a key can be written, with the line at which each stands.
LINES = """\
# a comment with [brackets] and = signs
a = 1
"quoted key" = 'it''s'
b.c = [ # a comment ] in an array
  "x", ["]"], { k = "}" },
]
text = \"\"\"
[not.a.table]
d = 1
\\\"\"\" \"\"\"
d = '''
e = 2 '''

  [ table . sub ]
  e = { f = [1, 2], g = "}" } # end
[[many]]
g = 1
[[many]]
g = 2
[many.deep]
h = 1979-05-27 07:32:00
[[many.more]]
i = 1
"""


def test_where_keys_stand() -> None:
    file = TomlFile("x.toml", LINES.replace("'it''s'", "'its'"))
    expected = {
        ("a",): 2,
        ("quoted key",): 3,
        ("b", "c"): 4,
        ("text",): 7,
        ("d",): 11,
        ("table", "sub"): 14,
        ("table", "sub", "e"): 15,
        ("table", "sub", "e", "f"): 15,  # no place of its own: that of the table
        ("many", 0): 16,
        ("many", 0, "g"): 17,
        ("many", 1, "g"): 19,
        ("many", 1, "deep", "h"): 21,
        ("many", 1, "more", 0, "i"): 23,
    }
    for where, line in expected.items():
        assert file.location(where).line == line, where


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.text(max_size=12)))
def test_every_key_is_found_whatever_the_values_hold(pairs: dict[str, str]) -> None:
    text = ""
    lines = {}
    for key, value in pairs.items():
        escaped = "".join(c if c.isalnum() or c in " []{}#='" else f"\\U{ord(c):08x}" for c in value)
        lines[key] = text.count("\n") + 1
        text += f'{key} = ["{escaped}",\n"{escaped}"] # {key}\n'
    file = TomlFile("x.toml", text)
    assert file.data == {key: [value, value] for key, value in pairs.items()}
    assert {key: file.location((key,)).line for key in lines} == lines


@given(st.data())
def test_a_damaged_rule_file_never_gives_a_traceback(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    length = data.draw(st.integers(0, 40))
    text = GOOD[:start] + data.draw(st.text(max_size=10)) + GOOD[start + length :]
    with suppress(UsageError):
        load(text)
