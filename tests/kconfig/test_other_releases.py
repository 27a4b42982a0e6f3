# SPDX-License-Identifier: GPL-2.0-or-later
"""What conf of 4.x and 5.x does otherwise, told by the text of scripts/kconfig; values as those releases have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.new_prompts import new_symbols
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from tests.kconfig.small import expand, load, make_tree

# The lines of scripts/kconfig that tell the releases apart, in their own words.
_LEXER_OLD = """
n	[A-Za-z0-9_-]
<COMMAND>{
}
<PARAM>{
	({n}|[/.])+	{ }
}
<STRING>{
	\\n	{
		fprintf(stderr, "%s:%d:warning: multi-line strings not supported\\n");
		return T_EOL;
	}
}
	if (current_file) {
"""
_TABLE_OLD = """%%
mainmenu,	T_MAINMENU,	TF_COMMAND
config,		T_CONFIG,	TF_COMMAND
menu,		T_MENU,		TF_COMMAND
endmenu,	T_ENDMENU,	TF_COMMAND
source,		T_SOURCE,	TF_COMMAND
help,		T_HELP,		TF_COMMAND
---help---,	T_HELP,		TF_COMMAND
if,		T_IF,		TF_COMMAND|TF_PARAM
depends,	T_DEPENDS,	TF_COMMAND
default,	T_DEFAULT,	TF_COMMAND, S_UNKNOWN
bool,		T_TYPE,		TF_COMMAND, S_BOOLEAN
hex,		T_TYPE,		TF_COMMAND, S_HEX
int,		T_TYPE,		TF_COMMAND, S_INT
string,		T_TYPE,		TF_COMMAND, S_STRING
tristate,	T_TYPE,		TF_COMMAND, S_TRISTATE
range,		T_RANGE,	TF_COMMAND
visible,	T_VISIBLE,	TF_COMMAND
option,		T_OPTION,	TF_COMMAND
on,		T_ON,		TF_PARAM
modules,	T_OPT_MODULES,	TF_OPTION
defconfig_list,	T_OPT_DEFCONFIG_LIST,TF_OPTION
%%
"""
_PARSER_OLD = """%%
prompt:	T_WORD | T_WORD_QUOTE ;
menu_entry: menu visibility_list depends_list ;
visibility_list: | visibility_list visible ;
symbol_option: T_OPTION symbol_option_list T_EOL ;
no_mainmenu_stmt: { menu_add_prompt(P_MENU, strdup("Linux Kernel Configuration"), NULL); } ;
%%
"""
_PRINTS = 'sprintf(str, "0x%llx", val2);'
_WRITES = "prop = sym_get_default_prop(sym);\n\tif (prop) {\n\t\tsym->flags |= SYMBOL_WRITE;\n\t\tnewval.tri = 0;"
_UNTYPED = 'struct symbol symbol_mod = {\n\t.name = "m",\n\t.curr = { "m", mod },'
_LOOPS = "if (sym2 && sym2 == sym)"


def _tree(folder: Path, text: str, *, symbol: str = "", confdata: str = "", old_grammar: bool = False) -> Path:
    files = {"symbol.c": symbol, "confdata.c": confdata}
    if old_grammar:
        files |= {
            "zconf.l": _LEXER_OLD,
            "zconf.gperf": _TABLE_OLD,
            "zconf.y": _PARSER_OLD,
            "menu.c": "sym_defconfig_list = current_entry->sym;",
        }
    else:
        files["preprocess.c"] = ""
    return make_tree(folder, {"Kconfig": text, **{f"scripts/kconfig/{name}": data for name, data in files.items()}})


def _read(folder: Path) -> Model | str:
    """The model, or what is wrong with the tree."""
    try:
        return load(folder)
    except InputError as error:
        return str(error)


def _written(model: Model | str) -> list[str]:
    assert isinstance(model, Model), model
    return expand(model, "alldefconfig").decode().splitlines()


@pytest.mark.parametrize("end", ['""', '"', "\" 'x", '" "'])
def test_4_x_drops_a_string_without_text_that_its_line_does_not_end(tmp_path: Path, end: str) -> None:
    """Linux 4.19, zconf.l: <STRING>; Realme's 4.14 has such a line."""
    text = f'config A\n\tbool "a{end}\n\tdefault y\n'
    model = _read(_tree(tmp_path, text, old_grammar=True))
    if end == "\" 'x":
        # What stands there is a text, and one too many.
        assert "extra words" in str(model)
    else:
        assert "CONFIG_A=y" in _written(model)


def test_4_x_takes_words_with_slashes_and_without_quotes(tmp_path: Path) -> None:
    tree = _tree(tmp_path, "config A\n\tbool a/b.c\n\tdefault y\n\nsource ./more\n", old_grammar=True)
    (tree / "more").write_text("config B\n\tbool B\n\tdefault y\n")
    assert {"CONFIG_A=y", "CONFIG_B=y"} <= set(_written(_read(tree)))


def test_3_x_skips_dashes_and_what_it_does_not_know(tmp_path: Path) -> None:
    """Linux 3.18, zconf.l: names have no dash at the front of a line, and there is no warning."""
    text = "config A\n\tbool a\n\tdefault y\n\t---help---\n\t  Text.\n\n-config B\n\tbool b @\n\nsource ./m-o/re\n"
    tree = _tree(tmp_path, text, old_grammar=True)
    lexer = _LEXER_OLD.replace("[A-Za-z0-9_-]", "[A-Za-z0-9_]").replace("[/.]", "[-/.]")
    (tree / "scripts/kconfig/zconf.l").write_text(lexer)
    (tree / "scripts/kconfig/zconf.gperf").write_text(_TABLE_OLD.replace("---help---,\tT_HELP,\t\tTF_COMMAND\n", ""))
    (tree / "m-o").mkdir()
    (tree / "m-o/re").write_text("config C\n\tbool C\n\tdefault y\n")
    model = _read(tree)
    assert {"CONFIG_A=y", "# CONFIG_B is not set", "CONFIG_C=y"} <= set(_written(model))
    assert isinstance(model, Model)
    assert not model.refused
    assert not model.warnings


def test_4_x_has_no_macros(tmp_path: Path) -> None:
    text = 'config L\n\tstring\n\toption defconfig_list\n\tdefault "/lib/$UNAME_RELEASE/$(x)"\n'
    lines = _written(_read(_tree(tmp_path, text, old_grammar=True)))
    assert 'CONFIG_L="/lib/$UNAME_RELEASE/$(x)"' in lines
    assert "# Linux Kernel Configuration" in lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('menu "m"\n\tdepends on y\n\tvisible if y\nendmenu\n', 3),
        ("config A\n\tbool\n\tmodules\n", 3),
        ('config A\n\tbool "a"\n\tdepends on y if y\n', 3),
    ],
)
def test_4_x_refuses_what_came_later(tmp_path: Path, text: str, line: int) -> None:
    model = _read(_tree(tmp_path, text, old_grammar=True))
    assert isinstance(model, Model), model
    assert [str(where) for where, *_ in getattr(model, "refused", ())] == [f"Kconfig:{line}"]


