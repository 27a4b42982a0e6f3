# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of boot loaders: which command line is in them, and where its words are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.config.boot_files import parse_boot_file, read_command_line
from kpolicy.config.command_line import parse
from kpolicy.errors import InputError, KpolicyError, UsageError

_GRUB = """\
set default="0"
if [ -n "${next_entry}" ] ; then
   set default="${next_entry}"
fi
set kernelopts="root=/dev/sda quiet"
menuentry 'Debian' --class os {
	linux	/boot/vmlinuz-6.1 ro $kernelopts dyndbg="file a.c +p" slub_debug=FZ\\;P $more "b"'c' # d
	initrd	/boot/initrd.img
}
submenu 'Advanced' {
	menuentry 'Recovery' {
		linux	/boot/vmlinuz-6.1 single
	}
}
menuentry 'Other' {
	linuxefi /vmlinuz page_owner=on
}
"""


def _words(text: str, name: str = "file") -> list[str]:
    return [str(word) for word in parse(parse_boot_file(name, text)).words]


def test_grub() -> None:
    line = parse_boot_file("grub.cfg", _GRUB)
    words = parse(line).words
    # An unquoted variable is split; a word with a blank gets quotes, which the kernel takes off.
    assert [str(word) for word in words] == [
        "ro", "root=/dev/sda", "quiet", "dyndbg=file a.c +p", "slub_debug=FZ;P", "bc"
    ]  # fmt: skip
    assert [word.location.line for word in words] == [7, 5, 5, 7, 7, 7]
    assert line.remarks == (
        "3 command lines: that of line 7 (Debian) is used; pass another one as text",
        "line 7: $more is not set in this file: its words are not known",
    )


@pytest.mark.parametrize(
    ("default", "words"),
    [
        ("0", ["ro", "$kernelopts"]),
        ("2", ["page_owner=on"]),
        ("Other", ["page_owner=on"]),
        ("other-id", ["page_owner=on"]),
        ("1>0", ["single"]),
        ("Advanced>Recovery", ["single"]),
        ("advanced-id>recovery>>id", ["single"]),
    ],
)
def test_the_default_of_grub(default: str, words: list[str]) -> None:
    line = parse_boot_file("grub.cfg", _with_default(default))
    assert [str(word) for word in parse(line).words][: len(words)] == words or words[1:] == ["$kernelopts"]
    assert not any("default" in remark for remark in line.remarks)


@pytest.mark.parametrize(
    ("default", "said"),
    [
        ("7", "the default entry '7' is not in this file"),
        # A submenu waits for a choice; an entry inside one is not found without it.
        ("1", "the default entry '1' is not in this file"),
        ("Recovery", "the default entry 'Recovery' is not in this file"),
        ("1>1", "the default entry '1>1' is not in this file"),
        ("2>0", "the default entry '2>0' is not in this file"),
        ("saved", "the default entry 'saved' is not in this file"),
        ("${saved_entry}", "the default entry is not known: $saved_entry is not set in this file"),
    ],
)
def test_a_default_of_grub_that_cannot_be_told(default: str, said: str) -> None:
    line = parse_boot_file("grub.cfg", _with_default(default))
    assert line.remarks[:2] == (said, "3 command lines: that of line 7 (Debian) is used; pass another one as text")
    assert [str(word) for word in parse(line).words] == _words(_GRUB)


def _with_default(default: str) -> str:
    text = _GRUB.replace('set default="${next_entry}"', "true").replace('"0"', f'"{default}"')
    text = text.replace("'Other'", "'Other' $menuentry_id_option 'other-id'").replace(
        "'Recovery'", "'Recovery' --id 'recovery>id'"
    )
    return text.replace("'Advanced'", "'Advanced' --id=advanced-id")


def test_an_entry_may_be_on_one_line() -> None:
    text = "menuentry 'A' { linux /a a=1; initrd /i }\nfunction f {\n true\n}\nmenuentry B { linux /b b=1 }\n"
    assert _words(f"set default=1\n{text}") == ["b=1"]
    assert parse_boot_file("f", text).remarks == (
        "2 command lines: that of line 1 (A) is used; pass another one as text",
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        # grub_create_loader_cmdline() puts a backslash before a quote, which the kernel does not take off.
        ('a=\\"b\\"', ['a=\\"b\\"']),
        # A \\xHH is passed as it is, any other backslash is doubled.
        ("'a=\\x20b\\y'", ["a=\\x20b\\\\y"]),
        ("a=\\\\x2b", ["a=\\x2b"]),
        ("a=\\x20b", ["a=x20b"]),
        ('"a=\\x20\\b\\$"', ["a=\\x20\\\\b$"]),
        # Lines are continued outside single quotes.
        ("a=1 \\\n\tb=2 \\\nc=\\\n3", ["a=1", "b=2", "c=3"]),
        ('"a=1 \\\n2"', ["a=1 2"]),
        ("a=1 # b \\\ntrue", ["a=1"]),
        # A backquote is a letter as any other.
        ('a=`b` "c=`d`"', ["a=`b`", "c=`d`"]),
        ("a=$", ["a=$"]),
    ],
)
def test_words_of_grub(line: str, words: list[str]) -> None:
    found = parse_boot_file("grub.cfg", f"set x=1\nlinux /vmlinuz {line}\ninitrd /i\n")
    assert [str(word) for word in parse(found).words] == words
    assert found.remarks == ()


