# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch on top of a revision, as a revision: git applies it in an index and a folder of objects of our own.

The repository, its index and its work tree are only read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from kpolicy.errors import InputError, UsageError
from kpolicy.kernel.git import Revision, alternates, ask, prefix_of, resolve, run

# How far back a commit is looked for on which a patch was made: longer than any series.
_LOOK_BACK: Final = 200
_MARK: Final = b"diff --git "
_ENCODINGS: Final = frozenset(("base64", "quoted-printable"))


def patch_text(mail: bytes) -> bytes:
    """The text with the patch in a mail: decoded where the mail says how it is encoded, else as it is.

    Some tools pass on a decoded text below the header of the encoded one.
    """
    # Only here: few patches are encoded.
    from email import message_from_bytes

    message = message_from_bytes(mail)
    parts = [part for part in message.walk() if not part.is_multipart()]
    encoded = any(part.get("Content-Transfer-Encoding", "").strip().lower() in _ENCODINGS for part in parts)
    if not encoded and not message.is_multipart():
        return mail
    decoded = b"\n".join(part.get_payload(decode=True) or b"" for part in parts)  # type: ignore[misc]
    return decoded if _MARK in decoded else mail


def base_of(tip: Revision, patch: bytes, scratch: str, environment: Mapping[str, str]) -> Revision:
    """The commit that a patch is for: the newest one up to `tip` that has the files from which the patch starts.

    It is `tip` where no commit of late has them.  `scratch` is a folder for files of git's; raises UsageError where
    git cannot read the repository.
    """
    starts = _starts(tip, patch, scratch, environment)
    if not starts:
        return tip
    words = ("rev-list", "--first-parent", f"--max-count={_LOOK_BACK}", tip.commit)
    for commit in ask(tip.folder, environment, *words).split():
        asked = "".join(f"{commit}:{path}\n" for path in starts).encode("utf-8", "surrogateescape")
        found = ask(tip.folder, environment, "cat-file", "--batch-check=%(objectname)", stdin=asked).splitlines()
        if all(
            line == oid if oid else line.endswith(" missing") for line, oid in zip(found, starts.values(), strict=True)
        ):
            return resolve(tip.folder, commit, environment)
    return tip


def apply_patch(base: Revision, patch: bytes, scratch: str, environment: Mapping[str, str]) -> Revision:
    """The tree of a revision with a patch applied; what it needs lies in the folder `scratch` as long as it is used.

    Raises InputError for what is no patch, or does not apply.
    """
    objects = os.path.join(scratch, "objects")
    os.makedirs(objects, exist_ok=True)
    own = os.path.join(base.folder, ask(base.folder, environment, "rev-parse", "--git-path", "objects"))
    more = {
        "GIT_INDEX_FILE": os.path.join(scratch, "index"),
        "GIT_OBJECT_DIRECTORY": objects,
        **alternates(own, environment),
    }
    top = _top(base, environment)
    ask(top, environment, "read-tree", base.commit, more=more)
    done = run(top, environment, "apply", "--cached", "--whitespace=nowarn", "-", stdin=patch, more=more)
    if done.returncode:
        raise _refusal(done.stderr.decode("utf-8", "replace"), base)
    tree = ask(top, environment, "write-tree", "--missing-ok", more=more)
    prefix = prefix_of(base.folder, environment)
    if prefix:
        try:
            tree = ask(top, environment, "rev-parse", "--verify", f"{tree}:{prefix}", more=more)
        except UsageError:
            raise InputError(f"the patch removes the folder {prefix}") from None
    return Revision(base.commit, tree, base.folder, objects)


def _top(revision: Revision, environment: Mapping[str, str]) -> str:
    """Where git takes paths as a patch has them: from the top."""
    up = ask(revision.folder, environment, "rev-parse", "--show-cdup")
    return os.path.join(revision.folder, up)


def _starts(tip: Revision, patch: bytes, scratch: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The files of a patch, each with the object it was made on, "" for one that was not there.

    Nothing where the patch does not say, or names objects that the repository does not have.
    """
    top, index = _top(tip, environment), os.path.join(scratch, "starts")
    more = {"GIT_INDEX_FILE": index}
    words = ("apply", "--cached", f"--build-fake-ancestor={index}", "-")
    if run(top, environment, *words, stdin=patch, more=more).returncode:
        return {}
    touched = run(top, environment, "apply", "--numstat", "-z", "-", stdin=patch, more=more).stdout
    starts = {os.fsdecode(item.split(b"\t", 2)[2]): "" for item in touched.split(b"\0") if item.count(b"\t") >= 2}
    listed = run(top, environment, "ls-files", "--stage", "-z", more=more).stdout
    starts.update(_staged(listed))
    return {} if any("\n" in path for path in starts) else starts


def _staged(listed: bytes) -> Iterator[tuple[str, str]]:
    for item in listed.split(b"\0"):
        if item:
            what, path = item.split(b"\t", 1)
            yield os.fsdecode(path), what.split()[1].decode("ascii")


def _refusal(said: str, base: Revision) -> InputError:
    lines = [line.removeprefix("error: ") for line in said.splitlines()] or ["git does not say why"]
    if any("No valid patches in input" in line or "unrecognized input" in line for line in lines):
        return InputError("there is no patch in it", hint="expected the output of git format-patch or git diff")
    if any("corrupt patch" in line or "patch fragment without header" in line for line in lines):
        return InputError(f"the patch is damaged: {lines[0]}", hint="mail programs break long lines")
    hint = "name the tree that it was made for: --tree DIR@REV"
    return InputError(f"the patch does not apply to {base.commit[:12]}: {lines[0]}", hint=hint)
