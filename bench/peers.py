"""Programs that do the same work as sluice: fetched through the Go module proxy and from PyPI into build/peers, at a fixed version.

`peer(name)` has the path of the program, `python_with(packages)` that of a Python that has them, or they say why it is
not there; the benchmark then says so in its rows.
"""

import hashlib
import os
import shutil
import subprocess
import sys

GO_PLACES = ("/usr/local/go/bin", "/usr/lib/go/bin")
SECONDS_TO_INSTALL = 900
PEERS = {
    "act": ("github.com/nektos/act", "v0.2.89"),
    "actionlint": ("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12"),
}


class Peer:
    """A program, or the reason why there is none."""

    def __init__(self, name, program="", reason=""):
        self.name = name
        self.title = f"{name} {PEERS[name][1].lstrip('v')}" if name in PEERS else name
        self.program = program
        self.reason = reason


def find_go():
    return shutil.which("go") or shutil.which("go", path=os.pathsep.join(GO_PLACES))


def peer(name):
    """Installs it when it is not there yet."""
    module, version = PEERS[name]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "peers", f"{name}_{version}")
    program = os.path.join(os.path.realpath(folder), name)
    if os.access(program, os.X_OK):
        return Peer(name, program)
    go = find_go()
    if go is None:
        return Peer(name, reason="Go is not installed")
    os.makedirs(folder, exist_ok=True)
    environment = dict(os.environ, GOBIN=os.path.realpath(folder), GOFLAGS="-mod=mod", GOTOOLCHAIN="local",
                       CGO_ENABLED="0")
    print(f"  installing {module}@{version}", flush=True)
    try:
        ran = subprocess.run([go, "install", f"{module}@{version}"], env=environment, cwd=folder, capture_output=True,
                             text=True, timeout=SECONDS_TO_INSTALL, check=False)
    except subprocess.TimeoutExpired:
        return Peer(name, reason=f"`go install` took more than {SECONDS_TO_INSTALL} s")
    if ran.returncode == 0 and os.access(program, os.X_OK):
        return Peer(name, program)
    last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
    return Peer(name, reason=f"`go install` failed: {last[:160]}")


def python_with(*packages):
    """A Python with these packages of PyPI ("duckdb==1.4.1"), in an environment of its own."""
    key = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "peers", f"python_{key}"))
    program, done = os.path.join(folder, "bin", "python"), os.path.join(folder, "installed")
    if os.path.exists(done):
        return Peer("python", program)
    print(f"  installing {', '.join(packages)}", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, capture_output=True, timeout=120)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
                        "--timeout", "20", *packages], check=True, capture_output=True, timeout=SECONDS_TO_INSTALL)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        said = (getattr(failure, "stderr", None) or b"").decode(errors="replace").strip().splitlines()
        return Peer("python", reason=f"{', '.join(packages)} cannot be installed: {(said or ['no message'])[-1][:160]}")
    open(done, "w", encoding="utf-8").close()
    return Peer("python", program)
