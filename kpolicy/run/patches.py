# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches for findings about Kconfig files that can be cleared without a decision; each is proved to change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.collection import no_collection
from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.kconfig.entries import WrittenEntry, written_entries
from kpolicy.kconfig.frontend import Reader
from kpolicy.kconfig.grammar import read_grammar
from kpolicy.kernel.history import subjects
from kpolicy.policy.checks.tree import UNMET
from kpolicy.policy.patches.edits import MECHANICAL, Correction, Edit, correction, edited
from kpolicy.policy.patches.message import body, subject
from kpolicy.policy.patches.prefix import prefix_by_history, prefix_by_path
from kpolicy.policy.patches.statement import NoEditError
from kpolicy.report.text.lines import number
from kpolicy.report.views.patches import Commit, Left, Patches, file_name
from kpolicy.run.examine import Examiner
from kpolicy.run.patch_bench import Trial, clear_benches
from kpolicy.run.patch_remedies import advise
from kpolicy.run.patch_series import Candidate, Series, in_series
from kpolicy.run.patch_trials import tried
from kpolicy.run.plan import plan_for

if TYPE_CHECKING:
    from kpolicy.kconfig.syntax import Ast
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.run.context import Context

_USUAL: Final = "x86"


@dataclass(frozen=True, slots=True)
class PatchesRequest:
    """Findings about a tree for which patches are to be made, and whose these are: a name and an address."""

    source: KernelTree
    findings: tuple[Finding, ...]
    author: tuple[str, str]
    sign_off: bool = False
    toolchain: str | None = None


def make_patches(request: PatchesRequest, context: Context) -> Patches:
    """Patches for the findings that can be cleared without a decision, each proved to change no configuration."""
    source = request.source
    looking = Examiner(plan_for(source, request.toolchain, context), source)
    # Workers inherit this: the garbage collector would traverse their models over and over.
    with no_collection():
        try:
            return _made(request, looking, context)
        finally:
            clear_benches()


def _made(request: PatchesRequest, looking: Examiner, context: Context) -> Patches:
    source, findings = request.source, request.findings
    corrections, left = _corrections([item for item in findings if item.rule in MECHANICAL], source)
    contents = {item.path: source.read(item.path) for item in corrections}
    trials = [
        Trial(at, {item.path: edited(contents[item.path], item.edits)}, _arch_for(item, looking))
        for at, item in enumerate(corrections)
    ]
    if trials:
        edits = number(len(trials), "edit")
        context.listener.note(f"proving {edits}, each on every architecture that reads the file")
    prefixes = _Prefixes(source, context.environment)
    candidates: list[Candidate] = []
    for item, trial, proof in zip(corrections, trials, tried(trials, looking, context), strict=True):
        if isinstance(proof, str):
            left.append(Left(item.findings, proof))
            continue
        before, after = contents[item.path], trial.contents[item.path]
        text = f"{prefixes.of(item.path)}{subject(item)}"
        commit = Commit(item.path, before, after, text, body(item, proof), request.author, request.sign_off)
        candidates.append(Candidate(item, commit))
    series = in_series(candidates, lambda trials: tried(trials, looking, context))
    names = {item: file_name(at, item.commit.subject) for at, item in enumerate(series.made, 1)}
    left += _not_in(series, names)
    left.sort(key=lambda item: item.findings[0].place)
    advice = advise([item for item in findings if item.rule == UNMET], looking, context)
    others = Counter(item.rule for item in findings if item.rule not in MECHANICAL and item.rule != UNMET)
    commits = tuple((name, item.commit) for item, name in names.items())
    return Patches(commits, tuple(left), advice, others)


def _not_in(series: Series, names: Mapping[Candidate, str]) -> Iterator[Left]:
    """Why there is no patch for what is proved by itself."""
    for item, after, reason in series.refused:
        yield Left(item.correction.findings, f"not proved after {', '.join(names[other] for other in after)}: {reason}")
    for item in series.beside:
        if any(
            item.correction.path == other.correction.path and {*item.correction.edits} <= {*other.correction.edits}
            for other in series.made
        ):
            continue
        name = next((name for other, name in names.items() if item.commit.meets(other.commit)), None)
        reason = "edits lines beside those of a finding without a patch"
        if name is not None:
            reason = f"{name} edits lines beside it: apply that, and run kpolicy again"
        yield Left(item.correction.findings, reason)


def _corrections(findings: Iterable[Finding], source: KernelTree) -> tuple[list[Correction], list[Left]]:
    """The edits to try, one for all findings of a check about an entry; in a file the simplest checks come first."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.place.path, []).append(finding)
    parser = Parser(source)
    found: dict[tuple[str, tuple[Edit, ...]], Correction] = {}
    left: list[Left] = []
    for path, several in by_path.items():
        entries = {item.line: entry for entry in written_entries(source, [path]) for item in entry.statements}
        content = source.read(path)
        for entry, same in _grouped(several, entries):
            if entry is None:
                left.append(Left(tuple(same), "the line cannot be read by itself"))
                continue
            try:
                item = correction(same, entry, content, parser.parse)
            except NoEditError as error:
                left.append(Left(tuple(same), error.message))
            else:
                # Two checks can ask for the same edit: the first one gives the simplest reason.
                found.setdefault((path, item.edits), item)
    return list(found.values()), left


def _grouped(
    findings: Iterable[Finding], entries: Mapping[int, WrittenEntry]
) -> Iterator[tuple[WrittenEntry | None, list[Finding]]]:
    groups: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        entry = entries.get(finding.place.line)
        line = entry.statements[0].line if entry is not None else finding.place.line
        groups.setdefault((finding.rule, line), []).append(finding)
    for _, several in sorted(groups.items(), key=lambda item: (MECHANICAL.index(item[0][0]), item[0][1])):
        yield entries.get(several[0].place.line), several


class Parser:
    """Reads expressions by the grammar of a tree."""

    def __init__(self, source: KernelTree) -> None:
        self._reader = Reader({}, lambda _command, _location: "", grammar=read_grammar(source))

    def parse(self, text: str) -> Ast | None:
        """A text as an expression; None for what is none."""
        try:
            statement = self._reader.statement(0, f"depends on {text}\n")
        except InputError:
            return None
        return statement.operands[0] if statement is not None else None  # type: ignore[return-value]  # an Ast


def _arch_for(item: Correction, looking: Examiner) -> str:
    """The architecture whose lines are named as the grounds of a proof."""
    holding = item.findings[0].architectures
    return _USUAL if _USUAL in holding else holding[0] if holding else looking.tree.names.files[item.path][0]


class _Prefixes:
    """The prefixes of subjects, by file."""

    def __init__(self, source: KernelTree, environment: Mapping[str, str]) -> None:
        self._folder = source.root
        self._commit = source.revision.commit if source.revision is not None else "HEAD"
        self._environment = environment
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The prefix for a file: that of its last commits, or of its path."""
        if path not in self._known:
            found = prefix_by_history(subjects(self._folder, self._commit, path, self._environment))
            self._known[path] = found or prefix_by_path(path)
        return self._known[path]
