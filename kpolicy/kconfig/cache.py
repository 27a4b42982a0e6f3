# SPDX-License-Identifier: GPL-2.0-or-later
"""Models, and what else is computed from a tree, kept on disk, keyed by content.

A model is found by the digest of everything that it was built from: every Kconfig file
that was read or looked for, the environment that make would export, the toolchain, and
kpolicy's own code and data.  Since the list of files is known only after reading, a *trail* kept by
the tree's path says which files to examine; a wrong trail costs time, never truth.

What is stored is JSON behind a digest, of models also where each row begins.  Nothing stored is ever executed, a
damaged file is taken for absent, and a folder or file that someone else could have written is not used.
Writing is atomic, so that concurrent runs cannot harm each other.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kpolicy.digests import blake2b
from kpolicy.files import OPEN_FLAGS, read_descriptor
from kpolicy.installed import contents
from kpolicy.kconfig.kept import MAX_TOTAL, beyond, entries, has_name, is_ours, remove
from kpolicy.kconfig.payload import Payload, Stored, Whole

if TYPE_CHECKING:
    from kpolicy.kconfig.delta import Delta

_FORMAT = 10
_CODE = ("kconfig", "kernel")
# So many bytes are written before it is looked again whether there is room.
_LOOK_AGAIN = 16 << 20
_DIGITS = 32
_HEAD = 2 * (_DIGITS + 1)
# A file that was not there, and belongs to nobody else.
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# How a delta begins; the name and the digest of its base come next.
_DELTA = b"delta "


def digest(*pieces: bytes | memoryview) -> str:
    """The digest by which contents, in one piece or several, are distinguished."""
    hasher = blake2b(digest_size=16)
    for piece in pieces:
        hasher.update(piece)
    return hasher.hexdigest()


def key(*parts: object, code: tuple[str, ...] = ()) -> str:
    """A file name for everything in `parts` (JSON values), and for the code that models are built by.

    `code` names further folders and files of kpolicy that count.
    """
    made_by = contents((*_CODE, *code))
    return digest(json.dumps([_FORMAT, made_by, *parts], sort_keys=True).encode("utf-8", "surrogateescape"))


class ModelCache:
    """The folder of stored models; of no effect where the folder cannot be trusted or used.

    `used` are the names of the files that were read or written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.used: set[str] = set()
        self._folder = os.fspath(folder)
        self._usable: bool | None = None
        self._room = 0

    def trail(self, name: str) -> list[str] | None:
        """The files to examine for a tree, as last stored under `name`."""
        content = self._read(f"{name}.trail")
        paths = _json(content) if content else None
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            return None
        return paths

    def load(self, name: str) -> Stored | None:
        """A stored model; None where there is none."""
        body = self._load(name, "model")
        if body is None:
            return None
        from kpolicy.kconfig.stored import read_core, read_details  # without a tree there is no model

        try:
            if _is_delta(body):
                return self._load_delta(bytes(body))
            core, details = _halves(body)
            return Stored(read_core(bytes(core)), lambda: read_details(bytes(details)))
        except (ValueError, TypeError):
            return None

    def whole(self, name: str) -> Whole | None:
        """A stored model that can be a base; None where there is none, or only a delta."""
        body = self._load(name, "model")
        if body is None or _is_delta(body):
            return None
        return Whole(name, digest(body), *map(bytes, _halves(body)))

    def base(self, name: str) -> str | None:
        """The name of the base of a model that is stored as a delta, None for any other."""
        head = self._read(f"{name}.model", _HEAD + len(_DELTA) + _DIGITS) or b""
        return head[-_DIGITS:].decode("ascii") if head[_HEAD:].startswith(_DELTA) else None

    def _load_delta(self, body: bytes) -> Stored | None:
        from kpolicy.kconfig.delta import Delta, apply_delta  # few models are deltas

        head, _, rest = body.partition(b"\n")
        name, content = head[len(_DELTA) :].decode("ascii").split(" ")
        base = self.whole(name)
        # A model that is built again may number its symbols in another way.
        return apply_delta(base, Delta(*json.loads(rest))) if base is not None and base.content == content else None

    def store(self, name: str, payload: Payload) -> None:
        """Keep a model; silently nothing where the folder cannot be used."""
        self._store(name, "model", *_body(*payload.packed()))

    def store_delta(self, name: str, base: Whole, delta: Delta) -> None:
        """Keep a model as a delta to a base; as a copy of the base where nothing differs."""
        if delta.is_empty:
            self._store(name, "model", *_body([base.core], [base.details]))
        else:
            from kpolicy.kconfig.stored import packed  # as in load

            self._store(name, "model", _DELTA, f"{base.name} {base.content}\n{packed(delta)}".encode("ascii"))

    def load_data(self, name: str, kind: str = "data") -> Any:
        """JSON values of some kind that are stored under a name; None where there are none."""
        body = self._load(name, kind)
        return _json(body) if body is not None else None

    def store_data(self, name: str, data: object, kind: str = "data") -> None:
        """Keep JSON values; silently nothing where the folder cannot be used."""
        from kpolicy.kconfig.stored import packed  # as in load

        self._store(name, kind, packed(data).encode("ascii"))

    def content(self, name: str, kind: str) -> str | None:
        """The digest of what is stored under a name, which stays the same under another; None where nothing is."""
        head = self._read(f"{name}.{kind}", _HEAD)
        return head[:_DIGITS].decode("ascii") if head is not None and head == _head(name, head[:_DIGITS]) else None

    def _load(self, name: str, kind: str) -> memoryview | None:
        stored = self._read(f"{name}.{kind}")
        if stored is None:
            return None
        # No copy: a model has five megabytes, of which a run needs the half.
        body = memoryview(stored)[_HEAD:]
        return body if stored[:_HEAD] == _head(name, digest(body).encode("ascii")) else None

    def _store(self, name: str, kind: str, *pieces: bytes) -> None:
        self._write(f"{name}.{kind}", _head(name, digest(*pieces).encode("ascii")), *pieces)

    def store_trail(self, name: str, paths: Iterable[str]) -> None:
        """Keep the names of the files to examine."""
        self._write(f"{name}.trail", json.dumps(sorted(paths)).encode("ascii"))

    def unnoted(self) -> ModelCache:
        """The same folder for what is not to be in `used`."""
        return ModelCache(self._folder)

    def entries(self, names: Iterable[str]) -> dict[str, bytes]:
        """Files of the cache, for another one, as far as there are such."""
        found = ((name, self._read(name)) for name in names)
        return {name: content for name, content in found if content is not None}

    def take(self, files: Mapping[str, bytes]) -> None:
        """Keep files of another cache: trails last, so that what they lead to is there; none that is damaged."""
        for name in sorted(files, key=lambda name: (name.endswith(".trail"), name)):
            if _is_whole(name, files[name]):
                self._write(name, files[name])

    def _read(self, name: str, most: int | None = None) -> bytes | None:
        if not self._is_usable(create=False):
            return None
        try:
            descriptor = os.open(os.path.join(self._folder, name), OPEN_FLAGS | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            if not is_ours(os.fstat(descriptor), stat.S_ISREG):
                return None
            content = read_descriptor(descriptor) if most is None else os.read(descriptor, most)
        except OSError:
            return None
        finally:
            os.close(descriptor)
        self.used.add(name)
        return content

    def _write(self, name: str, *pieces: bytes) -> None:
        if not self._is_usable(create=True):
            return
        # By hand: every run that has something to keep would import tempfile, and ten more modules with it.
        temporary = os.path.join(self._folder, f".{os.urandom(4).hex()}.tmp")
        try:
            self._prune(sum(map(len, pieces)))
            descriptor = os.open(temporary, _NEW_FILE, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.writelines(pieces)
                os.replace(temporary, os.path.join(self._folder, name))
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError:
            self._usable = False
        else:
            self.used.add(name)

    def _is_usable(self, *, create: bool) -> bool:
        if self._usable is None:
            try:
                if create:
                    os.makedirs(self._folder, mode=0o700, exist_ok=True)
                self._usable = is_ours(os.lstat(self._folder), stat.S_ISDIR)
            except FileNotFoundError:
                return False
            except OSError:
                self._usable = False
        return self._usable

    def _prune(self, coming: int) -> None:
        """Make room, oldest first; the folder is examined again after every few megabytes that were written."""
        if coming <= self._room:
            self._room -= coming
            return
        found = entries(self._folder)
        total = sum(entry.size for entry in found)
        if total + coming > MAX_TOTAL:
            # With some room to spare, so that not every entry from now on is worth a look.
            for entry in beyond(found, MAX_TOTAL - coming - _LOOK_AGAIN):
                remove(entry)
                total -= entry.size
        self._room = min(MAX_TOTAL - total, _LOOK_AGAIN) - coming


def _head(name: str, content: bytes) -> bytes:
    """The first line of a file: the digest of what follows, and that of the file's name with it.

    So the content of another file is as damaged as any.
    """
    return content + b" " + digest(name.encode("ascii") + b" " + content).encode("ascii") + b"\n"


def _body(core: Sequence[bytes], details: Sequence[bytes]) -> list[bytes]:
    """A model as it is stored, of the pieces of its halves."""
    return [f"{sum(map(len, core))}\n".encode("ascii"), *core, *details]


def _halves(body: memoryview) -> tuple[memoryview, memoryview]:
    start = bytes(body[:_DIGITS]).index(b"\n") + 1
    end = start + int(bytes(body[:start]))
    return body[start:end], body[end:]


def _is_delta(body: memoryview) -> bool:
    return body[: len(_DELTA)] == _DELTA


def _is_whole(name: str, content: bytes) -> bool:
    """Whether a file of another cache has a name and a content as they are here."""
    if not has_name(name):
        return False
    stem, _, kind = name.partition(".")
    if kind == "trail":
        return content.startswith(b"[")
    return content[:_HEAD] == _head(stem, digest(content[_HEAD:]).encode("ascii"))


def _json(content: bytes | memoryview) -> Any:
    """The values of a JSON text; None for what is none, or is nested as nothing that is stored here."""
    try:
        # No copy of bytes before that of characters.
        return json.loads(str(content, "ascii"))
    except (ValueError, RecursionError):
        return None
