"""The JSON Schema of `sluice lint --schema`: good workflows fit it, those with a wrong key or value do not."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from json_schema import Schema
from sandbox import binary, main

try:
    import yaml
except ImportError:
    yaml = None

ROOT = Path(__file__).resolve().parents[2]
STEPS = [{"run": "make"}, {"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}},
         {"parallel": [{"run": "a"}, {"run": "b", "timeout-minutes": "${{ 3 }}"}]}, {"wait-all": None}]
JOB = {"runs-on": ["self-hosted", "gpu"], "needs": "other", "if": True, "timeout-minutes": 5, "steps": STEPS,
       "strategy": {"matrix": {"os": ["a", 1], "include": [{"os": "b"}]}, "fail-fast": "${{ inputs.fast }}"},
       "permissions": {"contents": "read"}, "concurrency": "one", "environment": {"name": "production"},
       "container": {"image": "x", "env": {"A": 1}}, "outputs": {"x": "${{ steps.x.outputs.y }}"}}
CALL = {"uses": "./.github/workflows/x.yml", "with": {"a": 1}, "secrets": "inherit"}
ON = {"push": {"branches": ["main"], "paths": "src/**"}, "workflow_dispatch": {"inputs": {"a": {"type": "choice", "options": ["x"]}}},
      "schedule": [{"cron": "0 0 * * *"}], "release": None, "pull_request": {"types": ["opened"]}}
GOOD = {"name": "all", "on": ON, "env": {"A": "b"}, "permissions": "read-all", "jobs": {"build": JOB, "call": CALL}}


def workflow(job=None, **changes):
    return {**GOOD, **changes, **({"jobs": {"build": {**JOB, **job}}} if job is not None else {})}


BAD = {
    "an unknown key of the workflow": workflow(jbos={}),
    "no jobs": {"on": "push"},
    "an unknown event": workflow(on="pull"),
    "an unknown filter": workflow(on={"push": {"branch": "main"}}),
    "an unknown activity": workflow(on={"pull_request": {"types": ["open"]}}),
    "an unknown key of a job": workflow(job={"step": []}),
    "an unknown key of a step": workflow(job={"steps": [{"run": "x", "with-env": 1}]}),
    "a step that does nothing": workflow(job={"steps": [{"name": "x"}]}),
    "an unknown key inside of parallel": workflow(job={"steps": [{"parallel": [{"rum": "x"}]}]}),
    "a number that is none": workflow(job={"timeout-minutes": "long"}),
    "an unknown permission": workflow(permissions={"content": "read"}),
    "a level that a permission has not": workflow(permissions={"id-token": "read"}),
    "a key that does not go with a call": workflow(jobs={"call": {**CALL, "steps": STEPS}}),
    "a job without runner": workflow(jobs={"a": {"steps": STEPS}}),
}


def schema():
    done = subprocess.run([binary(), "lint", "--schema"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def yaml_of(text):
    """As YAML 1.2 has it: `on` is a text, 2026-01-01 too."""
    class Loader(yaml.SafeLoader):
        pass
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":bool", ":timestamp"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
    return yaml.load(text, Loader)


class JsonSchema(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.schema = Schema(schema())

    def lint_errors(self, value):
        """What the reader says of the same value: JSON is YAML."""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([binary(), "lint", "--stdin", "--json"], input=json.dumps(value), cwd=folder,
                                  capture_output=True, text=True)
            return [f["message"] for f in json.loads(done.stdout) if f["severity"] == "error"]

    def test_a_good_workflow_fits(self):
        self.assertEqual([], self.schema.mistakes(GOOD))
        for on in ("push", ["push", "schedule"], {"workflow_call": {"inputs": {"a": {"type": "string"}}}}):
            self.assertEqual([], self.schema.mistakes(workflow(on=on)))

    def test_a_mistake_does_not_fit_and_is_one_for_lint_too(self):
        for name, value in BAD.items():
            with self.subTest(name):
                self.assertNotEqual([], self.schema.mistakes(value))
                self.assertNotEqual([], self.lint_errors(value))

    def test_says_of_keys_what_becomes_of_them(self):
        properties = schema()["definitions"]["job"]["else"]["properties"]
        self.assertEqual("The jobs that must have ended before", properties["needs"]["description"])
        self.assertIn("Refused by sluice: jobs run on the host only", properties["container"]["description"])

    @unittest.skipUnless(yaml, "SKIPPED: needs python3-yaml")
    def test_the_good_examples_of_the_rules_of_lint_fit(self):
        fitted = 0
        for page in sorted((ROOT / "docs/lint").glob("*.md")):
            for text in re.findall(r"## Good\n```yaml\n(.*?)```", page.read_text(), re.DOTALL):
                with self.subTest(page.name):
                    self.assertEqual([], self.schema.mistakes(yaml_of(text)))
                    fitted += 1
        for file in sorted((ROOT / "examples").rglob(".github/workflows/*.yml")):
            with self.subTest(file.name):
                self.assertEqual([], self.schema.mistakes(yaml_of(file.read_text())))
                fitted += 1
        self.assertGreater(fitted, 80)


if __name__ == "__main__":
    main()
