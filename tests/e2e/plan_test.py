"""plan and explain through the front door: text and JSON as recorded in golden/ (UPDATE_GOLDEN=1 writes it anew)."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

from sandbox import Sandbox, main

GOLDEN = Path(__file__).resolve().parent / "golden"
PIPELINES = {
    ".github/workflows/release.yml": """\
        name: release
        on:
          push:
            branches: [main]
            paths: ['src/**']
        jobs:
          build:
            runs-on: ubuntu-latest
            outputs: {publish: '${{ steps.decide.outputs.publish }}'}
            steps:
              - {id: decide, name: Decide, run: 'echo publish=no >> "$GITHUB_OUTPUT"'}
              - {name: Report, if: failure(), run: echo report}
          test:
            needs: build
            strategy: {matrix: {version: [1, 2]}}
            runs-on: ubuntu-latest
            steps:
              - {name: Once, if: matrix.version == 1, run: echo once}
              - {id: check, name: Check, run: 'true'}
          nightly:
            needs: build
            if: github.event_name == 'schedule' && github.ref == 'refs/heads/main'
            runs-on: ubuntu-latest
            steps: [{run: echo nightly}]
          summary:
            needs: [test, nightly]
            runs-on: ubuntu-latest
            steps: [{run: echo summary}]
          publish:
            needs: [build, test]
            if: needs.build.outputs.publish == 'yes'
            runs-on: ubuntu-latest
            steps: [{run: echo publish}]
          clean:
            needs: [publish, summary]
            if: always()
            runs-on: ubuntu-latest
            steps: [{run: echo clean}]
        """,
    ".github/workflows/review.yml": """\
        name: review
        on: {pull_request: {branches: ['release/**']}}
        jobs:
          look: {runs-on: ubuntu-latest, steps: [{run: echo look}]}
        """,
    "src/a.py": "print(1)\n",
}
CHANGED = ("--changed", "src/a.py")


def stable(text):
    text = re.sub(r"\b[0-9a-f]{40}\b", "COMMIT", text)
    text = re.sub(r"\bat [0-9a-f]{7}\b", "at COMMIT", text)
    text = re.sub(r"\b[0-9a-z]{26}\b", "RUN", text)
    text = re.sub(r'"sha256:[0-9a-f]+"', '"sha256:DIGEST"', text)
    text = re.sub(r'"pid": ?\d+', '"pid": 0', text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)
        self.sandbox.commit(PIPELINES)

    def said(self, *arguments, status=0):
        answer = self.sandbox.sluice(*arguments)
        self.assertEqual(status, answer[0], answer)
        return answer[1]

    def assert_golden(self, name, text):
        text = stable(text)
        path = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.assertEqual(path.read_text(), text, f"{path.name}; UPDATE_GOLDEN=1 {sys.argv[0]} writes it anew")


class Plans(Case):
    def test_the_whole_plan(self):
        self.assert_golden("plan.txt", self.said("plan", *CHANGED))

    def test_one_job_in_full(self):
        self.assert_golden("plan_job.txt", self.said("plan", "--job", "publish", "--job", "test", *CHANGED))

    def test_what_if(self):
        self.assert_golden("plan_what_if.txt", self.said(
            "plan", "--assume", "test.steps.check=failure", "--assume", "nightly=success", "--assume",
            "build.outputs.publish=yes", "--steps", *CHANGED))

    def test_json(self):
        text = self.said("plan", "--json", "--assume", "test (2)=failure", *CHANGED)
        plan = json.loads(text)
        release, review = plan["pipelines"]
        self.assertIsNone(review["forecast"])
        verdicts = {job["id"]: (job["verdict"], job["result"]) for job in release["forecast"]["jobs"]}
        self.assertEqual({"build": ("runs", "succeeded"), "test": ("runs", "failed"), "nightly": ("skipped", "skipped"),
                          "summary": ("skipped", "skipped"), "publish": ("skipped", "skipped"),
                          "clean": ("runs", "succeeded")}, verdicts)
        self.assert_golden("plan.json", json.dumps(release["forecast"], indent=1) + "\n")

    def test_a_path_filter_decides_and_says_so(self):
        said = self.said("plan", "--changed", "README.md", "docs/a.md")
        self.assertRegex(said, r"release\n +not run: none of 2 changed files matches 'paths': src/\*\* +\(line 5\)")
        self.sandbox.write("README.md", "read me\n")
        self.sandbox.commit()
        self.sandbox.write("src/a.py", "print(2)\n")
        self.sandbox.commit()
        self.assertIn("not run: none of 1 changed file", self.said("plan", "--diff", "HEAD~2..HEAD~1"))
        self.assertIn("✓ .github/workflows/release.yml", self.said("plan", "--diff", "HEAD~1..HEAD"))

    def test_secrets_and_variables_are_those_of_a_run(self):
        self.sandbox.pipeline("""\
            on: push
            jobs:
              a:
                if: vars.DEPLOY == 'on'
                runs-on: x
                env: {TOKEN: '${{ secrets.TOKEN }}'}
                steps: [{if: env.TOKEN != '', run: echo deploy}]
            """)
        file = ".github/workflows/ci.yml"
        self.assertIn("– a", self.said("plan", file))
        self.assertIn("– 1", self.said("plan", file, "--var", "DEPLOY=on"))
        told = self.said("plan", file, "--var", "DEPLOY=on", "--secret", "TOKEN=hunter2", "--job", "a")
        self.assertIn("✓ 1", told)

    def test_mistakes_in_the_options_are_named(self):
        for options, message in ((["--assume", "biuld=failure"], "no job 'biuld', did you mean 'build'?"),
                                 (["--assume", "tset=failure"], "a job 'tset', did you mean 'test'?"),
                                 (["--assume", "build=broken"], "'broken' is no result"),
                                 (["--assume", "test.steps.chekc=failure"], "did you mean 'check'?"),
                                 (["--job", "publsh"], "did you mean 'publish'?"),
                                 (["--diff", "HEAD"], "write A..B")):
            status, _, error = self.sandbox.sluice("plan", *options)
            self.assertEqual(2, status, options)
            self.assertIn(message.replace("no job", "a job"), error)

    def test_an_event_that_does_not_fit_one_pipeline_leaves_the_others(self):
        self.sandbox.pipeline("""\
            on: {workflow_dispatch: {inputs: {model: {required: true}}}}
            jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}
            """)
        said = self.said("plan", "--event", "workflow_dispatch", status=2)
        self.assertRegex(said, r"✗ .github/workflows/ci.yml\n(?:.*\n)*?.*input 'model' is required.*\n– .github/workflows/release")
        self.assertIn("✓ a", self.said("plan", "--event", "workflow_dispatch", "--input", "model=m"))

    def test_colour_is_for_terminals(self):
        self.assertNotIn("\x1b", self.said("plan", *CHANGED))


class Explanations(Case):
    def setUp(self):
        super().setUp()
        self.sandbox.sluice("run", ".github/workflows/release.yml", "--event", "push")

    def test_the_whole_run(self):
        self.assert_golden("explain.txt", self.said("explain"))

    def test_one_job_one_leg_one_step(self):
        self.assert_golden("explain_job.txt", self.said("explain", "1", "nightly") + self.said(
            "explain", "latest", "test (2)") + self.said("explain", "latest", "test", "Once") + self.said(
            "explain", "latest", "build", "decide") + self.said("explain", "1", "publish"))

    def test_json(self):
        told = self.sandbox.json("explain")
        self.assertEqual("trigger", told["trigger"]["decided_by"])
        self.assertEqual(["build", "test", "test", "nightly", "summary", "publish", "clean"],
                         [job["job"] for job in told["jobs"]])
        nightly, = self.sandbox.json("explain", "1", "nightly")["jobs"]
        self.assertEqual("condition", nightly["reason"]["decided_by"])
        self.assertEqual("not_evaluated", nightly["reason"]["tree"]["children"][1]["children"][1]["state"])
        step, = self.sandbox.json("explain", "1", "test (2)", "1")["jobs"][0]["steps"]
        self.assertEqual("skipped", step["outcome"])

    def test_the_plan_said_what_the_run_then_did(self):
        plan = self.sandbox.json("plan", ".github/workflows/release.yml", "--assume", "build.outputs.publish=no")
        told = {job["id"]: job["result"] for job in plan["pipelines"][0]["forecast"]["jobs"]}
        ran = {job["job"]: job["result"] for job in self.sandbox.json("explain")["jobs"]}
        self.assertEqual(told, ran)

    def test_names_that_are_not_there(self):
        for arguments, message in ((["latest", "nihgtly"], "did you mean 'nightly'?"),
                                   (["latest", "test", "Onec"], "did you mean 'Once'?"),
                                   (["latest", "nightly", "x"], "none of its steps was reached"),
                                   (["77"], "77")):
            status, _, error = self.sandbox.sluice("explain", *arguments)
            self.assertEqual(2, status, arguments)
            self.assertIn(message, error)


if __name__ == "__main__":
    main()
