#!/usr/bin/env python3
"""usage: validate.py [BUILD]

`sluice data validate` on generated sales of 0.1 and 1 GB: highest resident memory of each, with and without a key whose
uniqueness is checked, and MB/s beside pandas doing the same checks on the smaller file, and beside Great Expectations with
the same suite on a file of 0.02 GB, so that the benchmark ends soon. SLUICE_BENCH_LARGE_MB sets the size of the largest one.
"""

import json
import os
import subprocess
import sys

import measure
import peer_suite

PEER_MB = 20
SMALL_MB = 100
LARGE_MB = int(os.environ.get("SLUICE_BENCH_LARGE_MB", "1000"))
FLAT = 1.2  # highest memory of the large file over that of the small one
ROUNDS = 3
BRANDS, WEEKS = 11, 121

COLUMNS = """columns:
  store: {type: integer, min: 1, max: 10000000}
  brand: {type: integer, allowed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
  week: {type: integer, min: 1, max: 400}
  price: {type: number, min: 0.2, max: 20}
  deal: {type: integer, allowed: [0, 1]}
  units: {type: integer, min: 0}
  region: {type: category, allowed: [north, south, east, west]}
  note: {type: text}
"""

# Every kind of check that looks at each row, 40 and more of them.
FORTY = """report_by: [brand]
rules:
  - {check: price <= 20 and price > 0}
  - {check: units >= 0 or deal == 1}
columns:
  store: {type: integer, min: 1, max: 10000000, max_length: 9}
  brand: {type: integer, min: 1, max: 11, allowed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
  week: {type: integer, min: 1, max: 400, max_length: 3}
  price: {type: number, min: 0.2, max: 20, max_length: 6}
  deal: {type: integer, min: 0, max: 1, allowed: [0, 1]}
  units: {type: integer, min: 0, max: 100000, mostly: 0.99}
  region: {type: category, allowed: [north, south, east, west], min_length: 4, max_length: 5}
  note: {type: text, min_length: 1, max_length: 60}
"""

# The same reading and the same rules; prints seconds of processor and peak megabytes.
PANDAS = """
import resource, sys, time
import pandas
start, begin = time.process_time(), time.monotonic()
f = pandas.read_csv(sys.argv[1])
bad = (~f.store.between(1, 10000000)).sum() + (~f.brand.isin(range(1, 12))).sum() + (~f.week.between(1, 400)).sum()
bad += (~f.price.between(0.2, 20)).sum() + (~f.deal.isin([0, 1])).sum() + (f.units < 0).sum()
bad += (~f.region.isin(["north", "south", "east", "west"])).sum() + f.isna().sum().sum()
if sys.argv[2] == "key":
    bad += f.duplicated(["store", "brand", "week"]).sum()
print(time.process_time() - start, time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
sys.exit(1 if bad else 0)
"""


def generate(path, megabytes):
    """The same bytes every time; store, brand and week are unique together."""
    regions = ["north", "south", "east", "west"]
    lines, random = [], 1
    for i in range(BRANDS * WEEKS):
        random = (random * 6364136223846793005 + 1442695040888963407) % 2**64
        lines.append(f"@,{i % BRANDS + 1},{i // BRANDS + 40},{0.5 + (random >> 40) * 3e-7:.2f},{random >> 63},"
                     f"{random >> 51},{regions[i % 4]},regular shelf price\n")
    block, store, written = "".join(lines).encode(), 0, 0
    with open(path, "wb") as out:
        out.write(b"store,brand,week,price,deal,units,region,note\n")
        while written < megabytes * 1_000_000:
            store += 1
            written += out.write(block.replace(b"@", str(store).encode()))
    return os.path.getsize(path) / 1e6


def python_with_pandas():
    for python in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([python, "-c", "import pandas; print(pandas.__version__)"], capture_output=True, text=True,
                               check=False)
        if found.returncode == 0:
            return python, found.stdout.strip()
    return None, None


