#!/usr/bin/env python3
"""usage: profile.py [BUILD]

`sluice data profile` on generated retail sales of 10 columns: plain, every field quoted, and with 2 % broken rows, of
SLUICE_BENCH_LARGE_MB megabytes (1000). MB/s on one processor, which it is bound to: the target is for "a core", and two
processors of a machine may be two threads of one core. Beside it MB/s with all processors, of their time together and by
the clock; the highest resident memory, and that again at SLUICE_BENCH_HUGE_MB (0: not measured; bench/run.sh sets
10,000). In turn on the same files: DuckDB's SUMMARIZE (from PyPI into build/peers) and pandas' read_csv with describe.
"""

import os
import shutil
import subprocess
import sys

import measure
import peers

LARGE_MB = int(os.environ.get("SLUICE_BENCH_LARGE_MB", "1000"))
HUGE_MB = int(os.environ.get("SLUICE_BENCH_HUGE_MB", "0"))
ROUNDS = int(os.environ.get("SLUICE_BENCH_ROUNDS", "3"))
TARGET = 400  # MB/s on one processor, of a plain file
FASTER = 3  # than DuckDB
MOST_MEMORY = 300_000  # kilobytes
HEADER = "store,brand,week,date,price,deal,feat,units,region,note\n"
REGIONS = ["north", "south", "east", "west"]
BRANDS, WEEKS = 11, 121

# Both print seconds of processor, seconds by the clock and peak megabytes.
CLOSING = """
print(time.process_time() - work, time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
"""
DUCKDB = """
import resource, sys, time
import duckdb
work, begin = time.process_time(), time.monotonic()
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql("SUMMARIZE SELECT * FROM read_csv(?, ignore_errors = true)", params=[sys.argv[1]]).fetchall()
""" + CLOSING
PANDAS = """
import resource, sys, time
import pandas
work, begin = time.process_time(), time.monotonic()
frame = pandas.read_csv(sys.argv[1], on_bad_lines="skip")
frame.describe(include="all"); frame.nunique(); frame.isna().sum()
""" + CLOSING


class Library:
    """A peer with the interpreter that imports it, or the reason why there is none."""

    def __init__(self, name, version):
        found = peers.python_with(f"{name}=={version}")
        self.title = f"{name} {version}"
        self.python, self.reason = found.program, found.reason


def sales_of_a_store():
    """The rows of one store; @ stands for its number. The same every time."""
    rows, random = [], 1
    for i in range(BRANDS * WEEKS):
        random = (random * 6364136223846793005 + 1442695040888963407) % 2**64
        week, brand = i // BRANDS + 40, i % BRANDS + 1
        rows.append(["@", str(brand), str(week), f"2026-{week % 12 + 1:02}-{brand + 1:02}", f"{0.5 + (random >> 40) * 3e-7:.2f}",
                     str(random >> 63), f"{(random >> 44) / 2**20:.3f}", str(random >> 51), REGIONS[i % 4],
                     "regular shelf price"])
    return rows


def text_of(rows, kind):
    if kind == "quoted":
        return "".join(",".join(f'"{field}"' for field in row) + "\n" for row in rows)
    lines = []
    for i, row in enumerate(rows):
        if kind == "dirty" and i % 50 == 7:
            row = [*row[:4], "", *row[5:8], "n\u00e4he", "front, \"\"left\"\""] if i % 100 == 7 else row[:-2]
            row = [f'"{field}"' if "," in field else field for field in row]
        lines.append(",".join(row) + "\n")
    return "".join(lines)


def generate(path, megabytes, kind):
    block = text_of(sales_of_a_store(), kind).encode()
    store, written = 0, 0
    with open(path, "wb") as out:
        out.write(HEADER.encode())
        while written < megabytes * 1_000_000:
            store += 1
            written += out.write(block.replace(b"@", str(store).encode()))
    return os.path.getsize(path) / 1e6


