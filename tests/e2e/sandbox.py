"""A throw-away repository and home in which tests run the real binary.

A sandbox owns every process that works in its home: close() ends what is left and fails when the test
said that nothing may be left. Waiting is always for a condition, with a deadline.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

SKIPPED = 77  # as tests/e2e/CMakeLists.txt tells ctest
DEADLINE = 60.0 * float(os.environ.get("SLUICE_TEST_PATIENCE", "1"))  # seconds; what does not happen by then never happens


def binary():
    path = Path(os.environ.get("SLUICE_BINARY", "build/dev/sluice")).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{path}: build it, or set SLUICE_BINARY")
    return str(path)


def wait_until(condition, what, process=None):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        if process is not None and process.poll() is not None:
            value = condition()
            if value:
                return value
            raise AssertionError(f"sluice ended with {process.returncode} before: {what}")
        time.sleep(0.002)
    raise AssertionError(f"did not happen within {DEADLINE} s: {what}")


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def main():
    """Runs the tests of the calling file. Exit status 77, which ctest shows as skipped, when none could run here; the
    reasons are printed in any case."""
    result = unittest.main(exit=False).result
    for reason in sorted({reason for _, reason in result.skipped}):
        print(reason if reason.startswith("SKIPPED: ") else f"SKIPPED: {reason}", flush=True)
    if result.wasSuccessful() and result.skipped and len(result.skipped) == result.testsRun:
        sys.exit(SKIPPED)
    sys.exit(not result.wasSuccessful())


class Sandbox:
    def __init__(self, root=None):
        self.root = Path(root or tempfile.mkdtemp(prefix="sluice-e2e-")).resolve()
        self.repository = self.root / "shop"
        self.home = self.root / "home"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8", "USER": "ana",
            "SLUICE_HOME": str(self.home), "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
            "GIT_COMMITTER_NAME": "ana", "GIT_COMMITTER_EMAIL": "ana@example.org"}
        self.started = []

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, path, text):
        file = self.repository / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
        file.write_bytes(data)
        return file

    def commit(self, files=None):
        """A repository with these files in its newest commit."""
        self.repository.mkdir(exist_ok=True)
        for path, text in (files or {}).items():
            self.write(path, text)
        if not (self.repository / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=work")

    def pipeline(self, text):
        self.commit({".github/workflows/ci.yml": text})

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.repository, env=self.environment, check=True)

    def start(self, *arguments, home=None, cwd=None):
        environment = dict(self.environment, **({"SLUICE_HOME": str(home)} if home else {}))
        process = subprocess.Popen([binary(), *map(str, arguments)], cwd=cwd or self.repository, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        return process

    def finish(self, process):
        """(exit status, standard output, standard error) of what start() gave."""
        out, error = process.communicate(timeout=DEADLINE)
        return process.returncode, out.decode(errors="replace"), error.decode(errors="replace")

    def sluice(self, *arguments, home=None, cwd=None):
        return self.finish(self.start(*arguments, home=home, cwd=cwd))

    def json(self, *arguments):
        status, out, error = self.sluice(*arguments, "--json")
        if status != 0:
            raise AssertionError(f"sluice {' '.join(map(str, arguments))} --json: {status} {error}")
        return json.loads(out)

    def query(self, sql, home=None):
        """Rows of engine.db as it is at this moment; none before it has its tables."""
        path = (home or self.home) / "engine.db"
        if not path.exists():
            return []
        try:
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            return []

    def events(self, home=None):
        return [(kind, json.loads(body)) for kind, body in self.query("SELECT kind, body FROM events ORDER BY seq", home)]

    def kinds(self, home=None):
        return [kind for kind, _ in self.events(home)]

    def wait_for_event(self, kind, process=None, **members):
        def seen():
            return any(k == kind and all(body.get(m) == v for m, v in members.items()) for k, body in self.events())
        wait_until(seen, f"event {kind} {members}", process)

    def results(self):
        """Result of each leg of the newest run by the leg's name."""
        return {leg["name"]: leg["result"] for leg in self.json("runs", "show")["jobs"]}

    def processes(self):
        """Processes that were started with this sandbox's home, by pid."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                if str(self.root).encode() in (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return [pid for pid in found if is_alive(pid)]


class SandboxTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)

    def assert_status(self, expected, answer):
        self.assertEqual(expected, answer[0], f"exit status; standard output:\n{answer[1]}\nstandard error:\n{answer[2]}")

    def run_pipeline(self, text, *arguments, status=0):
        self.sandbox.pipeline(text)
        answer = self.sandbox.sluice("run", *arguments)
        self.assert_status(status, answer)
        return answer[1] + answer[2]

    def assert_nothing_runs(self):
        wait_until(lambda: not self.sandbox.processes(), "every process of the sandbox has ended")
