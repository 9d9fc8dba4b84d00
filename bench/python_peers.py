"""Python libraries that do the same work as sluice: fetched from PyPI into an environment of their own under build/peers,
at a fixed version; one that is installed on the machine is taken as it is.

`peer(name)` has the interpreter that can import it, or says why there is none; the benchmark then says so in its rows.
"""

import os
import subprocess
import sys

SECONDS_TO_INSTALL = 900
PEERS = {"duckdb": "1.1.3", "pandas": "2.2.3"}


class Peer:
    """An interpreter that imports the library, or the reason why there is none."""

    def __init__(self, name, python="", version="", reason=""):
        self.title = f"{name} {version or PEERS[name]}"
        self.python = python
        self.reason = reason


def version_in(python, name):
    try:
        found = subprocess.run([python, "-c", f"import {name}; print({name}.__version__)"], capture_output=True,
                               text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1][:160]


def install(name, folder):
    """The reason why it could not be installed, or nothing."""
    print(f"  installing {name} {PEERS[name]} from PyPI", flush=True)
    steps = ([sys.executable, "-m", "venv", folder],
             [os.path.join(folder, "bin", "pip"), "install", "-q", "--disable-pip-version-check", f"{name}=={PEERS[name]}"])
    for step in steps:
        try:
            ran = subprocess.run(step, capture_output=True, text=True, timeout=SECONDS_TO_INSTALL, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"cannot be installed: {last_line(str(error))}"
        if ran.returncode != 0:
            return f"cannot be installed: {last_line(ran.stderr or ran.stdout)}"
    return ""


def peer(name):
    """Installs it when it is not there yet."""
    peers = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "peers"))
    folder = os.path.join(peers, f"python_{name}_{PEERS[name]}")
    places = [os.path.join(folder, "bin", "python3"), sys.executable, "/usr/bin/python3"]
    for python in places:
        version = version_in(python, name)
        if version:
            return Peer(name, python, version)
    os.makedirs(peers, exist_ok=True)
    reason = install(name, folder)
    version = "" if reason else version_in(places[0], name)
    if version:
        return Peer(name, places[0], version)
    return Peer(name, reason=reason or "it is installed and cannot be imported")
