# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch on top of a revision, as a revision: git applies it in an index and a folder of objects of our own.

The repository, its index and its work tree are only read.  (Git renews the date of an object that it finds it has.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import contained
from kpolicy.errors import InputError, UsageError
from kpolicy.files import too_large
from kpolicy.kernel.git import Revision, alternates, ask, prefix_of, resolve, run
from kpolicy.location import Location

if TYPE_CHECKING:
    from email.message import Message

# How far back the commit is looked for on which a patch was made: longer than any series.
_LOOK_BACK: Final = 200
# And where it has to be tried, for which git makes an index of the whole tree each time.
_TRY_BACK: Final = 30
_APPLY: Final = ("apply", "--cached", "--whitespace=nowarn")
# Mail servers take a few tens of megabytes; taken apart a mail needs ten times its size.
MAX_ENCODED: Final = 16 << 20
MOST_PARTS: Final = 200
_LONGEST_HEAD: Final = 1 << 20
_ENCODINGS: Final = frozenset(("base64", "quoted-printable"))
_BODY: Final = re.compile(rb"\r?\n\r?\n")
_MARK: Final = b"diff --git "
_NOT_QUOTED: Final = re.compile(rb"=(?![0-9A-F]{2}|\r?\n)")


def patch_text(mail: bytes, name: str = "-") -> bytes:
    """The text with the patch in a mail: decoded where the mail says how it is encoded, else as it is.

    Some tools pass on the decoded text below the header of the encoded one.  Raises InputError for an encoded mail
    that is larger than any mail server takes, or nested without end; `name` is for the error.
    """
    # Only here: it takes a while to import, and only patches need it.
    from email import message_from_bytes
    from email.parser import BytesHeaderParser

    head = BytesHeaderParser().parsebytes(_BODY.split(mail[:_LONGEST_HEAD], maxsplit=1)[0])
    if not head.is_multipart() and head.get_content_maintype() != "multipart" and not _is_encoded(head):
        # Most patches: what is millions of lines long is not taken apart in memory.
        return mail
    if len(mail) > MAX_ENCODED:
        raise InputError(f"an encoded mail {too_large(MAX_ENCODED)}", Location(name, 0), hint="decode it first")
    if mail.count(b"boundary=") > MOST_PARTS:
        raise InputError(f"a mail of more than {MOST_PARTS} parts", Location(name, 0), hint="save the patch alone")
    with contained("the parts of the mail", Location(name, 0)):
        message = message_from_bytes(mail)
        return _decoded(mail, message)


def _is_encoded(part: Message) -> bool:
    return _encoding(part) in _ENCODINGS


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _decoded(mail: bytes, message: Message) -> bytes:
    parts = [part for part in message.walk() if not part.is_multipart()]
    encodings = {_encoding(part) for part in parts}
    if not message.is_multipart():
        if not encodings & _ENCODINGS:
            return mail
        body = _BODY.split(mail, maxsplit=1)[-1]
        if "quoted-printable" in encodings and _NOT_QUOTED.search(body):
            return mail
    contents = (part.get_payload(decode=True) for part in parts)
    decoded = b"\n".join(content for content in contents if isinstance(content, bytes))
    return decoded if _MARK in decoded else mail


def base_of(tip: Revision, patch: bytes, scratch: str, environment: Mapping[str, str]) -> Revision:
    """The commit that a patch is for: the newest one up to `tip` that has the files from which the patch starts.

    Where the patch does not name those it is the newest one to which it applies, and `tip` where there is none of
    late.  `scratch` is a folder for files of git's.  Raises UsageError where git cannot read the repository.
    """
    named = run(_top(tip, environment), environment, "apply", "--numstat", "-z", stdin=patch)
    if named.returncode:
        return tip
    starts = _starts(tip, patch, named.stdout, scratch, environment)
    words = ("rev-list", "--first-parent", f"--max-count={_LOOK_BACK if starts else _TRY_BACK}", tip.commit)
    for commit in ask(tip.folder, environment, *words).split():
        if _has(tip, commit, starts, environment) if starts else _takes(tip, commit, patch, scratch, environment):
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
    done = run(top, environment, *_APPLY, stdin=patch, more=more)
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


def _has(tip: Revision, commit: str, files: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Whether the files of a commit are these objects; "" for one that is not there."""
    asked = "".join(f"{commit}:{path}\n" for path in files).encode("utf-8", "surrogateescape")
    found = ask(tip.folder, environment, "cat-file", "--batch-check=%(objectname)", stdin=asked).splitlines()
    pairs = zip(found, files.values(), strict=True)
    return all(line == oid if oid else line.endswith(" missing") for line, oid in pairs)


def _takes(tip: Revision, commit: str, patch: bytes, scratch: str, environment: Mapping[str, str]) -> bool:
    """Whether a patch applies to a commit."""
    top, more = _top(tip, environment), {"GIT_INDEX_FILE": os.path.join(scratch, "tried")}
    ask(top, environment, "read-tree", commit, more=more)
    return run(top, environment, *_APPLY, "--check", stdin=patch, more=more).returncode == 0


def _starts(tip: Revision, patch: bytes, named: bytes, scratch: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The files of a patch, which git `named`, each with the object it was made on, "" for one that was not there.

    Nothing where the patch does not say, or names objects that the repository does not have.
    """
    top, index = _top(tip, environment), os.path.join(scratch, "starts")
    more = {"GIT_INDEX_FILE": index}
    if run(top, environment, *_APPLY, f"--build-fake-ancestor={index}", stdin=patch, more=more).returncode:
        return {}
    starts = {os.fsdecode(item.split(b"\t", 2)[2]): "" for item in named.split(b"\0") if item.count(b"\t") >= 2}
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
        return InputError("no patch found", hint="expected the output of git format-patch or git diff")
    if any("corrupt patch" in line or "patch fragment without header" in line for line in lines):
        return InputError(f"the patch is damaged: {lines[0]}", hint="mail programs break long lines")
    hint = "name the tree that it was made for: --tree DIR@REV"
    return InputError(f"the patch does not apply to {base.commit[:12]}: {lines[0]}", hint=hint)
