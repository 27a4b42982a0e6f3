# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings and remarks about the tree itself: computed an architecture at a time, and kept by content."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from kpolicy.bounds import failure
from kpolicy.errors import InputError, KpolicyError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.config_files import make_target
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.suites import kunitconfigs
from kpolicy.policy.checks import suites
from kpolicy.policy.checks.claims import Claims
from kpolicy.policy.checks.duplicates import WRITTEN, written_lines
from kpolicy.policy.checks.fragments import Unheard, fragment_findings
from kpolicy.policy.checks.registry import PROOF_CHECKS
from kpolicy.policy.checks.tree import UNMET, merged, undefined
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.json.document import remark_document
from kpolicy.report.json.nodes import Node, Text
from kpolicy.report.json.saved import read_remarks
from kpolicy.report.records import TreeReport
from kpolicy.report.remark import Remark
from kpolicy.run.claims import claims_of
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner
from kpolicy.run.finding_rows import finding_of, finding_row
from kpolicy.run.fragments import Laid, fragments_of, lay_on, lay_tests_on, suite_files

CLAIMS, REDUNDANT, REFERENCES, FRAGMENTS, TESTS = "claims", "redundant", "references", "fragments", "tests"
_WRITTEN_LINES = "written lines"
_REDUNDANT_SELECT, _DEAD_DEFAULT = "kconfig/redundant-select", "kconfig/dead-default"
_PROVED = (*sorted(PROOF_CHECKS), _DEAD_DEFAULT)
# What is proved is a part by its check.
_PARTS: Mapping[str, tuple[str, ...]] = {
    _REDUNDANT_SELECT: (REDUNDANT,),
    "kconfig/select-of-choice-member": (CLAIMS,),
    _DEAD_DEFAULT: (CLAIMS, _DEAD_DEFAULT),
    "kconfig/refused-by-conf": (CLAIMS,),
    "kconfig/undefined-reference": (REFERENCES,),
    "kconfig/fragment-not-honoured": (FRAGMENTS,),
    suites.CHECK: (TESTS,),
    **{check: (check,) for check in PROOF_CHECKS},
    **dict.fromkeys(WRITTEN, (_WRITTEN_LINES,)),
}
# The code and data that the findings depend on, besides the code that makes models.
_CODE = (
    *(
        "policy/checks",
        "policy/rules",
        "explain",
        "prove",
        "evaluate",
        "config",
        "run/tree_findings.py",
        "run/finding_rows.py",
        "run/fragments.py",
    ),
    "rules/prompts.toml",
    "names",
)
_OF_FILES = (REFERENCES, _WRITTEN_LINES)
_USUAL = ("x86", "x86_64", "arm64")
Looked = tuple[TreeReport, list[KpolicyError], list[Remark]]


@dataclass(frozen=True, slots=True)
class _Task:
    """An architecture to look at, and for what."""

    arch: str
    claims: bool
    redundant: bool
    fragments: bool
    tests: bool
    unit_tests: tuple[str, ...]
    advise: bool
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Result:
    """What one architecture gave, with what fragments gave there.

    `model` is the name in the cache of the model that was looked at, None where it was not kept.
    """

    srcarch: str
    model: str | None = None
    claims: Claims | None = None
    proofs: Mapping[str, Claims] = field(default_factory=dict)
    fragments: Laid = Laid()
    tests: Laid = Laid()
    remarks: tuple[Remark, ...] = ()
    errors: tuple[KpolicyError, ...] = ()

    @property
    def all_errors(self) -> tuple[KpolicyError, ...]:
        """What is wrong with the Kconfig files, and with single fragments."""
        return (*self.errors, *self.fragments.errors, *self.tests.errors)


