#!/usr/bin/env python3
"""usage: fetch_data.py [FOLDER]

Puts orangeJuice.rda into FOLDER (default: ~/.cache/orange_juice, or $ORANGE_JUICE_CACHE) and prints its
path. The data comes out of Debian's package r-cran-bayesm, downloaded by apt and unpacked; R is not
installed, and the data, being under GPL-2+, is never part of this repository.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

PACKAGE = "r-cran-bayesm"
INSIDE = "usr/lib/R/site-library/bayesm/data/orangeJuice.rda"
SHA256 = "4418b33f320a1e91124e934d4c7e3e978812e9c60b6924037447ffc44cf71855"


def main(arguments):
    folder = arguments[0] if arguments else default_folder()
    target = os.path.join(folder, "orangeJuice.rda")
    if not os.path.exists(target) or digest(target) != SHA256:
        os.makedirs(folder, exist_ok=True)
        fetch(target)
    print(target)
    return 0


def default_folder():
    chosen = os.environ.get("ORANGE_JUICE_CACHE")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return chosen or os.path.join(cache, "orange_juice")


def fetch(target):
    with tempfile.TemporaryDirectory() as work:
        download(work)
        packages = [name for name in os.listdir(work) if name.endswith(".deb")]
        if len(packages) != 1:
            raise SystemExit(f"fetch_data: apt-get left {packages or 'nothing'}; expected one package {PACKAGE}")
        run(["dpkg-deb", "-x", os.path.join(work, packages[0]), os.path.join(work, "unpacked")], work)
        found = os.path.join(work, "unpacked", INSIDE)
        if not os.path.exists(found) or digest(found) != SHA256:
            raise SystemExit(f"fetch_data: {packages[0]} does not hold the expected {INSIDE} (SHA-256 {SHA256})")
        partial = f"{target}.{os.getpid()}"
        shutil.copyfile(found, partial)
        os.replace(partial, target)


def download(work):
    """A machine that never ran `apt-get update` has no package lists; then that comes first."""
    command = ["apt-get", "download", "-qq", PACKAGE]
    if subprocess.run(command, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return
    root = [] if os.geteuid() == 0 else ["sudo"]
    run([*root, "apt-get", "update", "-qq"], work)
    run(command, work)


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"fetch_data: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def digest(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
