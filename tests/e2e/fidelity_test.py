"""`sluice fidelity`: of given workflows, and of the whole language, which docs/fidelity.md shows.

With UPDATE_FIDELITY=1 the page is written anew.
"""

import json
import os
import subprocess
import unittest
from pathlib import Path

from sandbox import SandboxTest, binary, main

PAGE = Path(__file__).resolve().parents[2] / "docs/fidelity.md"
FILE = ".github/workflows/ci.yml"
WORKFLOW = """\
    on: push
    permissions: {contents: read}
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
            with: {fetch-depth: 2}
          - uses: ./.github/actions/say
          - uses: owner/action@v1
      call: {uses: ./.github/workflows/called.yml}
    """
CALLED = "on: workflow_call\njobs:\n  a: {runs-on: linux, container: x, steps: [{run: 'true'}]}\n"
ACTION = "name: say\nruns:\n  using: composite\n  steps: [{run: echo, shell: bash}]\n"
PLAIN = "on: push\njobs:\n  a: {runs-on: self-hosted, steps: [{run: 'true'}]}\n"


class OfAFile(SandboxTest):
    def setUp(self):
        super().setUp()
        self.sandbox.commit({FILE: WORKFLOW, ".github/workflows/called.yml": CALLED,
                             ".github/actions/say/action.yml": ACTION})

    def test_says_of_everything_that_is_used_what_becomes_of_it(self):
        answer = self.sandbox.sluice("fidelity", FILE)
        self.assert_status(0, answer)
        lines = [" ".join(line.split()) for line in answer[1].splitlines()]
        for line in (
                f"jobs.<job_id>.runs-on honoured 2 {FILE}:5:5",
                f"permissions not honoured 1 {FILE}:2:1 noted: the job's token is not restricted",
                "jobs.<job_id>.container not honoured 1 .github/workflows/called.yml:3:23 "
                "refused before the run: jobs run on the host only",
                "action: runs.steps[*].run honoured 1 .github/actions/say/action.yml:4:12",
                f"actions/checkout@v4 honoured 1 {FILE}:7:15",
                f"actions/checkout@v4 with: fetch-depth approximated 1 {FILE}:8:16 "
                "the clone has the whole history and all tags",
                f"owner/action@v1 not honoured 1 {FILE}:10:15 refused before the run: "
                "there is no such built-in action",
                f"ubuntu-latest approximated 1 {FILE}:5:14 this host and what is installed on it",
                "18 keys: 16 honoured, 2 not honoured; 5 actions: 3 honoured, 1 approximated, "
                "1 not honoured; 2 runners: 1 honoured, 1 approximated"):
            self.assertIn(line, lines, answer[1])

    def test_strict_fails_only_where_something_is_not_honoured(self):
        self.assertEqual(1, self.sandbox.sluice("fidelity", FILE, "--strict")[0])
        self.assertEqual(1, self.sandbox.sluice("fidelity", "--strict", "--json")[0])
        self.sandbox.write("plain.yml", PLAIN)
        self.assertEqual(0, self.sandbox.sluice("fidelity", "plain.yml", "--strict")[0])
        self.sandbox.write("plain.yml", PLAIN.replace("self-hosted", "ubuntu-24.04"))
        self.assertEqual(0, self.sandbox.sluice("fidelity", "plain.yml", "--strict")[0])

    def test_an_action_is_rated_as_an_action(self):
        answer = self.sandbox.sluice("fidelity", ".github/actions/say/action.yml")
        self.assert_status(0, answer)
        self.assertIn("action: runs.steps[*].run", answer[1])
        for stream in answer[1:]:
            self.assertNotIn("the workflow needs", stream)
            self.assertNotIn("mistake", stream)

    def test_as_json(self):
        rated = self.sandbox.json("fidelity")
        self.assertEqual({FILE, ".github/workflows/called.yml", ".github/actions/say/action.yml"}, set(rated["files"]))
        by_name = {feature["name"]: feature for feature in rated["keys"] + rated["actions"] + rated["runners"]}
        self.assertEqual({"name": "permissions", "rating": "not honoured", "uses": 1, "file": FILE, "line": 2, "column": 1,
                          "remark": "noted: the job's token is not restricted"}, by_name["permissions"])
        self.assertEqual("honoured", by_name["./.github/actions/say"]["rating"])
        self.assertEqual({"honoured": 20, "approximated": 2, "not_honoured": 3}, rated["summary"])

    def test_agrees_with_the_notes_of_lint(self):
        answer = self.sandbox.sluice("lint", FILE, ".github/workflows/called.yml", "--json")
        rated = self.sandbox.json("fidelity")
        places = {(f["file"], f["line"]) for kind in ("keys", "actions", "runners") for f in rated[kind]
                  if f["rating"] != "honoured"}
        notes = [f for f in json.loads(answer[1]) if f["severity"] == "note"]
        self.assertEqual(4, len(notes), notes)
        for note in notes:
            self.assertIn((note["file"], note["line"]), places, note)

    def test_what_cannot_be_read(self):
        self.assertEqual(2, self.sandbox.sluice("fidelity", "nowhere.yml")[0])
        self.sandbox.write("broken.yml", "on: [push\njobs: {\n")
        status, _, error = self.sandbox.sluice("fidelity", "broken.yml")
        self.assertEqual(2, status)
        self.assertIn("broken.yml:", error)
        self.sandbox.write("odd.yml", "jobs: {a: {stepz: []}}\n")
        answer = self.sandbox.sluice("fidelity", "odd.yml")
        self.assert_status(0, answer)
        self.assertIn("there is no such key", answer[1])
        self.assertIn("a file with mistakes is not run at all", answer[2])


def page():
    return subprocess.run([binary(), "fidelity", "--all"], capture_output=True, text=True, check=True).stdout


class OfTheLanguage(unittest.TestCase):
    maxDiff = None

    def test_the_page_is_what_the_command_prints(self):
        if os.environ.get("UPDATE_FIDELITY"):
            PAGE.write_text(page())
        self.assertEqual(PAGE.read_text(), page(), "run this test with UPDATE_FIDELITY=1")

    def test_what_is_not_honoured_comes_first_and_is_all_there(self):
        done = subprocess.run([binary(), "fidelity", "--all", "--json"], capture_output=True, text=True, check=True)
        first = page().split("\n## ")[1]
        self.assertTrue(first.startswith("Not honoured yet\n"))
        for feature in json.loads(done.stdout):
            if feature["rating"] == "not honoured" and feature["part"] != "Keys of a workflow":
                self.assertIn(feature["name"], first)


if __name__ == "__main__":
    main()
