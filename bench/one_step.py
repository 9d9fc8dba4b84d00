#!/usr/bin/env python3
"""usage: one_step.py [BUILD]

`sluice run` of a workflow with one step: highest resident memory of the engine's process, and the time from its start to
the first thing that the step does (bash writes its clock), beside bash started directly on the same script.
"""

import time

import measure

ROUNDS = 21
TARGET_MEGABYTES = 40
TARGET = 0.050
SCRIPT = 'echo "$EPOCHREALTIME" > "$BENCH_STAMP"'
WORKFLOW = f"""on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: {SCRIPT.replace('"$BENCH_STAMP"', "STAMP")}
"""


def seconds_to(stamp, begin):
    with open(stamp, encoding="ascii") as stream:
        return float(stream.read().replace(",", ".")) - begin


def engine(build, place, stamp):
    begin = time.time()
    ran = measure.run([build.sluice, "run"], place.environment, place.path("repository"))
    return seconds_to(stamp, begin), ran


def bare(place, script, stamp):
    begin = time.time()
    measure.run(["/bin/bash", "-e", script], place.environment)
    return seconds_to(stamp, begin)


def main():
    build = measure.build_from_arguments()
    measure.adopt_orphans()
    with measure.Workplace() as place:
        stamp = place.path("stamp")
        place.write("repository/.github/workflows/one.yml", WORKFLOW.replace("STAMP", stamp))
        place.commit("repository")
        script = place.write("bare.sh", SCRIPT.replace('"$BENCH_STAMP"', stamp))
        ours, least = measure.alternate(ROUNDS, lambda: engine(build, place, stamp), lambda: bare(place, script, stamp))
    best, first = min(seconds for seconds, _ in ours), measure.median([seconds for seconds, _ in ours])
    least = measure.median(least)
    megabytes = max(ran.peak_kilobytes for _, ran in ours) / 1e3
    whole = measure.median([ran.wall for _, ran in ours])
    work = measure.median([ran.processor for _, ran in ours])
    measure.add_row("one-step run: start to the step's first action",
                    f"{measure.milliseconds(best)} (best; median {measure.milliseconds(first)})",
                    f"bash directly {measure.milliseconds(least)}", f"{first / least:.1f}", "< 50 ms", best < TARGET)
    measure.add_row("one-step run: highest resident memory of the engine", f"{megabytes:.1f} MB", target="< 40 MB",
                    met=megabytes < TARGET_MEGABYTES)
    measure.add_row("one-step run: start to end", measure.milliseconds(whole),
                    f"{measure.milliseconds(work)} of processor (git and supervisor included)")


if __name__ == "__main__":
    main()
