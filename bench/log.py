#!/usr/bin/env python3
"""usage: log.py [BUILD]

A step that writes 1 GB of log: highest resident memory of the supervisor, which masks and writes it, and of the engine,
beside a step that writes 10 MB; and megabytes a second, beside a plain copy of the same output into a file.
"""

import re

import measure

SIZES = {"10 MB": 10_000_000, "1 GB": 1_000_000_000}
WRITE = "yes 'epoch 12 step 3400 loss 0.12345 accuracy 0.98765 learning rate 0.001' | head -c {size}"
TARGET = 1.2


def workflow(size):
    return f"""on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - env: {{TOKEN: "${{{{ secrets.TOKEN }}}}"}}
        run: |
          {WRITE.format(size=size)}
          grep VmHWM /proc/$PPID/status > "$SLUICE_HOME/peak"
"""


def supervised(build, place, name):
    ran = measure.run([build.sluice, "run", f".github/workflows/{SIZES[name]}.yml", "--secret", "TOKEN=very-secret-token"],
                      place.environment, place.path("repository"))
    with open(place.path("home", "peak"), encoding="ascii") as stream:
        peak = int(re.search(r"(\d+) kB", stream.read()).group(1))
    measure.run([build.sluice, "runs", "prune", "--keep", "0"], place.environment, place.path("repository"))
    return ran, peak


def main():
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        for size in SIZES.values():
            place.write(f"repository/.github/workflows/{size}.yml", workflow(size))
        place.commit("repository")
        (small, small_peak), (large, large_peak) = (supervised(build, place, name) for name in SIZES)
        plain = measure.run(["/bin/bash", "-c", f"{WRITE.format(size=SIZES['1 GB'])} > {place.path('copy')}"])
    for who, few, many in (("the supervisor", small_peak, large_peak),
                           ("the engine", small.peak_kilobytes, large.peak_kilobytes)):
        measure.add_row(f"a step that writes 1 GB of log: highest resident memory of {who}", f"{many / 1e3:.1f} MB",
                        f"at 10 MB {few / 1e3:.1f} MB", f"{many / few:.2f}", f"≤ {TARGET}", many / few <= TARGET)
    measure.add_row("a step that writes 1 GB of log: MB/s", f"{1e3 / large.wall:.0f}",
                    f"into a file {1e3 / plain.wall:.0f}", f"{plain.wall / large.wall:.2f}")


if __name__ == "__main__":
    main()
