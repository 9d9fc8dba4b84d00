"""Programs that do the same work as sluice: fetched through the Go module proxy into build/peers, at a fixed version.

`peer(name)` has the path of the program, or says why it is not there; the benchmark then says so in its rows.
"""

import os
import shutil
import subprocess

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
        self.title = f"{name} {PEERS[name][1].lstrip('v')}"
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