def test_lines_of_continued_words() -> None:
    line = parse_boot_file("grub.cfg", "set x=1\n\nlinux /vmlinuz a \\\n  b \\\n  c\nlinux /other d\n")
    assert [(str(word), word.location.line) for word in parse(line).words] == [("a", 3), ("b", 4), ("c", 5)]


def test_entries_in_files_of_their_own() -> None:
    with pytest.raises(InputError, match="no command line in this file") as caught:
        parse_boot_file("grub.cfg", "set default=0\ninsmod blscfg\nblscfg\n")
    assert caught.value.hint == "blscfg reads the entries from /boot/loader/entries: pass a file of that folder"


@pytest.mark.parametrize(
    ("head", "assigned"), [("set default=0\nlinux /v $a\n", "set a=$a$a"), ("GRUB_CMDLINE_LINUX=$a\n", "a=$a$a")]
)
def test_variables_that_double(monkeypatch: pytest.MonkeyPatch, head: str, assigned: str) -> None:
    monkeypatch.setattr("kpolicy.config.boot_words.MAX_EXPANDED", 12)
    text = f"{assigned.partition('=')[0]}=xy\n{assigned}\n{assigned}\n"
    # 4 + 8 characters are as many as there may be.
    parse_boot_file("f", head + text)
    with pytest.raises(InputError, match=r"f:\d: error: the variables expand to more than 12 characters"):
        parse_boot_file("f", f"{head}{text}{assigned}\n")


def test_defaults_of_grub() -> None:
    text = (
        'GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT="quiet `uname` $(id) splash"\n'
        '#GRUB_CMDLINE_LINUX="commented"\n'
        "GRUB_CMDLINE_LINUX='slab_debug=FZ \"dyndbg=file a.c +p\"'\n"
        'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX page_owner=on"\nGRUB_CMDLINE_LINUX+=" a"\nOTHER=$(reboot)\n'
    )
    line = parse_boot_file("grub", text)
    words = parse(line).words
    # 10_linux puts what is only for the default entry last.
    assert [str(word) for word in words] == [
        "slab_debug=FZ", "dyndbg=file a.c +p", "page_owner=on", "a", "quiet", "splash"
    ]  # fmt: skip
    assert [word.location.line for word in words] == [4, 4, 5, 6, 2, 2]
    assert line.remarks == ("line 2: a command is not executed: its words are not known",)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ('if true; then GRUB_CMDLINE_LINUX="a"; fi', "", "line 1: GRUB_CMDLINE_LINUX is set under a condition"),
        ("GRUB_CMDLINE_LINUX=a\nif [ -e /x ]\nthen\n GRUB_CMDLINE_LINUX=b\nfi", "a", "line 4: under a condition"),
        ("GRUB_CMDLINE_LINUX=a\nif x; then y\nelif z\nthen y; else GRUB_CMDLINE_LINUX=b\nfi", "a", "line 4: under"),
        ("GRUB_CMDLINE_LINUX=a\n[ -n $D ] && GRUB_CMDLINE_LINUX=b", "a", "line 2: under a condition"),
        ("GRUB_CMDLINE_LINUX=a\nx ||\n\nGRUB_CMDLINE_LINUX=b", "a", "line 4: under a condition"),
        ("GRUB_CMDLINE_LINUX=a\nx && { y; GRUB_CMDLINE_LINUX=b; }", "a", "line 2: under a condition"),
        ("GRUB_CMDLINE_LINUX=a\ncase $x in\n(b) y;;\nc) GRUB_CMDLINE_LINUX=b;; esac", "a", "line 4: under a condition"),
        ("GRUB_CMDLINE_LINUX=a\nfor x in 1 2; do GRUB_CMDLINE_LINUX+=b; done", "a", "line 2: in a loop"),
        ("GRUB_CMDLINE_LINUX=a\nf() {\nGRUB_CMDLINE_LINUX+=b\n}", "a", "line 3: in a function"),
        ("GRUB_CMDLINE_LINUX=a\n(GRUB_CMDLINE_LINUX=b)", "a", "line 2: in a subshell"),
        # An assignment without a condition counts again.
        ("if x; then GRUB_CMDLINE_LINUX=b; fi\nGRUB_CMDLINE_LINUX=a", "a", ""),
        ("if x; then y; fi; GRUB_CMDLINE_LINUX=a", "a", ""),
        ("x && y; GRUB_CMDLINE_LINUX=a", "a", ""),
        ("x && y\nf() { z; }; { GRUB_CMDLINE_LINUX=a; }", "a", ""),
        ("x >/dev/null 2>&1 <y; GRUB_CMDLINE_LINUX=a", "a", ""),
        # What is not known of a variable is not known of the one that it is put into.
        ("X=a\nif y; then X=b; fi\nGRUB_CMDLINE_LINUX=$X", "a", "line 3: $X may have another value at boot"),
        ("X=$(y)\nGRUB_CMDLINE_LINUX=$X", "", "line 2: $X may have another value at boot"),
        # The text of a here-document is no command.
        ("GRUB_CMDLINE_LINUX=a\ncat <<EOF\nGRUB_CMDLINE_LINUX=b\nEOF\nGRUB_CMDLINE_LINUX+=\' c\'", "a c", ""),
        ("cat <<-\'A B\' <<C >x\nGRUB_CMDLINE_LINUX=b\n\tA B\nif x\nC\nGRUB_CMDLINE_LINUX=a", "a", ""),
        # Commands and quotes nest.
        ('GRUB_CMDLINE_LINUX="a $(echo $(echo b)) c"', "a c", "line 1: a command is not executed"),
        ("GRUB_CMDLINE_LINUX=a$(x \')\' \"y)$(z \\\\))\" \\) (k))b", "ab", "line 1: a command is not executed"),
        ("GRUB_CMDLINE_LINUX=a`x \\`y\\``b", "ab", "line 1: a command is not executed"),
    ],
)  # fmt: skip
def test_what_a_shell_does_under_conditions(text: str, words: str, said: str) -> None:
    line = parse_boot_file("grub", f"{text}\n")
    assert " ".join(str(word) for word in parse(line).words) == words
    if not said:
        assert line.remarks == ()
    else:
        place, _, rest = said.partition(": ")
        assert line.remarks[0].startswith(f"{place}: ")
        assert rest in line.remarks[0]


