#!/usr/bin/env python3
"""usage: plan.py [BUILD]

Planning a graph of 1,000 jobs: alone inside one process, and by the real binary as the difference to a file of one job
(both start, ask git for the commit and print).
"""

import json
import subprocess

import measure

JOBS = 1000
ROUNDS = 9
TARGET = 0.020


def workflow(jobs):
    """Layers of 20 jobs; each needs up to three of the layer before, has a condition, a variable and two steps."""
    lines = ["on: push", "jobs:"]
    for i in range(jobs):
        layer = i // 20
        needs = sorted({f"job_{(layer - 1) * 20 + (i * step + step) % 20}" for step in (1, 3, 7)}) if layer else []
        lines += [f"  job_{i}:", "    runs-on: ubuntu-latest"]
        if needs:
            lines += [f"    needs: [{', '.join(needs)}]", "    if: github.event_name == 'push' && success()"]
        lines += ["    env:", f"      NUMBER: {i}",
                  "    steps:", "      - uses: actions/checkout@v4",
                  f"      - run: echo \"job {i} of ${{{{ github.ref_name }}}}\""]
    return "\n".join(lines) + "\n"


def main():
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        many = place.write("repository/.github/workflows/many.yml", workflow(JOBS))
        place.write("repository/.github/workflows/one.yml", workflow(1))
        place.commit("repository")

        def plan(name):
            return measure.run([build.sluice, "plan", f".github/workflows/{name}.yml"], place.environment,
                               place.path("repository"))

        large, small = measure.alternate(ROUNDS, lambda: plan("many"), lambda: plan("one"))
        inside = json.loads(subprocess.run([build.program("plan_bench"), many], check=True, capture_output=True).stdout)
    measure.add_row("1,000 jobs: graph and plan of the file that was read", f"{inside['bind_ms']:.1f} ms (best)",
                    target="< 20 ms", met=inside["bind_ms"] < TARGET * 1e3)
    measure.add_row("1,000 jobs: from text to plan, all rules of lint included", f"{inside['wall_ms']:.1f} ms (best)",
                    f"of which parsing the YAML {inside['yaml_ms']:.1f} ms, all of reading and checking "
                    f"{inside['check_ms']:.1f} ms")
    large, small = measure.median([r.wall for r in large]), measure.median([r.wall for r in small])
    measure.add_row("`sluice plan` of 1,000 jobs, whole command", measure.milliseconds(large),
                    f"of one job {measure.milliseconds(small)}", f"+{measure.milliseconds(large - small)}")


if __name__ == "__main__":
    main()
