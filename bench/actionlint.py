#!/usr/bin/env python3
"""usage: actionlint.py [BUILD [FOLDER]]

Linting every workflow of corpus.py's FOLDER in one process, with JSON as output: `sluice lint` beside actionlint, which
is told not to start shellcheck and pyflakes. Both stand in a repository that has the files as its workflows.
"""

import os
import shutil

import measure
import peers
from corpus import corpus_files

ROUNDS = 9


def in_place(place, files):
    """The files as the workflows of a repository; their paths in it."""
    folder = place.path("repository/.github/workflows")
    os.makedirs(folder)
    for file in files:
        shutil.copy(file, folder)
    place.commit("repository")
    return [f".github/workflows/{name}" for name in sorted(os.listdir(folder))]


def main():
    folder, files = corpus_files()
    if not files:
        measure.add_row("real workflows beside actionlint", f"SKIPPED: no workflows in {folder}; set SLUICE_CONFORMANCE_DIR")
        return
    build = measure.build_from_arguments()
    actionlint = peers.peer("actionlint")
    with measure.Workplace() as place:
        names = in_place(place, files)

        def run(*command):
            return measure.run([*command, *names], place.environment, place.path("repository"), expect=None)

        works = [lambda: run(build.sluice, "lint", "--json")]
        if actionlint.program:
            works.append(lambda: run(actionlint.program, "-shellcheck=", "-pyflakes=", "-format", "{{json .}}"))
        ours, *theirs = measure.alternate(ROUNDS, *works)
    what = f"{len(files)} real workflows linted in one process"
    wall, work = measure.median([r.wall for r in ours]), measure.median([r.processor for r in ours])
    if not theirs:
        measure.add_row(f"{what}, beside actionlint", measure.milliseconds(wall), f"SKIPPED: {actionlint.reason}")
        return
    peer, peer_work = measure.median([r.wall for r in theirs[0]]), measure.median([r.processor for r in theirs[0]])
    measure.add_row(f"{what}: wall", measure.milliseconds(wall), f"{actionlint.title} {measure.milliseconds(peer)}",
                    f"{wall / peer:.2f}", "< 1", wall < peer)
    measure.add_row(f"{what}: processor", measure.milliseconds(work), f"{actionlint.title} {measure.milliseconds(peer_work)}",
                    f"{work / peer_work:.2f}", "< 1", work < peer_work)
    measure.add_row(f"{what}: highest memory", f"{max(r.peak_kilobytes for r in ours) / 1e3:.0f} MB",
                    f"{actionlint.title} {max(r.peak_kilobytes for r in theirs[0]) / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
