# SPDX-License-Identifier: GPL-2.0-or-later
"""Own rules: the `rules_dir` of a policy file, a folder with a folder for each family.

They are written, checked and judged as those that ship with kpolicy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.files import read_file, tidy, why_unreadable
from kpolicy.frozen import replace
from kpolicy.location import Location
from kpolicy.policy.files.vocabulary import RESERVED_FAMILIES, Vocabulary
from kpolicy.policy.rules.catalogue import make_catalogue
from kpolicy.policy.rules.load import load_rule
from kpolicy.policy.rules.rule import Rule
from kpolicy.policy.toml.toml_file import FileErrors, TomlFile
from kpolicy.tuples import NamedTuple

_MAX_SIZE = 1 << 20


class RuleFile(NamedTuple):
    """A rule file: the id that its place gives to the rule, the path to show, the text."""

    rule_id: str
    path: str
    text: str


def own_rule_files(
    file: TomlFile, folder: Path, rules_dir: str, vocabulary: Vocabulary, errors: list[KpolicyError]
) -> tuple[RuleFile, ...] | None:
    """The rule files of the folder that a policy file names; None when not all of them can be read.

    What is wrong with the folder is noted at its name, what is wrong with a file in `errors`.
    """
    root = folder / rules_dir
    shown = tidy(os.path.join(os.path.dirname(file.path), rules_dir))
    found: list[RuleFile] = []
    families = {check.id.partition("/")[0] for check in vocabulary.checks}.union(RESERVED_FAMILIES)
    try:
        for path in _files(root):
            family = path.parent.name if path.parent != root else ""
            place = Location(os.path.join(shown, path.relative_to(root)), 1)
            if not family:
                errors.append(UsageError("a rule must be in the directory of its family", place))
            elif family in families:
                errors.append(UsageError(f"the family {family!r} is kpolicy's own", place))
            else:
                found.append(RuleFile(f"{family}/{path.stem}", place.path, _text(path, place)))
    except KpolicyError as error:
        errors.append(error)
        return None
    except (OSError, ValueError) as error:
        reason = why_unreadable(root, error)
        file.complain(("rules_dir",), f"cannot read the folder {shown!r}: {reason}", value=True)
        return None
    if not found and not errors:
        hint = "they are files FAMILY/NAME.toml"
        file.complain(("rules_dir",), f"there are no rules in {shown!r}", hint, value=True)
    return tuple(found)


def with_own_rules(vocabulary: Vocabulary, files: Sequence[RuleFile], errors: list[KpolicyError]) -> Vocabulary:
    """The vocabulary with the rules of some files; what is wrong with them is added to `errors`."""
    owners: dict[str, str] = {}
    for rule in vocabulary.rules:
        owners.update(dict.fromkeys((rule.id, *rule.aliases), "it is a rule of kpolicy's; a policy can switch it off"))
    rules: list[Rule] = []
    broken: list[str] = []
    for item in files:
        try:
            rule = load_rule(item.rule_id, item.path, item.text, vocabulary.role_names)
        except FileErrors as found:
            errors += found.errors
            broken.append(item.rule_id)
            continue
        except UsageError as error:
            errors.append(error)
            broken.append(item.rule_id)
            continue
        clash = next((name for name in (rule.id, *rule.aliases) if name in owners), None)
        if clash is not None:
            errors.append(UsageError(f"{clash!r} stands for a rule already", rule.location, hint=owners[clash]))
            continue
        owners.update(dict.fromkeys((rule.id, *rule.aliases), f"the other is {rule.location}"))
        rules.append(rule)
    catalogue = make_catalogue((*vocabulary.rules, *rules)) if rules else vocabulary.rules
    return replace(vocabulary, rules=catalogue, broken=tuple(broken))


def _files(root: Path) -> Iterator[Path]:
    """The rule files in a folder and the folders in it, in the order of their names."""
    for entry in sorted(root.iterdir()):
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            yield from (path for path in sorted(entry.iterdir()) if _is_rule_file(path))
        elif _is_rule_file(entry):
            yield entry


def _is_rule_file(path: Path) -> bool:
    return path.suffix == ".toml" and not path.name.startswith((".", "_"))


def _text(path: Path, place: Location) -> str:
    try:
        return read_file(path, _MAX_SIZE, pipes=False).decode()
    except OSError as error:
        raise UsageError(f"cannot read the rule file: {error.strerror or error}", place) from None
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text: not a rule file", place) from None
