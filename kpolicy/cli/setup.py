# SPDX-License-Identifier: GPL-2.0-or-later
"""What commands take from the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from kpolicy.cli.console import Console
from kpolicy.frozen import replace
from kpolicy.run.context import Context, today


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
        today=today,
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
