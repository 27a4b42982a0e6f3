# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file in `broken/` gives the errors that stand beside it: `name.toml` and `name.txt`."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from kpolicy.errors import UsageError
from kpolicy.policy.files.extends import load_policy, policy_of_text
from kpolicy.policy.toml.toml_file import FileErrors, TomlFile

FOLDER = Path(__file__).parent / "broken"
CASES = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_says_precisely_what_is_wrong(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(FileErrors) as caught:
        load_policy(f"{case}.toml")
    assert caught.value.exit_status == 2
    assert caught.value.render() == Path(f"{case}.txt").read_text(encoding="utf-8").rstrip("\n")
    assert pickle.loads(pickle.dumps(caught.value)).render() == caught.value.render()


def test_there_are_enough_of_them_and_none_is_left_over() -> None:
    assert len(CASES) >= 60
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES
    texts = [(FOLDER / f"{case}.txt").read_text(encoding="utf-8") for case in CASES]
    assert all(": error: " in text for text in texts)
    assert sum("did you mean" in text for text in texts) >= 20


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("no-such.toml", "cannot read the policy: No such file or directory", None),
        ("prodution", "cannot read the policy: No such file or directory", "did you mean 'production'?"),
        (".", "is not a file, expected a policy file", None),
        ("/dev/null", "is not a file, expected a policy file", None),
        ("a\0.toml", "cannot read the policy: embedded null byte", None),
        ("x" * 300 + ".toml", "cannot read the policy: File name too long", None),
    ],
)
def test_what_is_no_file(
    word: str, message: str, hint: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileErrors) as caught:
        load_policy(word)
    (error,) = caught.value.errors
    assert (error.message, error.hint) == (message, hint)


def test_a_file_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "kpolicy.toml"
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        load_policy(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"fail_on = {'9' * 5000}", "not TOML: a number with too many digits"),
        (f"fail_on = {'[' * 40_000}", "not TOML: nested too deeply"),
        (f"a = {'{b = ' * 300}", "not TOML: "),
        ("\ufefffail_on = 'error'", "not TOML: "),
    ],
)
def test_what_drives_a_parser_mad(text: str, message: str) -> None:
    with pytest.raises(FileErrors) as caught:
        policy_of_text("kpolicy.toml", text)
    assert caught.value.errors[0].message.startswith(message)
    assert caught.value.errors[0].location is not None


def test_tables_in_braces_that_go_deep_are_quick_and_located() -> None:
    text = "fail_on = 'eror'\nx = " + "{a = " * 200 + "1" + "}" * 200
    with pytest.raises(FileErrors) as caught:
        policy_of_text("kpolicy.toml", text)
    assert [error.message for error in caught.value.errors] == ["'eror' is not a valid threshold", "unknown key 'x'"]


def test_a_broken_file_far_below_is_reported_with_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deep").mkdir()
    Path("deep/c.toml").write_text("fail_on = 'c'\n", encoding="utf-8")
    Path("deep/b.toml").write_text("extends = './c.toml'\nfail_on = 'b'\n", encoding="utf-8")
    Path("a.toml").write_text("fail_on = 'a'\nextends = 'deep/b.toml'\n", encoding="utf-8")
    with pytest.raises(FileErrors) as caught:
        load_policy("a.toml")
    assert [str(error.location) for error in caught.value.errors] == ["a.toml:1", "deep/b.toml:2", "deep/c.toml:1"]


def test_an_unknown_name_proves_nothing_while_a_file_cannot_be_read() -> None:
    text = 'extends = "./gone.toml"\n[rules]\n"site/own" = "off"\nkasn = "of"\n'
    with pytest.raises(FileErrors) as caught:
        policy_of_text("kpolicy.toml", text)
    assert [error.location and error.location.line for error in caught.value.errors] == [1, 4]


@pytest.mark.parametrize(
    "text",
    [
        "[rules]\n" + "".join(f'"kasan/no-such-rule-{number}" = "of"\n' for number in range(20_000)),
        f"extends = [{', '.join(repr(f'no-such-{number}') for number in range(50_000))}]\n",
        f"require = [{', '.join(repr(f'tree:/{number}') for number in range(20_000))}]\n",
        f"[roles]\nx = {'[' * 200}{']' * 200}\n" + "".join(f'"{number}/" = 1\n' for number in range(20_000)),
    ],
)
def test_a_huge_file_full_of_errors_comes_to_an_end(text: str) -> None:
    with pytest.raises(FileErrors) as caught:
        policy_of_text("kpolicy.toml", text)
    assert len(caught.value.errors) > 100


@pytest.mark.parametrize(
    ("text", "place", "column"),
    [
        ("a.b.c.d = 1\n", "p.toml:1", 7),
        ('x = 1\n[a . "b.b" . c.d]\n', "p.toml:2", 16),
        ("x = { a.b.c.d = 1 }\n", "p.toml:1", 13),
    ],
)
def test_a_key_of_many_parts(text: str, place: str, column: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert TomlFile("p.toml", text).data
    monkeypatch.setattr("kpolicy.policy.toml.toml_file.MOST_PARTS", 3, raising=False)
    with pytest.raises(UsageError, match="a key of more than 3 parts") as caught:
        TomlFile("p.toml", text)
    assert (str(caught.value.location), caught.value.column) == (place, column)
    for fine in (
        'x = "a.b.c.d.e.f"\n',
        "x = [1.5, 2.5, 3.5, 4.5]\n",
        "# a.b.c.d.e\nx.y.z = 1\n",
        "x = 1979-05-27T07:32:00.999\n",
    ):
        assert TomlFile("p.toml", fine).data
