#!/usr/bin/env python3
"""usage: corpus.py [BUILD [FOLDER]]

Every workflow in FOLDER (default github/realworld in $SLUICE_CONFORMANCE_DIR, which is ../shared/conformance beside the
checkout when it is not set): how long `sluice lint` and `sluice plan` take over all of them, how many are planned for a
push to main, planned with notes, or rejected, and for which reasons. A file that is neither planned nor rejected with a diagnostic is an internal error.
"""

import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import measure

ROUNDS = 5
TARGET = 1.5
REASONS_SHOWN = 40


def corpus_files():
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.environ.get("SLUICE_CONFORMANCE_DIR", os.path.join(here, "..", "..", "shared", "conformance"))
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.join(root, "github", "realworld")
    return folder, sorted(glob.glob(os.path.join(folder, "*.yml")) + glob.glob(os.path.join(folder, "*.yaml")))


def plans(build, place):
    """The plan of each file; one that ends the command for all is looked for one by one."""
    command = [build.sluice, "plan", "--json", "--changed", "README.md"]
    repository = place.path("repository")
    ran = subprocess.run(command, cwd=repository, env=place.environment, capture_output=True, check=False)
    if ran.returncode in (0, 2) and ran.stdout:
        return json.loads(ran.stdout)["pipelines"], []
    found, broken = [], []
    for name in sorted(os.listdir(os.path.join(repository, ".github", "workflows"))):
        ran = subprocess.run(command + [f".github/workflows/{name}"], cwd=repository, env=place.environment,
                             capture_output=True, check=False)
        if ran.returncode in (0, 2) and ran.stdout:
            found += json.loads(ran.stdout)["pipelines"]
        else:
            broken.append(f"{name}: status {ran.returncode}: {ran.stderr.decode(errors='replace').strip()}")
    return found, broken


def errors_of(pipeline):
    return [d for d in pipeline["diagnostics"] if d["severity"] == "error"]


def reason_of(diagnostic):
    """Rule and message without the names of the file's own."""
    message = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", diagnostic["message"])
    return f"{diagnostic['rule']}: {message[:110]}"


def place_of(pipeline, diagnostic):
    return f"{os.path.basename(pipeline['file'])}:{diagnostic['line']}: {diagnostic['message'][:120]}"


def print_mistakes(pipelines):
    """Rejected files: every one must be a mistake to GitHub as well."""
    for pipeline in pipelines:
        errors = errors_of(pipeline)
        if errors:
            print(f"  rejected as a mistake: {place_of(pipeline, errors[0])} [{errors[0]['rule']}]")


def classify(pipelines):
    counts, reasons, examples = collections.Counter(), collections.Counter(), {}
    unexplained = []
    for pipeline in pipelines:
        errors = errors_of(pipeline)
        if errors:
            counts["rejected"] += 1
            for reason in {reason_of(d) for d in errors}:
                reasons[reason] += 1
                examples.setdefault(reason, next(place_of(pipeline, d) for d in errors if reason_of(d) == reason))
        elif not pipeline["plan"]:
            unexplained.append(f"{pipeline['file']}: neither a plan nor an error")
        elif pipeline["plan"].get("not_enforced") or pipeline["diagnostics"]:
            counts["planned with notes"] += 1
        else:
            counts["planned"] += 1
    return counts, reasons, examples, unexplained


def print_reasons(reasons, examples):
    print(f"  reasons for rejection ({len(reasons)}; a file can have several):")
    for reason, count in reasons.most_common(REASONS_SHOWN):
        print(f"    {count:4} × {reason}\n           e.g. {examples[reason]}")


def main():
    folder, files = corpus_files()
    if not files:
        print(f"  SKIPPED: no workflows in {folder}; set SLUICE_CONFORMANCE_DIR", flush=True)
        measure.add_row("real workflows", "SKIPPED: not on this machine")
        return
    build = measure.build_from_arguments()
    with measure.Workplace() as place:
        os.makedirs(place.path("repository/.github/workflows"))
        for file in files:
            shutil.copy(file, place.path("repository/.github/workflows"))
        place.commit("repository")
        found, broken = plans(build, place)
        lint, plan = measure.alternate(
            ROUNDS,
            lambda: measure.run([build.sluice, "lint", "--json"] + files, place.environment, expect=None),
            lambda: measure.run([build.sluice, "plan", "--changed", "README.md"], place.environment,
                                place.path("repository"), expect=None))
    counts, reasons, examples, unexplained = classify(found)
    broken += unexplained
    print_reasons(reasons, examples)
    print_mistakes(found)
    for text in broken:
        print(f"  INTERNAL ERROR {text}")
    wall = measure.median([r.wall for r in lint])
    kilobytes = sum(os.path.getsize(file) for file in files) / 1e3
    measure.add_row(f"{len(files)} real workflows read and checked (`sluice lint`)", measure.milliseconds(wall),
                    f"{measure.milliseconds(measure.median([r.processor for r in lint]))} of processor; "
                    f"{kilobytes / 1e3:.1f} MB", "", "< 1.5 s", wall < TARGET)
    measure.add_row("the same planned for a push (`sluice plan`)",
                    measure.milliseconds(measure.median([r.wall for r in plan])),
                    f"{measure.milliseconds(measure.median([r.processor for r in plan]))} of processor")
    measure.add_row("of them", f"{counts['planned']} planned, {counts['planned with notes']} planned with notes, "
                               f"{counts['rejected']} rejected with reason, {len(broken)} internal errors",
                    target="0 internal errors", met=not broken)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