def run_peer(python, program, path):
    ran = subprocess.run([python, "-c", program, path], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        return None
    return [float(word) for word in ran.stdout.split()[-3:]]  # there may be a progress bar before


def compare(build, place, kind, duckdb, pandas):
    path = place.path(f"{kind}.csv")
    size = generate(path, LARGE_MB, kind)
    profile = [build.sluice, "data", "profile", path, "--out", place.path("p.json")]
    one = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    works = [lambda: measure.run(profile, place.environment), lambda: measure.run(one + profile, place.environment)]
    found = [(peer, program) for peer, program in ((duckdb, DUCKDB), (pandas, PANDAS)) if peer.python]
    works += [lambda peer=peer, program=program: run_peer(peer.python, program, path) for peer, program in found]
    ours, alone, *theirs = measure.alternate(ROUNDS, *works)
    work, wall = measure.median([r.processor for r in ours]), measure.median([r.wall for r in ours])
    peak = max(r.peak_kilobytes for r in ours)
    core = size / measure.median([r.processor for r in alone])
    wanted = kind == "plain"
    measure.add_row(f"`data profile`, {kind}, {size / 1e3:.1f} GB, one processor: MB/s", f"{core:.0f}", "", "",
                    f"≥ {TARGET}" if wanted else "", core >= TARGET if wanted else None)
    processors = len(os.sched_getaffinity(0))
    measure.add_row(f"`data profile`, {kind}, all {processors} processors: MB/s of their time together",
                    f"{size / work:.0f} ({size / wall:.0f} by the clock)")
    measure.add_row(f"`data profile`, {kind}: highest memory", f"{peak / 1e3:.0f} MB", "", "", f"≤ {MOST_MEMORY / 1e3:.0f} MB",
                    peak <= MOST_MEMORY)
    for (peer, _), runs in zip(found, theirs):
        runs = [run for run in runs if run]
        if not runs:
            measure.add_row(f"`data profile`, {kind}, against {peer.title}", "", "it could not read the file")
            continue
        their_work, their_wall = (measure.median([run[i] for run in runs]) for i in (0, 1))
        wanted = peer is duckdb and kind == "plain"
        measure.add_row(f"`data profile`, {kind}, against {peer.title}", f"{size / wall:.0f} MB/s by the clock",
                        f"{size / their_wall:.0f} MB/s, {size / their_work:.0f} of processor time, "
                        f"{max(run[2] for run in runs):.0f} MB of memory",
                        f"{their_wall / wall:.1f}× as fast", f"≥ {FASTER}×" if wanted else "",
                        their_wall / wall >= FASTER if wanted else None)
    for peer in (duckdb, pandas):
        if not peer.python:
            measure.add_row(f"`data profile`, {kind}, against {peer.title}", "", peer.reason)
    os.remove(path)


def huge_memory(build, place):
    title = f"`data profile`, plain, {HUGE_MB / 1e3:.1f} GB: highest memory"
    if not HUGE_MB:
        return
    free = shutil.disk_usage(place.folder).free / 1e6
    if free < 1.2 * HUGE_MB:
        measure.add_row(title, f"not measured: {free / 1e3:.1f} GB are free in {place.folder}")
        return
    path = place.path("huge.csv")
    generate(path, HUGE_MB, "plain")
    ran = measure.run([build.sluice, "data", "profile", path, "--out", place.path("p.json")], place.environment)
    measure.add_row(title, f"{ran.peak_kilobytes / 1e3:.0f} MB", "", "", f"≤ {MOST_MEMORY / 1e3:.0f} MB",
                    ran.peak_kilobytes <= MOST_MEMORY)
    os.remove(path)


def main():
    build = measure.build_from_arguments()
    duckdb, pandas = Library("duckdb", "1.4.1"), Library("pandas", "2.2.3")
    with measure.Workplace() as place:
        for kind in ("plain", "quoted", "dirty"):
            compare(build, place, kind, duckdb, pandas)
        huge_memory(build, place)


if __name__ == "__main__":
    sys.exit(main())
