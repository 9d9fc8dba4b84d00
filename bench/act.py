#!/usr/bin/env python3
"""usage: act.py [BUILD]

Running what costs nothing itself, so that only the runner's own work is seen: many steps in one job, many jobs of one
step, and a graph of 200 jobs; beside act in host mode (no container) and beside a bare shell, which starts `bash -e` on
the same scripts, as many at once as there are processors, with its output captured.
"""

import os

import measure
import peers

STEPS = 200
JOBS = 100
GRAPH_JOBS = 200
LAYER = 20
ROUNDS = 3


def one_job(steps):
    """Layers of scripts by name of their job, and the workflow."""
    lines = ["on: push", "jobs:", "  many:", "    runs-on: ubuntu-latest", "    steps:"]
    lines += [f"      - run: echo step {i}" for i in range(steps)]
    return [[f"echo step {i}"] for i in range(steps)], "\n".join(lines) + "\n"


def layered(jobs, layer):
    """Jobs of one step; each needs up to three of the layer before."""
    lines, layers = ["on: push", "jobs:"], []
    for i in range(jobs):
        above = i // layer - 1
        needs = sorted({f"job_{above * layer + (i * step + step) % layer}" for step in (1, 3, 7)}) if above >= 0 else []
        lines += [f"  job_{i}:", "    runs-on: ubuntu-latest", *([f"    needs: [{', '.join(needs)}]"] if needs else []),
                  "    steps:", f"      - run: echo job {i}"]
        if i % layer == 0:
            layers.append([])
        layers[-1].append(f"echo job {i}")
    return layers, "\n".join(lines) + "\n"


class Case:
    """A repository with one workflow, and the same scripts for a shell."""

    def __init__(self, place, name, layers, workflow):
        self.place, self.name = place, name
        place.write(f"{name}/.github/workflows/ci.yml", workflow)
        place.commit(name)
        self.folder = place.path(name)
        scripts = place.path(f"{name}_bare")
        os.mkdir(scripts)
        lines, number = [], 0
        for layer in layers:
            started = []
            for script in layer:
                with open(f"{scripts}/{number}.sh", "w", encoding="ascii") as stream:
                    stream.write(script + "\n")
                started.append(str(number))
                number += 1
            lines.append(f"printf '%s\\n' {' '.join(started)} | xargs -P {os.cpu_count()} -I{{}} "
                         f"bash -c 'exec bash -e {scripts}/{{}}.sh > {scripts}/{{}}.log 2>&1'"
                         if len(started) > 1 else f"bash -e {scripts}/{started[0]}.sh > {scripts}/{started[0]}.log 2>&1")
        self.bare_script = place.write(f"{name}_bare/all.sh", "set -e\n" + "\n".join(lines) + "\n")

    def sluice(self, build):
        return measure.run([build.sluice, "run"], self.place.environment, self.folder)

    def act(self, act):
        # It wants a home for its cache and a repository with a commit; a runner of "-self-hosted" is this machine.
        environment = dict(self.place.environment, HOME=self.place.path("act_home"),
                           XDG_CACHE_HOME=self.place.path("act_home", "cache"))
        environment.pop("DOCKER_HOST", None)
        return measure.run([act.program, "push", "-P", "ubuntu-latest=-self-hosted", "--pull=false", "--no-cache-server",
                            "--container-daemon-socket", "-", "-W", ".github/workflows/ci.yml"],
                           environment, self.folder)

    def bare(self):
        return measure.run(["bash", self.bare_script], self.place.environment)


def compare(build, act, case, what, each):
    works = [lambda: case.sluice(build), case.bare] + ([lambda: case.act(act)] if act.program else [])
    for work in works:
        work()
    ours, bare, *theirs = measure.alternate(ROUNDS, *works)
    wall, floor = measure.median([r.wall for r in ours]), measure.median([r.wall for r in bare])
    work, work_floor = measure.median([r.processor for r in ours]), measure.median([r.processor for r in bare])
    measure.add_row(f"{what}: wall for each", f"{wall / each * 1e3:.2f} ms", f"bare shell {floor / each * 1e3:.2f} ms",
                    f"{wall / floor:.2f}")
    if not act.program:
        measure.add_row(f"{what}, beside act", f"{wall / each * 1e3:.2f} ms", f"SKIPPED: {act.reason}")
        return
    peer, peer_work = measure.median([r.wall for r in theirs[0]]), measure.median([r.processor for r in theirs[0]])
    measure.add_row(f"{what}: wall for each", f"{wall / each * 1e3:.2f} ms", f"{act.title} {peer / each * 1e3:.2f} ms",
                    f"{wall / peer:.2f}", "< 1", wall < peer)
    measure.add_row(f"{what}: processor for each", f"{work / each * 1e3:.2f} ms",
                    f"{act.title} {peer_work / each * 1e3:.2f} ms, bare shell {work_floor / each * 1e3:.2f} ms",
                    f"{work / peer_work:.2f}")


def main():
    build = measure.build_from_arguments()
    act = peers.peer("act")
    if not act.program:
        print(f"  SKIPPED act: {act.reason}", flush=True)
    measure.adopt_orphans()
    with measure.Workplace() as place:
        compare(build, act, Case(place, "steps", *one_job(STEPS)), f"{STEPS} steps of one job", STEPS)
        compare(build, act, Case(place, "jobs", *layered(JOBS, JOBS)), f"{JOBS} jobs of one step", JOBS)
        compare(build, act, Case(place, "graph", *layered(GRAPH_JOBS, LAYER)), f"a graph of {GRAPH_JOBS} jobs", GRAPH_JOBS)


if __name__ == "__main__":
    main()