_HEAD = """\
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
else
   set default="1"
fi
"""
_TWO = "menuentry A {\n linux /a a=1\n}\nmenuentry B {\n linux /b b=1\n}\n"


@pytest.mark.parametrize(
    ("head", "words", "said"),
    [
        # What grub-mkconfig writes: next_entry is for a single boot.
        (_HEAD, ["b=1"], ""),
        ("set default=0\nif keystatus --shift; then\n set default=1\nfi\n", ["a=1"],
         "line 3: default is set under a condition: this value is not used"),
        ("if x; then set default=1; fi\nset default=0\n", ["a=1"], ""),
        ("set d=1\nif x; then set d=0; fi\nset default=$d\n", ["a=1"],
         "the default entry is not known: $d may have another value at boot"),
        ("function f {\n set default=1\n}\n", ["a=1"], "line 2: default is set in a function: this value is not used"),
    ],
)  # fmt: skip
def test_conditions_of_grub(head: str, words: list[str], said: str) -> None:
    line = parse_boot_file("grub.cfg", head + _TWO)
    assert [str(word) for word in parse(line).words] == words
    assert list(line.remarks[:-1]) == ([said] if said else [])


def test_a_command_line_under_a_condition() -> None:
    text = "menuentry A {\n if x; then linux /a a=1 $y; else linux /a b=1; fi\n}\n"
    assert parse_boot_file("grub.cfg", f"set y=z\n{text}").remarks == (
        "2 command lines: that of line 3 (A) is used; pass another one as text",
        "line 3: the command line is under a condition",
    )


def test_continued_lines_of_a_shell() -> None:
    text = (
        "GRUB_CMDLINE_LINUX=\"a=1 \\\n  b=2\\\n\"\nexport GRUB_CMDLINE_LINUX_DEFAULT=quiet\\\n' splash'\n"
        "echo GRUB_CMDLINE_LINUX=no; if true; then GRUB_CMDLINE_LINUX=also-not; fi\n# GRUB_CMDLINE_LINUX=x \\\n"
    )
    words = parse(parse_boot_file("grub", text)).words
    assert [(str(word), word.location.line) for word in words] == [
        ("a=1", 1), ("b=2", 2), ("quiet", 4), ("splash", 5)
    ]  # fmt: skip