def with_pandas(python, path, key):
    ran = subprocess.run([python, "-c", PANDAS, path, key], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit(f"bench: pandas found mistakes in the generated file, or failed: {ran.stderr}")
    return [float(word) for word in ran.stdout.split()]


def memory_rows(build, place, small, large):
    for name, schema in (("no key", "plain.yml"), ("a unique key", "keyed.yml")):
        def check(path, schema=schema):
            return measure.run([build.sluice, "data", "validate", path, "--schema", place.path(schema)],
                               place.environment)

        low, high = check(small[0]), check(large[0])
        ratio = high.peak_kilobytes / low.peak_kilobytes
        flat = schema == "plain.yml"
        measure.add_row(f"`data validate`, {name}: memory at {large[1] / 1e3:.1f} GB", f"{high.peak_kilobytes / 1e3:.1f} MB",
                        f"at {small[1] / 1e3:.1f} GB {low.peak_kilobytes / 1e3:.1f} MB", f"{ratio:.2f}",
                        f"≤ {FLAT:g}" if flat else "≤ 128 MiB for keys",
                        ratio <= FLAT if flat else high.peak_kilobytes < 128 * 1024 + 20_000)


def speed_rows(build, place, small):
    python, version = python_with_pandas()
    for name, schema, key in (("no key", "plain.yml", "none"), ("a unique key", "keyed.yml", "key")):
        works = [lambda schema=schema: measure.run(
            [build.sluice, "data", "validate", small[0], "--schema", place.path(schema)], place.environment)]
        if python:
            works.append(lambda key=key: with_pandas(python, small[0], key))
        ours, *theirs = measure.alternate(ROUNDS, *works)
        work, wall = measure.median([r.processor for r in ours]), measure.median([r.wall for r in ours])
        compared, ratio = "pandas is not installed", ""
        if theirs:
            their_work = measure.median([t[0] for t in theirs[0]])
            compared = (f"pandas {version} {small[1] / their_work:.0f} MB/s, "
                        f"{measure.median([t[2] for t in theirs[0]]):.0f} MB of memory")
            ratio = f"{their_work / work:.1f}× as fast"
        measure.add_row(f"`data validate`, {name}: MB/s of processor time",
                        f"{small[1] / work:.0f} ({small[1] / wall:.0f} by the clock)", compared, ratio)


def checks_row(build, place, small):
    """What looking at every row with 40 checks costs beside profiling it."""
    report = subprocess.run([build.sluice, "data", "validate", small[0], "--schema", place.path("forty.yml"), "--json"],
                            capture_output=True, text=True, check=True, env=place.environment)
    checks = json.loads(report.stdout)["checks"]
    validate, profile = measure.alternate(
        ROUNDS,
        lambda: measure.run([build.sluice, "data", "validate", small[0], "--schema", place.path("forty.yml")], place.environment),
        lambda: measure.run([build.sluice, "data", "profile", small[0]], place.environment))
    ours, alone = measure.median([r.processor for r in validate]), measure.median([r.processor for r in profile])
    measure.add_row(f"`data validate` with {checks} checks: MB/s of processor time", f"{small[1] / ours:.0f}",
                    f"`data profile` {small[1] / alone:.0f}", f"{ours / alone:.2f}× its time", "< 1.2", ours / alone < 1.2)


def great_expectations_row(build, place):
    """The same suite and the same file; MB/s of processor time, and whether both say the same."""
    path, suite = place.path("peer.csv"), peer_suite.suite()
    megabytes = generate(path, PEER_MB)
    written = place.write("suite.json", json.dumps(suite))
    what = f"a suite of {len(suite['expectations'])} expectations on {megabytes:.0f} MB: MB/s of processor time"
    validate = [build.sluice, "data", "validate", path, "--suite", written]
    said = measure.run(validate + ["--format", "gx"], place.environment, output=subprocess.PIPE, expect=1)
    theirs, reason = peer_suite.run(path, written)
    runs = [measure.run(validate, place.environment, expect=1) for _ in range(ROUNDS)]
    ours = measure.median([run.processor for run in runs])
    if reason:
        measure.add_row(what, f"{megabytes / ours:.0f}", f"Great Expectations not measured: {reason}")
        return
    differ = peer_suite.differences(peer_suite.told_by_sluice(said.output), theirs["told"])
    agree = f"BOTH DO NOT SAY THE SAME of {', '.join(differ)}" if differ else "both say the same of each"
    measure.add_row(what, f"{megabytes / ours:.0f}, {runs[0].peak_kilobytes / 1e3:.0f} MB of memory",
                    f"Great Expectations {peer_suite.VERSION} {megabytes / theirs['processor']:.1f} MB/s, "
                    f"{theirs['megabytes']:.0f} MB of memory; {agree}", f"{theirs['processor'] / ours:.0f}× as fast")


def main():
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        place.write("plain.yml", COLUMNS)
        place.write("keyed.yml", "keys: [[store, brand, week]]\n" + COLUMNS)
        small = (place.path("small.csv"), generate(place.path("small.csv"), SMALL_MB))
        speed_rows(build, place, small)
        great_expectations_row(build, place)
        place.write("forty.yml", FORTY)
        checks_row(build, place, small)
        large = (place.path("large.csv"), generate(place.path("large.csv"), LARGE_MB))
        memory_rows(build, place, small, large)


if __name__ == "__main__":
    main()
