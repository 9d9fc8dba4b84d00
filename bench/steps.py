#!/usr/bin/env python3
"""usage: steps.py [BUILD]

A job of 200 steps, journal and masking on, with and without live progress, beside the least that any runner must do:
write the step's script, start `bash -e` on it, capture its output in a file.
"""

import os
import pty
import subprocess
import sys
import threading
import time

import measure

STEPS = 200
ROUNDS = 5
TARGET = 2.0


def workflow():
    steps = "".join(f"      - run: echo step {i}\n" for i in range(1, STEPS + 1))
    return f"on: push\njobs:\n  many:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


def bare(place):
    folder = place.path("bare")
    os.makedirs(folder, exist_ok=True)
    bash = "/bin/bash"
    before = measure.processor_of_children()
    begin = time.monotonic()
    for i in range(1, STEPS + 1):
        script = f"{folder}/{i}.sh"
        with open(script, "w", encoding="ascii") as stream:
            stream.write(f"echo step {i}")
        actions = [(os.POSIX_SPAWN_OPEN, 1, f"{folder}/{i}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                   (os.POSIX_SPAWN_DUP2, 1, 2)]
        pid = os.posix_spawn(bash, [bash, "-e", script], place.environment, file_actions=actions)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            sys.exit(f"bench: the bare step {i} ended with {status}")
    return measure.Ran(time.monotonic() - begin, measure.processor_of_children() - before, 0)


def plain(build, place):
    return measure.run([build.sluice, "run", "--secret", "TOKEN=hunter2-hunter2"], place.environment,
                       place.path("repository"))


def on_terminal(build, place):
    """The same under a terminal of 80 columns, whose output somebody reads."""
    ours, theirs = pty.openpty()
    environment = dict(place.environment, TERM="xterm-256color", COLUMNS="80", LINES="24")
    before = measure.processor_of_children()
    begin = time.monotonic()
    child = subprocess.Popen([build.sluice, "run", "--secret", "TOKEN=hunter2-hunter2"], env=environment,
                             cwd=place.path("repository"), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    reader = threading.Thread(target=drain, args=(ours,))
    reader.start()
    status = child.wait()
    wall = time.monotonic() - begin
    measure.reap_orphans()
    reader.join()
    os.close(ours)
    if status != 0:
        sys.exit(f"bench: sluice run on a terminal ended with {status}")
    return measure.Ran(wall, measure.processor_of_children() - before, status)


def drain(descriptor):
    while True:
        try:
            if not os.read(descriptor, 1 << 16):
                return
        except OSError:  # the other side is gone
            return


def report(name, ours, least):
    wall, floor = measure.median([r.wall for r in ours]), measure.median([r.wall for r in least])
    work, work_floor = measure.median([r.processor for r in ours]), measure.median([r.processor for r in least])
    measure.add_row(f"200 steps, {name}: wall for each", f"{wall / STEPS * 1e3:.2f} ms",
                    f"bare bash {floor / STEPS * 1e3:.2f} ms", f"{wall / floor:.2f}", f"≤ {TARGET:g}",
                    wall / floor <= TARGET)
    measure.add_row(f"200 steps, {name}: processor for each", f"{work / STEPS * 1e3:.2f} ms",
                    f"bare bash {work_floor / STEPS * 1e3:.2f} ms", f"{work / work_floor:.2f}")


def main():
    build = measure.build_from_arguments()
    measure.adopt_orphans()
    with measure.Workplace() as place:
        place.write("repository/.github/workflows/steps.yml", workflow())
        place.commit("repository")
        least, lines, terminal = measure.alternate(ROUNDS, lambda: bare(place), lambda: plain(build, place),
                                                   lambda: on_terminal(build, place))
    report("plain lines", lines, least)
    report("live progress", terminal, least)


if __name__ == "__main__":
    main()
