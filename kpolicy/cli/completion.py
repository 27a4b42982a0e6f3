# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy completion`: the script by which a shell completes kpolicy, and the answers to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources

import click
from click.shell_completion import ShellComplete

from kpolicy.cli import status
from kpolicy.cli.console import Console

SHELLS = ("bash", "zsh", "fish")
# Names of files come from the tree, which may be a stranger's: what a shell would give a meaning to is not offered.
_PLAIN = re.compile(r"[\w.,:=+@%^/-]+", re.ASCII)
# bash takes these for words of their own (COMP_WORDBREAKS).
_BREAKS = frozenset("=:")
# More is to be typed behind folders of a tree, formats, and versions that are to be chosen.
_UNFINISHED = ("/", ":", "-")


@click.command("completion")
@click.argument("shell", metavar=f"{{{'|'.join(SHELLS)}}}", type=click.Choice(SHELLS))
@click.option("--answer", is_flag=True, hidden=True)
@click.argument("words", metavar="", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, /, shell: str, answer: bool, words: tuple[str, ...]) -> int:
    """Print a script for shell completion of commands, options, architectures, configs, symbols and rules.

    Architectures and configs come from the kernel tree (--tree, or the current directory), symbols from a tree
    that kpolicy has read before.  Nothing is written.

    \b
    Examples:
      source <(kpolicy completion bash)              in ~/.bashrc
      source <(kpolicy completion zsh)               in ~/.zshrc, after compinit
      kpolicy completion fish | source               in ~/.config/fish/config.fish
    """
    console: Console = context.obj
    if answer:
        group = context.find_root().command
        console.payload("".join(f"{line}\n" for line in _answers(console, group, shell, words)))
    elif words:
        raise click.UsageError(f"Got unexpected extra argument ({words[0]})", context)
    else:
        console.payload(script(shell))
    return status.CLEAN


def script(shell: str) -> str:
    """The script for a shell."""
    return resources.files("kpolicy.completions").joinpath(f"kpolicy.{shell}").read_text(encoding="utf-8")


def _answers(console: Console, group: click.Command, shell: str, words: Sequence[str]) -> list[str]:
    """A line each for what the last of the words can become: kind, value and help, with tabs between them.

    Prints nothing on errors: the user is typing.
    """
    try:
        return list(_lines(console, group, shell, words))
    except Exception:  # noqa: BLE001 - an error message would garble the command line
        return []


def _lines(console: Console, group: click.Command, shell: str, words: Sequence[str]) -> Iterator[str]:
    *before, last = _unquoted(words) if shell == "bash" else words
    typed = last
    if shell == "bash":
        *before, last = _joined([*before, last])
    # What bash takes for a word of its own is all that it wants to be given.
    cut = len(last) - (0 if typed in _BREAKS else len(typed))
    value_at = last.index("=") + 1 if last.startswith("--") and "=" in last else 0
    completion = ShellComplete(group, {"obj": console}, "kpolicy", "_KPOLICY_COMPLETE")
    asked = last
    if before and len(before[-1]) > 2 and before[-1].startswith("--") and "=" not in before[-1]:
        # An option without its value would make click forget the arguments before it.
        asked = f"{before.pop()}={last}"
    for item in completion.get_completions(list(before), asked):
        if item.type == "plain":
            if item.value.startswith(last[value_at:]) and _PLAIN.fullmatch(item.value):
                # Options have the whole word, values what follows the option.
                kind = "part" if item.value.endswith(_UNFINISHED) else "word"
                yield _line(kind, item.value[max(cut - value_at, 0) :], item.help)
        else:
            yield _line("folder" if item.type == "dir" else "file", last[max(cut, value_at) :], None)


def _line(kind: str, value: str, text: str | None) -> str:
    return f"{kind}\t{value}\t{' '.join((text or '').split())}"


def _unquoted(words: Sequence[str]) -> list[str]:
    """Words of bash as they were typed, without their quotes."""
    # Only for bash: other shells do this themselves.
    import shlex

    found = []
    for word in words:
        try:
            found.append("".join(shlex.split(word)))
        except ValueError:
            # A quote that is still open.
            found.append(word.lstrip("'\""))
    return found


def _joined(words: Sequence[str]) -> list[str]:
    """The words as they were typed: what bash split at = and : is put together."""
    found: list[str] = []
    glue = False
    for word in words:
        breaks = bool(word) and _BREAKS.issuperset(word)
        if found and (glue or breaks):
            found[-1] += word
        else:
            found.append(word)
        glue = breaks
    return found
