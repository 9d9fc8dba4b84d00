"""Running parts of a run again: which jobs, from which step, and what is as it was."""

import shutil
import unittest

from sandbox import SandboxTest, wait_until

# The second step fails until the test says go; everything it uses comes from the first one.
HANDED_ON = """\
    on: push
    jobs:
      a:
        runs-on: x
        env: {LEVEL: job}
        steps:
          - id: one
            run: |
              echo one >> "$SLUICE_HOME/count"
              echo "MODE=fast" >> "$GITHUB_ENV"
              mkdir -p tools sub
              printf '#!/bin/sh\\necho hello from the tool\\n' > tools/greet
              chmod +x tools/greet
              echo "$PWD/tools" >> "$GITHUB_PATH"
              echo "answer=42" >> "$GITHUB_OUTPUT"
              echo "::add-mask::very-hidden"
              echo content > sub/kept.txt
          - id: two
            working-directory: sub
            env: {STEP: two}
            run: |
              echo two >> "$SLUICE_HOME/count"
              echo "mode $MODE, level $LEVEL, step $STEP, $(greet), file $(cat kept.txt)"
              echo "answer ${{ steps.one.outputs.answer }} was ${{ steps.one.outcome }}, attempt $GITHUB_RUN_ATTEMPT"
              echo "it is very-hidden here"
              test -e "$SLUICE_HOME/go"
          - run: echo three >> "$SLUICE_HOME/count"
    """
GRAPH = """\
    on: push
    jobs:
      good: {runs-on: x, steps: [{run: 'echo good >> "$SLUICE_HOME/count"'}]}
      bad: {runs-on: x, steps: [{run: 'echo bad >> "$SLUICE_HOME/count"; test -e "$SLUICE_HOME/go"'}]}
      after: {needs: [good, bad], runs-on: x, steps: [{run: 'echo after >> "$SLUICE_HOME/count"'}]}
    """


MATRIX = """\
    on: push
    jobs:
      test:
        runs-on: x
        strategy: {fail-fast: false, matrix: {python: [3.1, 3.11]}}
        outputs: {got: "${{ steps.fit.outputs.got }}"}
        steps:
          - id: fit
            run: |
              echo "${{ matrix.python }}" >> "$SLUICE_HOME/count"
              echo "got=${{ matrix.python }}" >> "$GITHUB_OUTPUT"
          - id: check
            run: test "${{ matrix.python }}" = 3.1 || test -e "$SLUICE_HOME/go"
      after:
        needs: test
        runs-on: x
        steps: [{run: 'echo "after:${{ needs.test.outputs.got }}" >> "$SLUICE_HOME/count"'}]
    """


class Rerun(SandboxTest):
    def let_go(self):
        (self.sandbox.home / "go").touch()

    def lines(self):
        return sorted((self.sandbox.home / "count").read_text().split())

    def refused(self, part, *arguments):
        answer = self.sandbox.sluice("runs", "rerun", *arguments)
        self.assert_status(2, answer)
        self.assertIn(part, answer[2])

    def test_a_step_that_runs_again_finds_everything_that_came_before(self):
        self.run_pipeline(HANDED_ON, status=1)
        before = self.sandbox.sluice("runs", "logs", "--step", "two")[1]
        for attempt in (2, 3):  # also from an attempt that took its results from the one before
            if attempt == 3:
                self.let_go()
            answer = self.sandbox.sluice("runs", "rerun", "--from-step", "two")
            self.assert_status(0 if attempt == 3 else 1, answer)
            out = answer[1]
            self.assertIn("mode fast, level job, step two, hello from the tool, file content", out)
            self.assertIn(f"answer 42 was success, attempt {attempt}", out)
            self.assertIn("it is *** here", out)
            self.assertNotIn("very-hidden", out + before)
        self.assertEqual(["one", "three", "two", "two", "two"], self.lines())

    def test_the_failed_jobs_and_what_depends_on_them_run_again(self):
        self.run_pipeline(GRAPH, status=1)
        self.let_go()
        self.assert_status(0, self.sandbox.sluice("runs", "rerun"))
        self.assertEqual(["after", "bad", "bad", "good"], self.lines())

    def test_of_a_matrix_the_failed_legs_run_again_and_the_others_count_as_before(self):
        self.run_pipeline(MATRIX, status=1)
        self.let_go()
        self.assert_status(0, self.sandbox.sluice("runs", "rerun"))
        self.assertEqual(["3.1", "3.11", "3.11", "after:3.11"], self.lines())
        legs = {leg["name"]: leg for leg in self.sandbox.json("runs", "show")["jobs"]}
        self.assertEqual({"test (3.1)": 1, "test (3.11)": 2, "after": 2},
                         {name: leg["attempt"] for name, leg in legs.items()})
        self.assertEqual(2, len(legs["test (3.1)"]["steps"]))

    def test_one_leg_can_be_named_as_it_is_shown(self):
        self.run_pipeline(MATRIX, status=1)
        self.let_go()
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--job", "test (3.11)", "--from-step", "check"))
        self.assertEqual(["3.1", "3.11", "after:3.11"], self.lines())
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--job", "test (3.1)"))
        self.assertEqual(["3.1", "3.1", "3.11", "after:3.1", "after:3.11"], self.lines())
        self.assertIn("test › ", self.sandbox.sluice("runs", "logs", "--job", "test (3.1)")[1])
        self.assert_status(0, self.sandbox.sluice("runs", "shell", "1", "test (3.11)", "fit"))
        self.refused("has no job 'test (3.2)', did you mean 'test (3.1", "--job", "test (3.2)")

    def test_one_job_or_all_of_them_can_be_asked_for(self):
        self.sandbox.home.mkdir()
        self.let_go()
        self.run_pipeline(GRAPH)
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--job", "good"))
        self.assertEqual(["after", "after", "bad", "good", "good"], self.lines())
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--all"))
        self.assertEqual(["after"] * 3 + ["bad"] * 2 + ["good"] * 3, self.lines())
        self.refused("--all", "--all", "--job", "good")

    def test_what_cannot_run_again_is_said(self):
        self.run_pipeline(GRAPH, status=1)
        self.refused("has no job 'god'", "--job", "god")
        self.refused("no step '7'", "--from-step", "7")
        self.refused("goes with one --job", "--from-step", "1", "--job", "bad", "--job", "good")
        self.refused("'after' was skipped", "--from-step", "1", "--job", "after")
        workspace = next(self.sandbox.home.glob("runs/*/jobs/bad*/workspace"))
        shutil.rmtree(workspace)
        self.refused("has no workspace any more", "--from-step", "1")
        self.let_go()
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--job", "bad"))
        self.refused("every job of run", "1")

    def test_a_run_that_goes_on_is_left_alone(self):
        self.sandbox.pipeline(GRAPH.replace("test -e", "until test -e").replace('go"\'', 'go"; do sleep 0.02; done\''))
        engine = self.sandbox.start("run")
        self.sandbox.wait_for_event("StepProcess", engine, job="bad")
        answer = self.sandbox.sluice("runs", "rerun")
        self.assert_status(3, answer)
        self.assertIn(f"driven by another process", answer[2])
        self.assertIn(str(engine.pid), answer[2])
        engine.kill()
        engine.wait()
        self.refused("has not ended; resume or cancel it first")
        self.let_go()
        self.assert_status(0, self.sandbox.sluice("runs", "resume"))


if __name__ == "__main__":
    unittest.main()
