"""The hook of docs/pre_push.md in front of a real git push."""

import shutil
import subprocess
import unittest
from pathlib import Path

from sandbox import Sandbox, binary, main

HOOK = Path(__file__).resolve().parents[2] / "examples/pre_push/pre-push"
FILE = ".github/workflows/ci.yml"
PIPELINE = """\
    name: ci
    on: {push: {branches: [main], tags: ['v*'], paths: ['src/**']}}
    jobs:
      test: {runs-on: x, steps: [{run: 'true'}]}
      nightly: {if: github.event_name == 'schedule', runs-on: x, steps: [{run: 'true'}]}
    """


class PrePush(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.close)
        self.sandbox.commit({FILE: PIPELINE, "src/a.py": "1", "README.md": "1"})
        remote = self.sandbox.root / "remote.git"
        self.sandbox.git("init", "--quiet", "--bare", str(remote))
        self.sandbox.git("remote", "add", "origin", str(remote))
        shutil.copy(HOOK, self.sandbox.repository / ".git/hooks/pre-push")
        self.sandbox.environment["SLUICE"] = binary()

    def push(self, *arguments):
        done = subprocess.run(["git", "push", "origin", *arguments], cwd=self.sandbox.repository,
                              env=self.sandbox.environment, capture_output=True, text=True)
        return done.returncode, done.stderr

    def test_a_push_says_what_it_starts(self):
        status, said = self.push("main")
        self.assertEqual(0, status, said)
        self.assertIn("✓ .github/workflows/ci.yml  ci", said)
        self.assertIn("✓ test", said)
        self.assertIn("– nightly", said)

    def test_only_what_is_pushed_counts(self):
        self.push("main")
        self.sandbox.commit({"README.md": "2"})
        self.sandbox.write("src/a.py", "an edit that is not pushed")
        status, said = self.push("main")
        self.assertEqual(0, status, said)
        self.assertIn("not run: none of 1 changed file", said)

    def test_another_branch_and_a_tag(self):
        self.assertIn("branch 'feature' does not match 'branches': main", self.push("main:feature")[1])
        self.sandbox.git("tag", "--annotate", "--message=one", "v1")
        self.assertIn("✓ .github/workflows/ci.yml  ci", self.push("v1")[1])

    def test_a_mistake_stops_the_push_until_it_is_forced(self):
        self.sandbox.commit({FILE: PIPELINE.replace("runs-on: x, steps: [{run: 'true'}]", "runs-no: x", 1)})
        status, said = self.push("main")
        self.assertEqual(1, status, said)
        self.assertIn("runs-no", said)
        self.assertIn("--no-verify", said)
        self.assertEqual(0, self.push("--no-verify", "main")[0])

    def test_what_it_cannot_check_it_lets_through(self):
        self.push("main:old")
        self.assertEqual(0, self.push("--delete", "old")[0])
        self.sandbox.commit({"src/a.py": "2"})
        status, said = self.push("HEAD~1:refs/heads/older")
        self.assertEqual(0, status)
        self.assertIn("is not what is checked out", said)
        self.sandbox.environment["SLUICE"] = "/nowhere/sluice"
        status, said = self.push("main")
        self.assertEqual(0, status)
        self.assertIn("not installed", said)


if __name__ == "__main__":
    main()