def test_what_ends_the_command_that_grub_mkconfig_writes() -> None:
    line = parse_boot_file("grub", 'GRUB_CMDLINE_LINUX="a=1\nb=2"\nGRUB_CMDLINE_LINUX_DEFAULT=quiet\n')
    assert [str(word) for word in parse(line).words] == ["a=1"]
    assert line.remarks == ("GRUB ends the command line at '\\n': the words after it are not passed",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("default vesamenu.c32\nlabel a\n append a=1\n", "the default entry 'vesamenu.c32' is not in this file"),
        ("default saved\ntitle A\nkernel /v a=1\n", "the default entry 'saved' is not in this file"),
        ("default = 3\ntitle A\nkernel /v a=1\n", "the default entry '3' is not in this file"),
    ],
)
def test_a_default_that_cannot_be_told(text: str, said: str) -> None:
    line = parse_boot_file("f", text)
    assert (line.remarks, [str(word) for word in parse(line).words]) == ((said,), ["a=1"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("default b\nlabel a\n kernel /a\n append foo=1\nlabel b\n linux /k\n  APPEND  bar=2 c\n", "bar=2 c"),
        ("default m.c32\nlabel a\n append a=1\nlabel b\n menu default\n append b=2\n", "b=2"),
        ("DEFAULT none\nAPPEND common\nLABEL a\n KERNEL /a\n", "common"),
        ("default a\nappend common\nlabel a\n kernel /a\n append -\n", ""),
        ("kernel /a\nappend alone\n", "alone"),
        ("title X\nlinux /vmlinuz\noptions a=1 b\noptions c=2\n", "a=1 b c=2"),
        ("default 1\ntitle A\nkernel /v a=1\ntitle B\nkernel --no-mem-option /v b=1 c\n", "b=1 c"),
        ("a=1 b\n# c\nd=2\n", "a=1 b d=2"),
        ("console=serial0,115200 root=/dev/mmcblk0p2\n", "console=serial0,115200 root=/dev/mmcblk0p2"),
        ('{\n "vm": {"cpu": 2,\n  "cmdline": "a=1 b=\\"x y\\""}}', "a=1 b=x y"),
        (r'{"cmdline": "a\u0020b=1\u00262 c=\ud83d\ude00 d=\ud83d e=\q"}', "a b=1&2 c=\U0001f600 d=\ufffd e=q"),
        ("", ""),
        ("quiet\r\nsplash\r\n", "quiet splash"),
    ],
)  # fmt: skip
def test_other_files(text: str, words: str) -> None:
    assert " ".join(_words(text)) == words


def test_variables_of_an_entry() -> None:
    line = parse_boot_file("entry.conf", "title X\nlinux /v\noptions a=1 $kernelopts\n")
    assert line.remarks == ("line 3: $kernelopts is not set in this file: its words are not known",)


def test_words_as_the_argument() -> None:
    word = parse(read_command_line("quiet page-owner=on")).words[1]
    assert (str(word), str(word.location)) == ("page_owner=on", "<cmdline>:1")
    assert parse(read_command_line("root=/dev/sda1 video=a.b")).words[0].value == "/dev/sda1"
    assert parse(read_command_line("-", io.BytesIO(b"a=1\n"))).words[0].location.path == "<stdin>"
    assert read_command_line("").text == ""


def test_a_file_as_the_argument(tmp_path: Path) -> None:
    (tmp_path / "bootargs").write_bytes(b"a=1 b\0")
    assert len(parse(read_command_line(str(tmp_path / "bootargs"))).words) == 2


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (None, UsageError, "no such file"),
        (b"CONFIG_A=y\n", InputError, "file.cfg:1: error: a kernel config, expected a command line"),
        (b"x\na\0b", InputError, "file.cfg:2: error: not a text file"),
        (b'{\n"vm": {}}', InputError, "no command line in this file"),
        (b" " * (1 << 20) + b"a", InputError, "larger than 1 MiB"),
    ],
    ids=["nothing", "config", "nul", "json", "large"],
)
def test_refused(tmp_path: Path, content: bytes | None, error: type[KpolicyError], said: str) -> None:
    path = tmp_path / "file.cfg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=said):
        read_command_line(str(path))


_PIECES = st.sampled_from(
    [
        *"linux append options title kernel label default menuentry".split(),
        *"if then fi && <<a GRUB_CMDLINE_LINUX= a=1 -- - += # ; é $ ${ $( ` {".split(),
        *("set x=", '"cmdline": "', "'", '"', "\\", " ", "\t", "\n", "\r\n", "\xa0"),
    ]
)


@settings(max_examples=500)
@given(st.lists(_PIECES, max_size=30))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        line = parse_boot_file("f", text)
    except InputError:
        return
    for word in (*parse(line).words, *parse(line).for_init):
        assert 1 <= word.location.line <= text.count("\n") + 1


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory"):
        read_command_line(str(tmp_path))


def test_two_lines_as_the_argument() -> None:
    with pytest.raises(UsageError, match="one line"):
        read_command_line("a\nb")
