"""All C++ is as clang-format leaves it."""

import concurrent.futures
import os
import re
import shutil
import subprocess


class Skipped(Exception):
    pass


def check(tree):
    program = shutil.which("clang-format")
    if program is None:
        raise Skipped("clang-format is not installed (./dev fmt installs it); nothing was checked")
    files = tree.cpp()
    batches = [files[i:i + 20] for i in range(0, len(files), 20)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return [p for found in pool.map(lambda batch: _check(program, tree, batch), batches) for p in found]


def _check(program, tree, batch):
    done = subprocess.run([program, "--dry-run", "-Werror", "--ferror-limit=1", *batch],
                          cwd=tree.root, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    lines = sorted(set(re.findall(r"^(\S+?):(\d+):\d+: error", done.stderr, re.M)))
    return [f"{file}:{line}: not formatted; run ./dev fmt" for file, line in lines] or [done.stderr.strip()]
