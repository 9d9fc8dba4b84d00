#!/usr/bin/env python3
"""Writes docs/findings.md: what `sluice lint` finds in a folder of real workflow files.

    docs/record_findings.py SLUICE FOLDER

The ten findings told one by one were read by a person; this program only checks that each is still
found at its line and that the line still says what it said then.
"""
import collections
import json
import pathlib
import subprocess
import sys

HEAD = """# What lint finds in real workflows

{files} workflow files of public repositories, in one call of `sluice lint --json`; written by
`docs/record_findings.py`. The files lie alone in one folder, so every action of their own repositories is missing
(`missing-action`), and their branches and other files are not seen. Notes say what sluice does not do or does in
another way; they are no mistakes.

| rule | severity | findings | files |
|---|---|---:|---:|
"""

CHECKED_HEAD = """
## Ten findings, each checked by reading the file

"""

# rule, file, line, words of that line, why it is true
CHECKED = [
    ("always-true-if", "apache_superset_.github_workflows_latest-release-tag.yml", 25, "SKIP_TAG",
     "The `(! ` stands before `${{ }}`, so the condition is a text and never false: the tag is set even when the step "
     "before said to skip it."),
    ("unknown-key", "jgm_pandoc_.github_workflows_lint.yml", 7, "branch:",
     "`branch` is no filter, `branches` is: GitHub refuses the file."),
    ("undefined-property", "slatedocs_slate_.github_workflows_dev_deploy.yml", 23, "matrix.ruby-version",
     "The job has no matrix, so the version in the cache key is empty."),
    ("undefined-step", "vuejs_vuepress_.github_workflows_pull-request-ci.yml", 26, "yarn-cache",
     "No step has the id `yarn-cache`, so the output is never 'true' and the install is never spared."),
    ("wrong-expression-type", "tauri-apps_tauri_.github_workflows_bench.yml", 53, "matrix.platform",
     "`matrix.platform` is a mapping; in a text it is the word `Object`, so all platforms share one cache key."),
    ("cron", "getsentry_sentry_.github_workflows_lock.yml", 4, "* */12 * * *",
     "Meant is every twelve hours; the first star makes it every minute of the hours 0 and 12."),
    ("never-runs", "microsoft_vscode_.github_workflows_codeql.yml", 23, "pull_request",
     "The workflow does not listen to `pull_request`, which the step waits for."),
    ("not-an-object", "nodejs_node_.github_workflows_notify-force-push.yml", 21, "github.repository.default_branch",
     "`github.repository` is the text owner/name; the branch in the link is empty. `github.event.repository` is meant."),
    ("untrusted-input", "yewstack_yew_.github_workflows_benchmark.yml", 24, "pull_request.head.ref",
     "Who opens a pull request chooses the branch's name, and it becomes part of a shell script."),
    ("ignored-test-failure", "celery_celery_.github_workflows_lint_python.yml", 17, "pytest . || true",
     "The tests cannot fail the job."),
]


def main():
    sluice, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    files = sorted(path.name for path in folder.iterdir() if path.suffix in (".yml", ".yaml"))
    answer = subprocess.run([sluice, "lint", "--json", *files], cwd=folder, capture_output=True, text=True, check=False)
    findings = json.loads(answer.stdout)
    counts, where = collections.Counter(), collections.defaultdict(set)
    for finding in findings:
        key = finding["rule"], finding["severity"]
        counts[key] += 1
        where[key].add(finding["file"])
    text = HEAD.format(files=len(files))
    for (rule, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        page = pathlib.Path(__file__).parent / "lint" / f"{rule}.md"
        name = f"[{rule}](lint/{rule}.md)" if page.exists() else rule
        text += f"| {name} | {severity} | {count} | {len(where[rule, severity])} |\n"
    text += CHECKED_HEAD
    for rule, file, line, words, why in CHECKED:
        if not any(f["rule"] == rule and f["file"] == file and f["line"] == line for f in findings):
            sys.exit(f"{file}:{line}: {rule} is not found any more")
        if words not in (folder / file).read_text().split("\n")[line - 1]:
            sys.exit(f"{file}:{line} does not hold {words!r}")
        text += f"- **{rule}**, `{file}`, line {line}: {why}\n"
    (pathlib.Path(__file__).parent / "findings.md").write_text(text)
    print(f"{len(findings)} findings in {len(files)} files; docs/findings.md is written")


if __name__ == "__main__":
    main()
