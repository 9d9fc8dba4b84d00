"""Prints how often each rule of `sluice lint` reports in a folder of workflow files, as a table in Markdown.

    python3 bench/lint_findings.py FOLDER [--sluice BINARY] [--rule RULE]

With --rule: that rule's findings, one a line, for reading them. The files of a public corpus come without the scripts
they run, so rules that look into scripts find less there than in a repository.
"""

import argparse
import collections
import json
import pathlib
import subprocess


def findings(sluice, files):
    done = subprocess.run([sluice, "lint", "--json", *map(str, files)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--sluice", default="build/dev/sluice")
    parser.add_argument("--rule")
    options = parser.parse_args()
    files = sorted(p for p in options.folder.rglob("*") if p.suffix in (".yml", ".yaml"))
    found = findings(options.sluice, files)
    if options.rule:
        for finding in found:
            if finding["rule"] == options.rule:
                name = pathlib.Path(finding["file"]).relative_to(options.folder)
                print(f"{name}:{finding['line']}:{finding['column']}: {finding['message']}")
        return
    rules = json.loads(subprocess.run([options.sluice, "lint", "--rules", "--json"], capture_output=True).stdout)
    count = collections.Counter(f["rule"] for f in found)
    where = collections.defaultdict(set)
    for finding in found:
        where[finding["rule"]].add(finding["file"])
    print("| rule | severity | findings | files |\n|---|---|---|---|")
    for rule in sorted(rules, key=lambda r: (-count[r["id"]], r["id"])):
        print(f"| [{rule['id']}]({rule['id']}.md) | {rule['severity']} | {count[rule['id']]} | {len(where[rule['id']])} |")
    print(f"\n{len(files)} files, {sum(count.values())} findings.")


if __name__ == "__main__":
    main()
