# SPDX-License-Identifier: GPL-2.0-or-later
"""Bills: which figure counts, what is added, and what is left open."""

from __future__ import annotations

from kpolicy.config.read import parse_config
from kpolicy.costing.bill import Bill, Item, Machine, make_bill
from kpolicy.costing.cost import Costs
from kpolicy.costing.load import load_cost, load_page_sizes
from kpolicy.report.text.amounts import amount_text
from kpolicy.report.views.cost import CostReport, cost_document, cost_lines
from kpolicy.run.bare import bare_values, truth

_PAGES = load_page_sizes("p.toml", '[[page_size]]\nwhen = "A"\nformula = "1 << PAGE_BITS"\nsource = "here"\n')
_HEAD = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"


def _figure(rest: str) -> str:
    return f'[[figure]]\n{rest}\nnote = "so"\nsources = ["here:1"]\n'


def _bill(figures: str, *lines: str, when: str = "A", unknown: str = "", machine: Machine | None = None) -> Bill:
    more = f'unknown = "{unknown}"\n' if unknown else ""
    symbols = '["A", "B"]' if "B" in when else '["A"]' if "A" in when else '["X"]'
    text = f'title = "a cost"\nkind = "memory"\nsymbols = {symbols}\nwhen = "{when}"\n{more}{figures}'
    values = bare_values(parse_config(".config", (_HEAD + "".join(f"{line}\n" for line in lines)).encode()))
    costs = Costs((load_cost("some/cost", "some.toml", text),), _PAGES)
    return make_bill(values, costs, machine or Machine(), truth)


def _item(*words: str, **others: str) -> Item:
    return _bill(*words, **others).items[0]  # type: ignore[arg-type]


def test_the_first_figure_that_holds_counts() -> None:
    figures = _figure('when = "B"\nformula = "1"\ncertainty = "exact"') + _figure('formula = "2"\ncertainty = "exact"')
    assert _item(figures, "CONFIG_A=y", "CONFIG_B=y").amount == 1
    assert _item(figures, "CONFIG_A=y", "# CONFIG_B is not set").amount == 2
    assert not _bill(figures, "CONFIG_B=y").items


def test_none_that_holds() -> None:
    figures = _figure('when = "B"\nformula = "1"\ncertainty = "exact"')
    item = _item(figures, "CONFIG_A=y", unknown="nobody looked")
    assert (item.state, item.reason) == ("not known", "nobody looked")


def test_what_a_config_alone_does_not_tell() -> None:
    figures = _figure('when = "selected(A)"\nformula = "1"\ncertainty = "exact"')
    item = _item(figures, "CONFIG_A=y", unknown="nobody looked")
    assert (item.state, item.reason) == ("not told", "which figure applies depends on Kconfig files")
    always = _figure('formula = "1"\ncertainty = "exact"')
    bill = _bill(always, "CONFIG_A=y", when="A && exists(X)")
    assert (bill.items[0].state, bill.items[0].chain) == ("not told", ())
    lines = list(cost_lines(CostReport("some", "x86", "6.12.0", bill)))
    assert "  unknown without Kconfig files: pass --tree" in lines
    assert cost_document(CostReport("some", "x86", "6.12.0", bill))["costs"][0]["causes"] == []


def test_a_fraction_of_a_byte_is_none() -> None:
    assert _item(_figure('formula = "7 / 2"\ncertainty = "exact"'), "CONFIG_A=y").amount == 3


def test_numbers_that_make_no_figure() -> None:
    figures = _figure('formula = "1 << B"\ncertainty = "exact"')
    assert _item(figures, "CONFIG_A=y", "CONFIG_B=3").amount == 8
    for value in ("99", "-1", '"text"', "9" * 5000):
        item = _item(figures, "CONFIG_A=y", f"CONFIG_B={value}")
        assert (item.state, item.amount) == ("not known", None), value
        assert item.reason


def test_the_page_size() -> None:
    figures = _figure('formula = "pages * page_size"\ncertainty = "computed"')
    machine = Machine(ram=10000)
    bill = _bill(figures, "CONFIG_A=y", "CONFIG_PAGE_BITS=12", machine=machine)
    assert (bill.page_size, bill.items[0].amount) == (4096, 8192)
    for lines in (("CONFIG_A=y",), ("CONFIG_A=y", "CONFIG_PAGE_BITS=99")):
        bill = _bill(figures, *lines, machine=machine)
        assert (bill.page_size, bill.items[0].state) == (None, "not known")


def test_unlike_things_are_not_added() -> None:
    for rest, total in (
        ('certainty = "exact"', {"exact": 5}),
        ('certainty = "at most"', {"at most": 5}),
        ('certainty = "exact"\nper = "task"', {}),
        ('certainty = "exact"\nneeds = "some=on"', {}),
    ):
        assert _bill(_figure(f'formula = "5"\n{rest}'), "CONFIG_A=y").totals == total
    assert _bill(_figure('text = "much"'), "CONFIG_A=y").totals == {}


def test_the_symbol_that_is_on_is_traced() -> None:
    item = _item(_figure('formula = "5"\ncertainty = "exact"'), "# CONFIG_A is not set", "CONFIG_B=m", when="A || B")
    assert item.chain[0].symbol == "B"


def test_amounts() -> None:
    sizes = {0: "0 B", 512: "512 B", 1024: "1 KiB", 1536: "1.5 KiB", 2 << 20: "2 MiB", 1 << 50: "1024 TiB"}
    assert {amount: amount_text(amount) for amount in sizes} == sizes