def test_a_default_of_n_is_written_as_in_4_14(tmp_path: Path) -> None:
    text = "config A\n\tbool\n\tdefault n\n\nconfig B\n\tbool\n\tdefault y if A\n"
    assert "# CONFIG_A is not set" in _written(_read(_tree(tmp_path / "old", text, symbol=_WRITES)))
    assert "# CONFIG_A is not set" not in _written(_read(_tree(tmp_path / "new", text)))
    assert "# CONFIG_B is not set" not in _written(_read(_tree(tmp_path / "old", text, symbol=_WRITES)))


@pytest.mark.parametrize(
    ("kind", "value", "bounds", "printed", "copied"),
    [
        ("hex", "0x200", "0x0 0xFF", "0xff", "0xFF"),
        ("hex", "0x200", "0x0 1f", "0x1f", "1f"),
        ("hex", "0x1", "0XAB 0xFF", "0xab", "0XAB"),
        ("int", "7", "1 N", "0", ""),
    ],
)
def test_a_clipped_number_is_printed_anew_in_5_4(
    tmp_path: Path, kind: str, value: str, bounds: str, printed: str, copied: str
) -> None:
    text = f'config N\n\tint\n\nconfig A\n\t{kind} "a"\n\tdefault {value}\n\trange {bounds}\n'
    assert f"CONFIG_A={printed}" in _written(_read(_tree(tmp_path / "old", text, symbol=_PRINTS)))
    assert f"CONFIG_A={copied}" in _written(_read(_tree(tmp_path / "new", text)))


def test_constants_without_a_type_are_texts_in_5_4(tmp_path: Path) -> None:
    """Of 5.10.153: `depends on T > m` is met by T=n, since "n" comes after "m"."""
    text = 'config MODULES\n\tdef_bool y\n\tmodules\n\nconfig T\n\ttristate "t"\n\nconfig A\n\tdef_bool T > m\n'
    assert "CONFIG_A=y" in _written(_read(_tree(tmp_path / "old", text, symbol=_UNTYPED)))
    assert "CONFIG_A=y" not in _written(_read(_tree(tmp_path / "new", text)))


def test_a_loop_is_only_told_in_4_x(tmp_path: Path) -> None:
    text = 'config A\n\tbool "a"\n\tdepends on B\n\nconfig B\n\tbool "b"\n\tdepends on A\n'
    model = _read(_tree(tmp_path / "old", text, symbol=_LOOPS))
    assert isinstance(model, Model), model
    assert [told for _, told in model.warnings if "recursive dependency: A -> B -> A" in told]
    assert "recursive dependency" in str(_read(_tree(tmp_path / "new", text)))


@pytest.mark.parametrize(("confdata", "told"), [("", 0), ('val = "n";', 1)], ids=["5.10", "6.1"])
def test_not_set_of_a_number(tmp_path: Path, confdata: str, told: int) -> None:
    """Linux 5.10, confdata.c: conf_read_simple() passes over the line without a word."""
    model = load(_tree(tmp_path, 'config A\n\tint "a"\n\tdefault 3\n', confdata=confdata))
    values = evaluate(model, parse_config("config", b"# CONFIG_A is not set\n"))
    assert values.text("A") == "3"
    assert len(values.warnings) == told


