#!/usr/bin/env python3
"""usage: schedule.py [BUILD]

Deciding alone, in one process, whose steps end the moment they start: 10,000 legs from text to plan; and a run of many legs,
and one of many jobs, at two sizes: processor time and memory for each leg must not grow with their number.
"""

import json
import os
import subprocess

import measure
from plan import workflow as graph

LEGS_OF_JOB = 250
ROUNDS = 3
TARGET = 100
GROWTH = 1.3


def legs(count):
    """Jobs of 250 legs; every second one needs the one before."""
    lines = ["on: push", "jobs:"]
    for i in range(count // LEGS_OF_JOB):
        lines += [f"  job_{i}:", "    runs-on: ubuntu-latest", *([f"    needs: job_{i - 1}"] if i % 2 else []),
                  "    strategy:", "      matrix:", f"        a: {list(range(25))}", f"        b: {list(range(10))}",
                  "    steps:", "      - run: echo ${{ matrix.a }} ${{ matrix.b }}"]
    return "\n".join(lines) + "\n"


def drive(build, place, file, turn=[0]):
    turn[0] += 1
    folder = place.path(f"run_{turn[0]}")
    os.mkdir(folder)
    got = subprocess.run([build.program("schedule_bench"), file, folder], check=True, capture_output=True)
    return json.loads(got.stdout)


def compare(build, place, name, small, large, count):
    few, many = measure.alternate(ROUNDS, lambda: drive(build, place, small), lambda: drive(build, place, large))

    def each(runs, what):
        return measure.median([run[what] / run["legs"] for run in runs])

    for what, part, unit in (("events decided, committed and shown", "drive_ms", 1e3), ("read back", "replay_ms", 1e3)):
        ratio = each(many, part) / each(few, part)
        measure.add_row(f"a run of {count(many[0])}: {what}, for each", f"{each(many, part) * unit:.0f} µs",
                        f"of {count(few[0])} {each(few, part) * unit:.0f} µs", f"{ratio:.2f}", f"≤ {GROWTH}", ratio <= GROWTH)
    ratio = each(many, "peak_kilobytes") / each(few, "peak_kilobytes")
    measure.add_row(f"a run of {count(many[0])}: highest memory for each", f"{each(many, 'peak_kilobytes'):.1f} kB",
                    f"of {count(few[0])} {each(few, 'peak_kilobytes'):.1f} kB", f"{ratio:.2f}", f"≤ {GROWTH}", ratio <= GROWTH)


def main():
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        ten_thousand = place.write("ten_thousand.yml", legs(10_000))
        plan = json.loads(subprocess.run([build.program("plan_bench"), ten_thousand], check=True, capture_output=True).stdout)
        measure.add_row(f"{plan['legs']:,} legs of {plan['jobs']} jobs: from text to plan", f"{plan['wall_ms']:.1f} ms (best)",
                        target=f"< {TARGET} ms", met=plan["wall_ms"] < TARGET)
        compare(build, place, "legs", place.write("legs_small.yml", legs(1_000)), ten_thousand,
                lambda run: f"{run['legs']:,} legs")
        compare(build, place, "jobs", place.write("jobs_small.yml", graph(400)), place.write("jobs_large.yml", graph(2_000)),
                lambda run: f"{run['legs']:,} jobs")


if __name__ == "__main__":
    main()
