"""Workflows that call workflows: planned, run, explained, rerun, and taken up after a kill in the middle of a called job."""

from sandbox import SandboxTest, main, wait_until

MAIN = """\
    name: shop
    on: push
    jobs:
      prepare:
        runs-on: ubuntu-latest
        outputs: {models: "${{ steps.list.outputs.models }}"}
        steps:
          - id: list
            run: echo 'models=["linear","trees"]' >> "$GITHUB_OUTPUT"
      train:
        needs: prepare
        strategy: {fail-fast: false, matrix: {size: [small, large]}}
        uses: ./.github/workflows/train.yml
        with: {size: "${{ matrix.size }}", rounds: 3}
        secrets: {key: "${{ secrets.API_KEY }}"}
      score:
        needs: [prepare, train]
        strategy: {matrix: {model: "${{ fromJSON(needs.prepare.outputs.models) }}"}}
        uses: ./.github/workflows/score.yml
        with: {model: "${{ matrix.model }}"}
      report:
        needs: [train, score]
        runs-on: ubuntu-latest
        steps: [{run: 'echo "trained ${{ needs.train.outputs.path }}, scored ${{ needs.score.outputs.result }}"'}]
    """

TRAIN = """\
    on:
      workflow_call:
        inputs: {size: {type: string, required: true}, rounds: {type: number, default: 1}, debug: {type: boolean}}
        secrets: {key: {required: true}}
        outputs: {path: {value: "${{ jobs.fit.outputs.path }}"}}
    env: {PLACE: inside}
    jobs:
      data:
        runs-on: ubuntu-latest
        steps: [{uses: actions/checkout@v4}, {run: cat data.txt}]
      fit:
        needs: data
        name: Fit ${{ inputs.size }}
        runs-on: ubuntu-latest
        outputs: {path: "${{ steps.fit.outputs.path }}"}
        steps:
          - id: fit
            run: |
              echo "key ${{ secrets.key }} rounds ${{ inputs.rounds }} debug ${{ inputs.debug }} place $PLACE"
              if [ -e CONTROL/fail ] && [ ${{ inputs.size }} = large ]; then exit 3; fi
              if [ -e CONTROL/hold ]; then touch CONTROL/held; while [ -e CONTROL/hold ]; do sleep 0.01; done; fi
              echo "path=model-${{ inputs.size }}" >> "$GITHUB_OUTPUT"
      debug:
        if: inputs.debug
        runs-on: ubuntu-latest
        steps: [{run: echo debug}]
    """

SCORE = """\
    on:
      workflow_call:
        inputs: {model: {type: string}}
        outputs: {result: {value: "${{ jobs.deep.outputs.result }}"}}
    jobs:
      deep:
        uses: ./.github/workflows/deep.yml
        with: {model: "${{ inputs.model }}"}
    """

DEEP = """\
    on:
      workflow_call:
        inputs: {model: {type: string}}
        outputs: {result: {value: "${{ jobs.one.outputs.result }}"}}
    jobs:
      one:
        runs-on: ubuntu-latest
        outputs: {result: "${{ steps.s.outputs.result }}"}
        steps: [{id: s, run: 'echo "result=${{ inputs.model }} is good" >> "$GITHUB_OUTPUT"'}]
    """

SUCCEEDED = {
    "prepare": "succeeded", "train (small)": "succeeded", "train (large)": "succeeded",
    "train (small) / data": "succeeded", "train (large) / data": "succeeded",
    "train (small) / Fit small": "succeeded", "train (large) / Fit large": "succeeded",
    "train (small) / debug": "skipped", "train (large) / debug": "skipped",
    "score (linear)": "succeeded", "score (trees)": "succeeded",
    "score (linear) / deep": "succeeded", "score (trees) / deep": "succeeded",
    "score (linear) / deep / one": "succeeded", "score (trees) / deep / one": "succeeded",
    "report": "succeeded"}