def test_a_member_with_defconfig_list_is_not_written_in_5_10(tmp_path: Path) -> None:
    """Linux 5.10, symbol.c: sym_calc_value() takes SYMBOL_WRITE away from members of a choice too."""
    members = 'config A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\toption defconfig_list\n\n'
    tree = _tree(tmp_path, f'choice\n\tprompt "c"\n\n{members}endchoice\n', old_grammar=True)
    (tree / "scripts/kconfig/menu.c").write_text("sym_defconfig_list->flags |= SYMBOL_NO_WRITE;")
    lines = _written(_read(tree))
    assert "CONFIG_A=y" in lines
    assert "# CONFIG_B is not set" not in lines


@pytest.mark.parametrize(
    ("before", "other", "given", "again"),
    [
        # The .config is as it was written: the choice loses its value, and A keeps the line that it had.
        ("", "", "CONFIG_A=y\n", ["# CONFIG_A is not set"]),
        # B is asked for before A, and never has a line.
        ("config X\n\tdef_bool B\n\n", "", "CONFIG_A=y\n", []),
        # What is out of view, and has the value of its line without it, has none from then on.
        (
            'config Y\n\tbool "y" if Z\n\tdefault y if !Z\n\nconfig Z\n\tdef_bool !A\n\n',
            "",
            "CONFIG_Y=y\nCONFIG_A=y\n",
            ["# CONFIG_Y is not set", "CONFIG_Z=y", "# CONFIG_A is not set"],
        ),
        # The first that asks for the choice was out of view.
        ('choice\n\tprompt "c"\n\toptional\n\nconfig X\n\tbool "x"\n\tdepends on NOTHING\n\n', "", "CONFIG_A=y\n", []),
        # Something is to be written.
        ("", 'config N\n\tbool "n"\n', "CONFIG_A=y\n", ["CONFIG_A=y", "# CONFIG_N is not set"]),
        ("", "", "CONFIG_A=y\nCONFIG_NOWHERE=y\n", ["CONFIG_A=y"]),
    ],
)
def test_a_choice_loses_its_value_by_a_member_without_a_line(
    before: str, other: str, given: str, again: list[str], tmp_path: Path
) -> None:
    """Linux 5.10, symbol.c: sym_calc_choice(); confdata.c: conf_write() calculates again where nothing changed.

    These are the results of the conf of 5.10.
    """
    members = 'config A\n\tbool "a"\n\nconfig B\n\tbool "b"\n\toption defconfig_list\n\n'
    head = "" if before.startswith("choice") else 'choice\n\tprompt "c"\n\toptional\n\n'
    text = f"{before}{head}{members}endchoice\n\n{other}"
    tree = _tree(tmp_path, text, confdata="Reset a string value if it's out of range", old_grammar=True)
    (tree / "scripts/kconfig/menu.c").write_text("sym_defconfig_list->flags |= SYMBOL_NO_WRITE;")
    model = _read(tree)
    assert isinstance(model, Model), model
    lines = expand(model, "olddefconfig", given.encode()).decode().splitlines()
    assert [line for line in lines if "CONFIG_" in line] == again


def test_what_needs_an_option_to_be_off_does_not_hang_below_it_in_7_3(tmp_path: Path) -> None:
    """Linux 7.3, menu.c: _menu_finalize() asks expr_contains_symbol_negated(); 6.12 does not ask about C here."""
    text = "config OFF\n\tbool\n\n" + 'config A\n\tbool "a" if OFF\n\nconfig P\n\tbool\n\tdepends on A\n\n'
    for number, condition in enumerate(("!P", "P = n", "T != y", "T != m", "!P && !OFF", "OFF || !P")):
        after = f'config T\n\ttristate\n\tdepends on A\n\nconfig C\n\tbool "c"\n\tdepends on {condition}\n'
        before = text if "P" in condition else text.replace("config P\n\tbool\n\tdepends on A\n\n", "")
        tree = _tree(tmp_path / f"old{number}", before + (after if "T" in condition else after.partition("\n\n")[2]))
        assert new_symbols(evaluate(load(tree), parse_config("", b""))) == ()
        (tree / "scripts/kconfig/menu.c").write_text("if (expr_contains_symbol_negated(dep, sym))")
        assert new_symbols(evaluate(load(tree), parse_config("", b""))) == ("C",)


@pytest.mark.parametrize(("inside", "is_marked"), [("", False), ("if A\nendif\n", True), ('comment "c"\n', True)])
def test_only_the_end_of_a_menu_with_nothing_in_it_is_not_marked_in_5_10(
    inside: str, is_marked: bool, tmp_path: Path
) -> None:
    """Linux 5.10, confdata.c: conf_write() comes to the end of what has a list; an `if` is an entry, too."""
    text = f'config A\n\tbool "a"\n\nmenu "m"\n{inside}endmenu\n'
    tree = _tree(tmp_path, text, confdata='fprintf(out, "# end of %s\\n", str);')
    assert ("# end of m" in _written(_read(tree))) is is_marked
