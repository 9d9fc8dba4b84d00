"""What the benchmarks share: processes with their times and memory, medians, rows of the table.

Every script is called with the folder of the build and measures sluice and what it is compared with alternately in
the same run. A row goes to standard output as text and, as JSON, to the file that SLUICE_BENCH_ROWS names.
"""

import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

_PR_SET_CHILD_SUBREAPER = 36


class Build:
    """The programs under test."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.sluice = os.path.join(self.folder, "sluice")
        if not os.access(self.sluice, os.X_OK):
            sys.exit(f"bench: {self.sluice} is not there; build it with `./dev bench`")

    def program(self, name):
        path = os.path.join(self.folder, "bench", name)
        if not os.access(path, os.X_OK):
            sys.exit(f"bench: {path} is not there; configure with -DSLUICE_BENCH=ON and build")
        return path


def build_from_arguments():
    return Build(sys.argv[1] if len(sys.argv) > 1 else "build/release")


class Workplace:
    """A temporary folder with a home of its own for sluice; gone at the end."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="sluice_bench_")
        self.environment = dict(os.environ, SLUICE_HOME=self.path("home"), LC_ALL="C.UTF-8",
                                GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def commit(self, folder):
        """Makes `folder` a repository with everything in it committed on main."""
        git = ["git", "-C", self.path(folder), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "bench"]):
            subprocess.run(git + arguments, check=True, env=self.environment)


class Ran:
    """One run of a program: seconds of wall clock and of processor (of all its descendants), status, output."""

    def __init__(self, wall, processor, status, output=b"", peak_kilobytes=0):
        self.wall = wall
        self.processor = processor
        self.status = status
        self.output = output
        self.peak_kilobytes = peak_kilobytes


def adopt_orphans():
    """Descendants that lose their parent become ours, so that their processor time is counted."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def processor_of_children():
    times = os.times()
    return times.children_user + times.children_system


def reap_orphans(seconds=5):
    """Waits for adopted processes, so that their time is known."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            time.sleep(0.001)


def run(arguments, environment=None, folder=None, output=subprocess.DEVNULL, expect=0):
    """Runs to the end; a status other than `expect` ends the benchmark with the program's own words."""
    before = processor_of_children()
    start = time.monotonic()
    child = subprocess.Popen(arguments, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                             stderr=subprocess.PIPE)
    peak = _PeakOf(child.pid)
    out, errors = child.communicate()
    wall = time.monotonic() - start
    peak.stop()
    reap_orphans()
    if expect is not None and child.returncode != expect:
        sys.exit(f"bench: {' '.join(arguments[:4])} ended with {child.returncode}, not {expect}:\n{errors.decode()}")
    return Ran(wall, processor_of_children() - before, child.returncode, out or b"", peak.kilobytes)


class _PeakOf:
    """The highest resident memory of one process alone (VmHWM), read every few milliseconds."""

    def __init__(self, pid):
        self.kilobytes = 0
        self._path = f"/proc/{pid}/status"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(0.005):
            try:
                with open(self._path, encoding="ascii") as stream:
                    for line in stream:
                        if line.startswith("VmHWM:"):
                            self.kilobytes = max(self.kilobytes, int(line.split()[1]))
            except (FileNotFoundError, ProcessLookupError):
                return


def processor_of_process(pid):
    """Seconds of processor that the threads of a live process have used, to the nanosecond."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as stream:
            total += int(stream.read().split()[0])
    return total / 1e9


def alternate(rounds, *works):
    """Calls each work `rounds` times in turn, so that all see the same machine; lists of their results."""
    results = [[] for _ in works]
    for _ in range(rounds):
        for work, got in zip(works, results):
            got.append(work())
    return results


def median(values):
    return statistics.median(values)


def add_row(what, measured, compared="", ratio="", target="", met=None):
    """`met`: True, False, or None where there is no target."""
    row = {"what": what, "measured": measured, "compared": compared, "ratio": ratio, "target": target,
           "met": "" if met is None else ("yes" if met else "NO")}
    print(f"  {what}: {measured}" + (f"; {compared}" if compared else "") + (f"; ratio {ratio}" if ratio else "") +
          (f"; target {target}: {row['met']}" if target else ""), flush=True)
    path = os.environ.get("SLUICE_BENCH_ROWS")
    if path:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"