class Survey:
    """The `wanted` checks of the tree that is looked at, over some architectures (all, when none is named).

    What is known already is read; for the rest there are `tasks`, by ARCH word, which workers do.
    """

    def __init__(self, looking: Examiner, archs: Sequence[str], wanted: frozenset[str]) -> None:
        self._looking, self._wanted, self._complete = looking, wanted, not archs
        self._words = tuple(dict.fromkeys(archs or architectures(looking.source)))
        self._shelf = _Shelf(looking, looking.source, self._words)
        parts = sorted({part for check in wanted for part in _PARTS[check]})
        unproved: list[Remark] = []
        if wanted.isdisjoint(PROOF_CHECKS):
            # The texts show most of them at once.
            parts = [part for part in parts if part != _DEAD_DEFAULT]
        if not {*_PROVED}.isdisjoint(parts) and not _can_prove():
            parts = [part for part in parts if part not in _PROVED]
            # Part of kconfig/dead-default is made without.
            left = sorted(item.removeprefix("kconfig/") for item in wanted & PROOF_CHECKS)
            self._wanted = wanted = wanted - PROOF_CHECKS
            unproved = [Remark(None, f"not checked, python-sat is not installed: {', '.join(left)}")] if left else []
        kept = {part: self._shelf.load(part) for part in parts}
        self._found = {part: known[0] for part, known in kept.items() if known is not None}
        self._remarks = [*unproved, *(remark for known in kept.values() if known is not None for remark in known[1])]
        self._missing = [part for part in parts if part not in self._found]
        self.tasks: Mapping[str, Callable[[], Any]] = {}
        claims, redundant, fragments, tests = (part in self._missing for part in (CLAIMS, REDUNDANT, FRAGMENTS, TESTS))
        proofs = tuple(part for part in self._missing if part in _PROVED)
        # What to add to the config of a test is looked for where tests run most.
        first = next((word for word in (*_USUAL, *self._words) if word in self._words), "")
        if claims or redundant or fragments or tests or proofs:
            unit_tests = kunitconfigs(looking.source) if tests else ()
            asked = claims, redundant, fragments, tests, unit_tests
            self.tasks = {
                word: partial(_look, _Task(word, *asked, word in (first, "um"), proofs)) for word in self._words
            }

    def report(self, given: Iterable[Any]) -> Looked:
        """The report, what could not be analysed, and remarks about the Kconfig files, by what the tasks gave."""
        results: list[_Result] = sorted(given, key=lambda result: result.srcarch)
        found, missing = dict(self._found), self._missing
        errors = list(dict.fromkeys(error for result in results for error in result.all_errors))
        if len(results) < len(self.tasks):
            errors.append(LOST)
        remarks = [*self._remarks, *(remark for result in results for remark in result.remarks)]
        claims = [result.claims for result in results if result.claims is not None]
        if CLAIMS in missing or REDUNDANT in missing:
            together = list(merged(claims, self._looking.source))
            for part in {CLAIMS, REDUNDANT}.intersection(missing):
                is_redundant = part == REDUNDANT
                found[part] = [item for item in together if (item.rule == _REDUNDANT_SELECT) == is_redundant]
        proved = self._proved(results)
        found |= {part: [item for item in proved if item.rule == part] for part in missing if part in _PROVED}
        if FRAGMENTS in missing:
            laid = [(result.srcarch, result.fragments) for result in results]
            found[FRAGMENTS] = list(fragment_findings(*_together(laid)))
        if TESTS in missing:
            laid = [(result.srcarch, result.tests) for result in results]
            found[TESTS] = list(suites.suite_findings(*_together(laid)))
        if REFERENCES in missing:
            # Only here: this reads the language itself.
            from kpolicy.kconfig.references import references

            index = self._looking.tree.names
            found[REFERENCES] = list(undefined(references(self._looking.source, index.files), index))
        if _WRITTEN_LINES in missing:
            from kpolicy.kconfig.entries import written_entries  # as above

            index = self._looking.tree.names
            entries = written_entries(self._looking.source, index.files)
            found[_WRITTEN_LINES] = list(written_lines(entries, index))
        if not errors:
            for part in missing:
                self._shelf.store(part, found[part], results if part not in _OF_FILES else ())
        if _DEAD_DEFAULT in found:
            # What the text shows has the better message.
            told = {(item.symbol, item.place) for item in found[CLAIMS] if item.rule == _DEAD_DEFAULT}
            found[_DEAD_DEFAULT] = [item for item in found[_DEAD_DEFAULT] if (item.symbol, item.place) not in told]
        findings = [item for part in found.values() for item in part if item.rule in self._wanted]
        if not self._complete:
            # What is read from the text of the files is about all architectures.
            own = {self._looking.architecture(word).srcarch for word in self._words}
            findings = [item for item in findings if not item.architectures or own.intersection(item.architectures)]
        findings.sort(key=lambda item: (item.place.path, item.place.line, item.rule, item.symbol))
        standards = self._looking.plan.standards
        adjusted = standards[0].policy.settings("").adjust(findings) if standards else tuple(findings)
        report = TreeReport(adjusted, self._wanted, self._words, complete=self._complete)
        return report, errors, list(dict.fromkeys(remarks))

    def _proved(self, results: Sequence[_Result]) -> list[Finding]:
        """What proofs of all architectures give together, topic by topic."""
        topics = dict.fromkeys(topic for result in results for topic in result.proofs)
        found: list[Finding] = []
        for topic in topics:
            claims = [result.proofs[topic] for result in results if topic in result.proofs]
            found += merged(claims, self._looking.source)
        return found


def only_below(about: TreeReport, paths: Sequence[str]) -> TreeReport:
    """The findings in some files, or in files below some folders; all where none is named."""
    if not paths or "." in paths:
        return about
    kept = [
        item
        for item in about.findings
        if any(item.place.path == path or item.place.path.startswith(f"{path}/") for path in paths)
    ]
    return replace(about, findings=tuple(kept), complete=False)


