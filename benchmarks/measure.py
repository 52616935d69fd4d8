"""Run a command and add what it took to a file: `measure.py FILE COMMAND …`.

Stands in for Python when the workflow starts its jobs (run.py), so it imports nothing that is slow.
A line of JSON a command: name (the job's log below results/logs), start and wall in s, CPU in s of
all its processes, and the peak memory in MiB of the largest of them, as the kernel counted them.
"""

import json
import os
import sys
import time

file, *command = sys.argv[1:]
start = time.time()
child = os.posix_spawn(command[0], command, os.environ)
_, status, used = os.wait4(child, 0)
log = command[command.index("--log") + 1] if "--log" in command else " ".join(command)
line = {
    "name": log.partition("results/logs/")[2].removesuffix(".log") or log,
    "start": start,
    "wall": time.time() - start,
    "cpu": used.ru_utime + used.ru_stime,
    "peak": used.ru_maxrss / 1024,
}
# one write: jobs end beside one another
with open(file, "ab", buffering=0) as measures:
    measures.write((json.dumps(line) + "\n").encode())
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)
