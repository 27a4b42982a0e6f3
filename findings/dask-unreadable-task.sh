#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# distributed 2026.8.0 (PyPI): a worker that lacks the module of a task ends, and the client is not told why.
#
# Expected: the task fails with ModuleNotFoundError, as it does when the scheduler lacks the module, and the worker takes the next one.
# Observed: the worker logs ModuleNotFoundError and ends (without --no-nanny it is started again and ends again).  The scheduler
# takes that for a worker killed by the task and gives it to the next one: the client sees KilledWorker after
# distributed.scheduler.allowed-failures + 1 workers, or waits, if there are fewer.  One task ends all workers of an
# environment without the module, with everything that others run on them.
# kpolicy therefore asks every worker which kpolicy it has before it sends work.
# Exit status 0 while distributed behaves like this, 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0
mkdir "$folder/module" "$folder/empty"
echo 'def twice(number): return 2 * number' >"$folder/module/work.py"
cd "$folder/empty"
export DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0
PYTHONPATH=$folder/module "$folder/venv/bin/dask" scheduler --host 127.0.0.1 --port 0 --no-dashboard \
	--scheduler-file "$folder/scheduler" >"$folder/scheduler.log" 2>&1 &
"$folder/venv/bin/dask" worker --scheduler-file "$folder/scheduler" --no-nanny --nthreads 1 --no-dashboard \
	>"$folder/worker.log" 2>&1 &
worker=$!
PYTHONPATH=$folder/module "$folder/venv/bin/python" - "$folder/scheduler" >"$folder/seen" 2>/dev/null <<'EOF'
import sys
import time
from pathlib import Path

from distributed import Client
from work import twice

while not Path(sys.argv[1]).exists():
    time.sleep(0.1)
with Client(scheduler_file=sys.argv[1]) as client:
    client.wait_for_workers(1, timeout=60)
    print(type(client.submit(twice, 2).exception(timeout=60)).__name__)
EOF
# Another minute is more than it takes to end.
for _ in $(seq 60); do kill -0 "$worker" 2>/dev/null && sleep 1 || break; done
ended=no
kill -0 "$worker" 2>/dev/null || ended=yes
echo "the client sees $(cat "$folder/seen"); worker ended: $ended; its log: $(grep -m1 ^ModuleNotFoundError "$folder/worker.log")"
[ "$(cat "$folder/seen")" = KilledWorker ] && [ $ended = yes ] && grep -q "^ModuleNotFoundError: No module named 'work'" "$folder/worker.log"