def _together(laid: Sequence[tuple[str, Laid]]) -> tuple[list[Unheard], Mapping[str, list[str]]]:
    """The lines that are not honoured, of all architectures, and the architectures of each fragment."""
    asked: dict[str, list[str]] = {}
    for srcarch, item in laid:
        for path in item.asked:
            asked.setdefault(path, []).append(srcarch)
    return [line for _, item in laid for line in item.unheard], asked


def _look(task: _Task) -> _Result:
    """The result of one architecture; runs in a worker."""
    looking = examiner()
    looking.begin()
    try:
        architecture = resolve_architecture(looking.source, task.arch)
        model = looking.model(architecture, looking.toolchain)
        kept = looking.tree.kept_as(architecture, looking.toolchain)
        result = _Result(architecture.srcarch, kept, None)
        if task.claims or task.redundant:
            result = replace(result, claims=claims_of(model, kept, looking.tree.cache, redundant=task.redundant))
        if task.proofs:
            result = replace(result, proofs=_proofs(looking, model, task.proofs))
            # A formula refers to what refers to it, and is as large as all else: it has to go before the next one.
            gc.collect()
        if task.fragments:
            result = replace(result, fragments=lay_on(looking, architecture))
        if task.tests:
            result = replace(result, tests=lay_tests_on(looking, architecture, task.unit_tests, advise=task.advise))
    except Exception as error:  # noqa: BLE001 - a bug met in one architecture must not hide what the others show
        return _Result(task.arch, errors=(failure(error, f"the Kconfig files of {task.arch}"),))
    return replace(result, remarks=looking.kconfig_remarks())


def _proofs(looking: Examiner, model: Model, checks: Sequence[str]) -> Mapping[str, Claims]:
    """What some checks prove of the lines of an architecture, by topic."""
    # Only here: few runs prove anything.
    from kpolicy.policy.checks.provable import prove_lines
    from kpolicy.policy.checks.unmet import unmet_selects

    found: dict[str, Claims] = {}
    universal = [check for check in checks if check != UNMET]
    if universal:
        proofs = prove_lines(model, universal, looking.refuted)
        looking.refuted |= proofs.refuted
        found |= proofs.claims
    if UNMET in checks:
        unmet = unmet_selects(model)
        found[UNMET] = unmet.claims
        looking.remark(
            Remark(place, f"not decided whether the select can break a dependency on {model.srcarch}")
            for place in unmet.undecided
        )
    return found


def _can_prove() -> bool:
    from kpolicy.prove.solver import NoSolverError, require_solver  # an extra, which may be missing

    try:
        require_solver()
    except NoSolverError:
        return False
    return True


class _Shelf:
    """Where findings about a tree are kept, by the content of everything that they rest on."""

    def __init__(self, examiner: Examiner, source: KernelTree, words: Sequence[str]) -> None:
        self.examiner = examiner
        self._source = source
        self._words = words

    def load(self, part: str) -> tuple[list[Finding], tuple[Remark, ...]] | None:
        """The findings of a part and what is said about the files beside them, None when they have to be computed."""
        key = self._key(part)
        kept = self.examiner.tree.cache.load_data(key) if key is not None and self.examiner.tree.cache else None
        if key is None or kept is None:
            return None
        return [finding_of(row) for row in kept["findings"]], read_remarks(Node(Text(key, ""), kept)["remarks"])

    def store(self, part: str, findings: Sequence[Finding], results: Sequence[_Result]) -> None:
        """Keep the findings of a part, which came from some results, if those are about the files as they are."""
        models = {result.model for result in results}
        key = self._key(part, models) if models else self._key(part)
        if key is not None and self.examiner.tree.cache is not None:
            remarks = dict.fromkeys(remark for result in results for remark in result.remarks)
            entry = {
                "findings": [finding_row(item) for item in findings],
                "remarks": [remark_document(item) for item in remarks],
            }
            self.examiner.tree.cache.store_data(key, entry)

    def _key(self, part: str, models: set[str | None] | None = None) -> str | None:
        tree, toolchain = self.examiner.tree, self.examiner.toolchain
        if tree.cache is None:
            return None
        if part in _OF_FILES:
            return tree.content_key(part, tree.names.files, _CODE)
        try:
            chosen = [self.examiner.architecture(word) for word in self._words]
            keys = [self.examiner.model_key(word, toolchain) for word in self._words]
        except InputError:
            # Errors are reported with that architecture.
            return None
        if None in keys or (models is not None and models != set(keys)):
            return None
        configs: set[str] = set()
        if part == FRAGMENTS:
            # What another architecture defines is no unknown name.
            configs.update(tree.names.files)
            for architecture in chosen:
                configs.update(make_target(self._source, architecture, "defconfig"))
                configs.update(file.path for file in fragments_of(self._source, architecture))
        if part == TESTS:
            configs.update(tree.names.files)
            unit_tests = kunitconfigs(self._source)
            for architecture in chosen:
                configs |= suite_files(self._source, architecture, unit_tests)
        return tree.content_key(json.dumps([part, keys]), configs, _CODE)