class Calls(SandboxTest):
    def setUp(self):
        super().setUp()
        self.control = self.sandbox.root / "control"
        self.control.mkdir()
        self.sandbox.commit({
            "data.txt": "orders\n",
            ".github/workflows/ci.yml": MAIN,
            ".github/workflows/train.yml": TRAIN.replace("CONTROL", str(self.control)),
            ".github/workflows/score.yml": SCORE,
            ".github/workflows/deep.yml": DEEP})

    def start(self):
        return self.sandbox.start("run", ".github/workflows/ci.yml", "--secret", "API_KEY=sesame")

    def test_called_jobs_run_in_their_callers_place(self):
        status, out, error = self.sandbox.finish(self.start())
        self.assertEqual(0, status, error)
        self.assertEqual(SUCCEEDED, self.sandbox.results())
        self.assertIn("key *** rounds 3 debug false place inside", out)
        self.assertNotIn("sesame", out)
        self.assertRegex(out, "trained model-(small|large), scored (linear|trees) is good")  # the last leg's
        self.assert_nothing_runs()

    def test_a_plan_shows_the_called_jobs(self):
        status, out, _ = self.sandbox.sluice("plan", ".github/workflows/ci.yml")
        self.assertEqual(0, status)
        for job in ("train.0/data", "train.1/fit", "train.1/debug"):
            self.assertIn(job, out)
        self.assertIn(".github/workflows/score.yml", out)

    def test_a_rerun_takes_up_the_failed_called_job_alone(self):
        (self.control / "fail").touch()
        self.assertEqual(1, self.sandbox.finish(self.start())[0])
        self.assertEqual("failed", self.sandbox.results()["train (large)"])
        self.assertEqual("skipped", self.sandbox.results()["report"])
        (self.control / "fail").unlink()
        status, out, error = self.sandbox.sluice("runs", "rerun")
        self.assertEqual(0, status, error)
        self.assertEqual(SUCCEEDED, self.sandbox.results())
        self.assertNotIn("Fit small |", out)
        self.assertIn("trained model-large", out)

    def test_every_command_takes_the_names_that_are_shown(self):
        self.assertEqual(0, self.sandbox.finish(self.start())[0])
        for job in ("train (large) / Fit large", "train.1/fit"):
            for step in ("fit", "1"):
                for command in (("explain", "1", job, step), ("runs", "logs", "1", "--job", job, "--step", step)):
                    status, out, error = self.sandbox.sluice(*command)
                    self.assertEqual(0, status, error)
                    self.assertIn("echo", out)
            status, _, error = self.sandbox.sluice("runs", "shell", "1", job, "fit")
            self.assertEqual(0, status, error)
        for job in ("train (large) / debug", "train.1/debug"):
            self.assertIn("– train (large) / debug", self.sandbox.sluice("explain", "1", job)[1])
        self.assertIn("key ***", self.sandbox.sluice("runs", "logs", "-j", "train (large) / Fit large")[1])
        status, out, error = self.sandbox.sluice("runs", "rerun", "--job", "train (large)")
        self.assertEqual(0, status, error)
        self.assertIn("train (large) / Fit large |", out)
        self.assertNotIn("Fit small |", out)
        self.assertEqual(SUCCEEDED, self.sandbox.results())
        status, _, error = self.sandbox.sluice("runs", "logs", "-j", "train (lage)")
        self.assertEqual(2, status)
        self.assertIn("did you mean 'train (large)'", error)

    def test_an_engine_killed_in_a_called_job_is_followed_by_another(self):
        (self.control / "hold").touch()
        engine = self.start()
        wait_until(lambda: (self.control / "held").exists(), "a called step runs", engine)
        engine.kill()
        engine.wait()
        resumed = self.sandbox.start("runs", "resume")
        (self.control / "hold").unlink()
        self.assertEqual(0, self.sandbox.finish(resumed)[0])
        self.assertEqual(SUCCEEDED, self.sandbox.results())
        self.assert_nothing_runs()

    def test_a_wrong_call_is_refused_with_its_place(self):
        self.sandbox.commit({".github/workflows/ci.yml": MAIN.replace("rounds: 3", "round: 3")})
        status, _, error = self.sandbox.finish(self.start())
        self.assertEqual(2, status)
        self.assertIn(".github/workflows/ci.yml:14:", error)
        self.assertIn("did you mean 'rounds'?", error)


if __name__ == "__main__":
    main()
