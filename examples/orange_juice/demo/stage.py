"""Where the demo plays: a repository and a home of its own, and what starts and ends things there."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

EXAMPLE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = "shop"


class Failed(Exception):
    """Something did not go as told."""


class Stage:
    def __init__(self, sluice, port, say):
        self.sluice_path = sluice
        self.port = port
        self.say = say
        self.root = tempfile.mkdtemp(prefix="orange-juice-")
        self.home = os.path.join(self.root, "home")
        self.repository = os.path.join(self.root, "repository")
        self.environment = {**os.environ, "SLUICE_HOME": self.home, "GIT_CONFIG_NOSYSTEM": "1",
                            "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.org",
                            "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.org",
                            "PYTHONDONTWRITEBYTECODE": "1", "TERM": "dumb"}
        os.mkdir(self.home, 0o700)
        self._make_repository()

    def _make_repository(self):
        shutil.copytree(EXAMPLE, self.repository,
                        ignore=shutil.ignore_patterns("demo", "demo.sh", "data", "model", "__pycache__"))
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Demo")
        self.git("config", "user.email", "demo@example.org")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Predict the demand for orange juice")

    # ---- the repository ----
    def git(self, *arguments):
        return self._run(["git", "-C", self.repository, *arguments], check=True).stdout

    def commit(self, message, edits):
        """edits: {file: [(old, new), …]}; every old text must be there."""
        for file, changes in edits.items():
            path = os.path.join(self.repository, file)
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            for old, new in changes:
                if old not in text:
                    raise Failed(f"{file} does not hold {old!r}, which this commit changes")
                text = text.replace(old, new)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        self.git("commit", "-qam", message)

    def take_back(self):
        self.git("revert", "--no-edit", "HEAD")

    # ---- sluice ----
    def sluice(self, *arguments, expect=0):
        done = self._run([self.sluice_path, *arguments])
        if expect is not None and done.returncode != expect:
            raise Failed(f"`sluice {' '.join(arguments)}` ended with {done.returncode}, expected {expect}:\n"
                         + tail(done.stdout + done.stderr))
        return done.stdout + done.stderr

    def sluice_json(self, *arguments):
        done = self._run([self.sluice_path, *arguments, "--json"])
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise Failed(f"`sluice {' '.join(arguments)} --json` printed no JSON:\n{tail(done.stdout + done.stderr)}") from None

    def start_sluice(self, *arguments, output):
        return subprocess.Popen([self.sluice_path, *arguments], cwd=self.repository, env=self.environment,
                                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def push(self, *arguments, expect=0):
        """What a push to main does: runs the pipeline at the newest commit."""
        return self.sluice("run", "--event", "push", "--var", f"PORT={self.port}", *arguments, expect=expect)

    def run_jobs(self):
        """{job: [its steps]} of the newest run, as `runs show` tells it."""
        return self.sluice_json("runs", "show")

    def target(self):
        return self.sluice_json("rollout", "status", TARGET)

    def target_now(self):
        """The same at once, from the keeper's control socket."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        with connection.sock:
            connection.sock.connect(os.path.join(self.home, "targets", TARGET, "control.sock"))
            connection.request("GET", "/status")
            return json.load(connection.getresponse())

    def _run(self, command, check=False):
        done = subprocess.run(command, cwd=self.repository if os.path.isdir(self.repository) else None,
                              env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=False)
        if check and done.returncode != 0:
            raise Failed(f"`{' '.join(command)}` failed:\n{tail(done.stdout + done.stderr)}")
        return done

    # ---- checks ----
    def check(self, condition, claim):
        if not condition:
            raise Failed(f"not so: {claim}")
        self.say(f"    ✓ {claim}")

    def find(self, pattern, text, claim):
        match = re.search(pattern, text)
        if not match:
            raise Failed(f"not so: {claim}; looked for /{pattern}/ in:\n{tail(text)}")
        self.say(f"    ✓ {claim}")
        return match

    def wait(self, condition, seconds, claim):
        """The first true value of condition()."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        raise Failed(f"not within {seconds} s: {claim}")

    # ---- the end ----
    def processes(self):
        """Pids of everything that lives on this stage: its environment names our home."""
        mark = f"SLUICE_HOME={self.home}".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    with open(f"/proc/{name}/environ", "rb") as stream:
                        if mark in stream.read().split(b"\0"):
                            found.append(int(name))
                except OSError:
                    pass
        return found

    def close(self):
        self._run([self.sluice_path, "target", "stop", TARGET])
        for number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + 3
            while self.processes() and time.monotonic() < end:
                for pid in self.processes():
                    try:
                        os.kill(pid, number)
                    except ProcessLookupError:
                        pass
                time.sleep(0.2)
        shutil.rmtree(self.root, ignore_errors=True)


def tail(text, lines=30):
    return "\n".join("      " + line for line in text.splitlines()[-lines:])
