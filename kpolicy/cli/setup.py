# SPDX-License-Identifier: GPL-2.0-or-later
"""What commands take from the environment, and where their results go."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from kpolicy.cli.console import Console
from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import replace
from kpolicy.run.context import Context


def cache_folder(environment: Mapping[str, str], *, disabled: bool) -> str | None:
    """Where models are kept: `kpolicy` in the XDG cache folder; None when there is no such place."""
    if disabled:
        return None
    base = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):
        return _plain(os.path.join(base, "kpolicy"))
    home = environment.get("HOME", "")
    return _plain(os.path.join(home, ".cache", "kpolicy")) if os.path.isabs(home) else None


def _plain(path: str) -> str:
    """A path without what pathlib leaves out of one."""
    if "//" not in path and "/./" not in path:
        return path
    from pathlib import Path  # most paths are plain

    return str(Path(path))


def context_for(console: Console, *, no_cache: bool = False, jobs: int = 1) -> Context:
    """The surroundings of a run, as this process has them."""
    return Context(
        environment=console.environment,
        cache=cache_folder(console.environment, disabled=no_cache),
        jobs=jobs,
        listener=console,
        stdin=getattr(sys.stdin, "buffer", None),
    )


def on_cluster(context: Context, address: str) -> Context:
    """The same surroundings, with the workers of a Dask scheduler until the command ends.

    Raises UsageError and InputError as `connect` and `Cluster.wait` do.
    """
    import click

    from kpolicy.run.cluster import connect  # an extra, which takes half a second to import

    cluster = connect(address)
    click.get_current_context().call_on_close(cluster.close)
    return replace(context, cluster=cluster, jobs=cluster.wait())


def check_output(path: str | None, *, force: bool) -> None:
    """Refuse what could not be written in the end, before any work is done.

    Raises UsageError for a file that is there and not to be overwritten, InputError for a folder and for a file in one
    that does not exist.
    """
    if path is None:
        return
    if os.path.isdir(path):
        raise InputError(f"cannot write {path}: it is a directory")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise InputError(f"cannot write {path}: no such directory: {folder}")
    if not force and os.path.lexists(path):
        raise UsageError(f"{path} exists", hint="pass another file to -o, or --force to overwrite it")


def deliver(console: Console, content: str | bytes, path: str | None, *, force: bool) -> None:
    """Write a result to a file, whole or not at all, or to stdout."""
    if path is None:
        if isinstance(content, bytes):
            console.payload_bytes(content)
        else:
            console.payload(content)
        return
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    try:
        if not force:
            _new_file(path, data)
        elif not os.path.lexists(path) or os.path.isfile(path):
            replace_file(path, data)
        else:
            # A device or a pipe.
            with open(path, "wb") as stream:
                stream.write(data)
    except FileExistsError:
        check_output(path, force=force)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot write {path}: {reason}") from None


def replace_file(path: str, data: bytes) -> None:
    """Put a new content in the place of a file's, whole or not at all.

    Its permissions stay, and its owner where this process may give files away; a symbolic link stays a link.
    """
    target = os.path.realpath(path)
    try:
        status: os.stat_result | None = os.stat(target)
    except FileNotFoundError:
        status = None
    name = _scratch(target, data)
    try:
        if status is not None:
            _make_like(name, status)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _new_file(path: str, data: bytes) -> None:
    """Make a file, whole or not at all; raises FileExistsError also where it came into being meanwhile."""
    name = _scratch(path, data)
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links.
        with open(path, "xb"):
            pass
        os.replace(name, path)
        return
    finally:
        if os.path.lexists(name):
            os.unlink(name)


def _make_like(name: str, status: os.stat_result) -> None:
    """Give a file the owner and the permissions of another one."""
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        # Only root gives files away, and a user only to groups of his own.
        with suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
    # Afterwards: a change of the owner takes the set-user-ID bit away.
    os.chmod(name, status.st_mode & 0o7777)


def _scratch(path: str, data: bytes) -> str:
    """A file beside another one, with what is to be in that; returns its name."""

    import tempfile  # most results go to standard output

    handle, name = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".kpolicy-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            # After a crash of the machine there is the old content or the new one, never an empty file.
            os.fsync(stream.fileno())
        # mkstemp is private to the user; a result should be as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
    except BaseException:
        os.unlink(name)
        raise
    return name
