#!/usr/bin/env python3
"""usage: startup.py [BUILD]

How long `sluice --version` takes, beside /bin/true started in the same way.
"""

import os
import time

import measure

ROUNDS = 60


def start(program, arguments):
    discard = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    begin = time.monotonic()
    pid = os.posix_spawn(program, [program] + arguments, os.environ, file_actions=discard)
    os.waitpid(pid, 0)
    return time.monotonic() - begin


def main():
    build = measure.build_from_arguments()
    ours, least = measure.alternate(ROUNDS, lambda: start(build.sluice, ["--version"]), lambda: start("/bin/true", []))
    ours, least = measure.median(ours), measure.median(least)
    measure.add_row("start of `sluice --version`", measure.milliseconds(ours),
                    f"/bin/true {measure.milliseconds(least)}", f"{ours / least:.1f}")


if __name__ == "__main__":
    main()
