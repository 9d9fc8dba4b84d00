"""Events beside push: what they start, what their documents hold, what keeps a workflow from starting."""

import json

from sandbox import SandboxTest, main

STEP = "runs-on: ubuntu-latest, steps: [{run: "
WORKFLOWS = {
    ".github/workflows/after.yml": f"""\
        name: after
        on: {{workflow_run: {{workflows: [ci], types: [completed], branches: [main]}}}}
        jobs:
          on_success:
            if: github.event.workflow_run.conclusion == 'success'
            runs-on: ubuntu-latest
            steps: [{{run: 'echo "after run ${{{{ github.event.workflow_run.run_number }}}} of ${{{{ github.event.workflow_run.name }}}}"'}}]
          on_failure: {{if: github.event.workflow_run.conclusion == 'failure', {STEP}echo red}}]}}
        """,
    ".github/workflows/ci.yml": f"""\
        name: ci
        run-name: build of ${{{{ github.ref_name }}}}
        on: [push, pull_request]
        jobs:
          test: {{{STEP}'true'}}]}}
          same_repository:
            if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository
            runs-on: ubuntu-latest
            steps: [{{run: echo same}}]
        """,
    ".github/workflows/deploy.yml": f"""\
        name: deploy
        on: {{repository_dispatch: {{types: [go]}}}}
        jobs:
          to: {{{STEP}'echo "to ${{{{ github.event.client_payload.where }}}}"'}}]}}
        """,
    ".github/workflows/nightly.yml": f"""\
        name: nightly
        on: {{schedule: [{{cron: '30 5 * * 1', timezone: Europe/Berlin}}, {{cron: '0 0 * * *'}}]}}
        jobs:
          daily: {{if: github.event.schedule == '0 0 * * *', {STEP}echo daily}}]}}
          weekly: {{if: github.event.schedule == '30 5 * * 1', {STEP}echo weekly}}]}}
        """,
}


class Events(SandboxTest):
    def setUp(self):
        super().setUp()
        self.sandbox.commit(WORKFLOWS)

    def pipelines(self, *arguments):
        return {item["file"].split("/")[-1].split(".")[0]: item
                for item in self.sandbox.json("plan", *arguments)["pipelines"]}

    def would_run(self, *arguments):
        return {name: [job["id"] for job in item["forecast"]["jobs"] if job["verdict"] == "runs"]
                for name, item in self.pipelines(*arguments).items() if item["plan"]["triggered"]}

    def test_a_run_that_ended_starts_what_waits_for_it(self):
        self.assert_status(0, self.sandbox.sluice("run", ".github/workflows/ci.yml"))
        self.assertEqual({"after": ["on_success"]}, self.would_run("-e", "workflow_run", "--of", "latest"))
        answer = self.sandbox.sluice("run", "-e", "workflow_run", "--of", "latest")
        self.assert_status(0, answer)
        self.assertIn("after run 1 of ci", self.sandbox.sluice("runs", "logs")[1])
        self.assertEqual({"after": ["on_failure"]},
                         self.would_run("-e", "workflow_run", "--workflow", "ci", "--conclusion", "failure"))
        self.assertEqual({}, self.would_run("-e", "workflow_run", "--workflow", "other"))
        self.assertEqual({}, self.would_run("-e", "workflow_run", "--workflow", "ci", "--branch", "dev"))
        self.assertEqual({}, self.would_run("-e", "workflow_run", "--workflow", "ci", "--action", "requested"))

    def test_a_run_that_goes_on_has_not_completed(self):
        self.sandbox.commit({".github/workflows/slow.yml":
                             "on: push\njobs: {a: {runs-on: x, steps: [{run: 'while ! [ -e go ]; do sleep 0.01; done'}]}}\n",
                             ".github/workflows/start.yml":
                             "name: start\non: {workflow_run: {workflows: ['**'], types: [requested]}}\n"
                             "jobs: {a: {runs-on: x, steps: [{run: echo}]}}\n"})
        process = self.sandbox.start("run", ".github/workflows/slow.yml")
        self.sandbox.wait_for_event("StepProcess", process)
        status, _, error = self.sandbox.sluice("plan", "-e", "workflow_run", "--of", "latest")
        self.assertEqual(2, status, error)
        self.assertIn("has not ended", error)
        self.assertEqual({"start": ["a"]},
                         self.would_run("-e", "workflow_run", "--of", "latest", "--action", "requested"))
        self.assert_status(0, self.sandbox.sluice("runs", "cancel"))
        self.sandbox.finish(process)

    def test_a_run_says_what_waits_for_its_end(self):
        answer = self.sandbox.sluice("run")
        self.assert_status(0, answer)
        self.assertRegex(answer[2], r"after\.yml waits for this run: `sluice run --event workflow_run --of \w+")

    def test_a_repository_dispatch(self):
        self.assertEqual({"deploy": ["to"]}, self.would_run("-e", "repository_dispatch", "--type", "go"))
        self.assertEqual({}, self.would_run("-e", "repository_dispatch", "--type", "stop"))
        self.assert_status(0, self.sandbox.sluice("run", "-e", "repository_dispatch", "--type", "go", "-i", "where=home"))
        self.assertIn("to home", self.sandbox.sluice("runs", "logs")[1])

    def test_an_event_of_which_only_the_document_is_known(self):
        self.sandbox.commit({".github/workflows/release.yml":
                             "on: {release: {types: [published]}}\njobs: {a: {runs-on: x, steps: [{run: echo}]}}\n"})
        for action, started in (("published", ["release"]), ("created", [])):
            document = self.sandbox.root / "event.json"
            document.write_text(json.dumps({"action": action, "release": {"tag_name": "v9"}}))
            plan = self.sandbox.json("plan", "-e", "release", "--event-file", document)
            self.assertEqual("refs/tags/v9", plan["event"]["ref"])
            self.assertEqual(started, [item["plan"]["name"].split("/")[-1].split(".")[0]
                                       for item in plan["pipelines"] if item["plan"]["triggered"]])

    def test_a_schedule_is_one_of_them_on_the_default_branch(self):
        self.assertEqual({"nightly": ["daily"]}, self.would_run("-e", "schedule", "--cron", "0 0 * * *"))
        self.assertEqual({"nightly": ["weekly"]}, self.would_run("-e", "schedule", "--cron", "30 5 * * 1"))
        item = self.pipelines("-e", "schedule")["nightly"]
        first = min(item["schedules"], key=lambda one: one["next"])
        self.assertIn(f"'{first['cron']}'", item["plan"]["reason"]["summary"])
        for one in item["schedules"]:
            self.assertLess(one["previous"], one["next"])
        self.assertEqual(["Europe/Berlin", "UTC"], [one["timezone"] for one in item["schedules"]])
        self.assertEqual({}, self.would_run("-e", "schedule", "--branch", "dev"))
        self.assertIn("default branch 'main' only", self.sandbox.sluice("plan", "-e", "schedule", "--branch", "dev")[1])
        self.assertRegex(self.sandbox.sluice("plan", "-e", "schedule")[1], r"'30 5 \* \* 1' \(Europe/Berlin\): last \d{4}-")

    def test_a_pull_request_of_the_repository_passes_the_guard_against_forks(self):
        self.sandbox.git("checkout", "--quiet", "-b", "topic")
        self.assertEqual({"ci": ["test", "same_repository"]}, self.would_run("-e", "pull_request"))
        self.assertEqual({"ci": ["test"]}, self.would_run("-e", "pull_request", "--fork", "bo/shop"))

    def test_a_title_of_its_own_is_shown(self):
        self.assertIn("ci: build of main", self.sandbox.sluice("plan")[1])

    def test_a_commit_may_ask_for_no_runs(self):
        self.sandbox.git("commit", "--quiet", "--allow-empty", "--message=docs [skip ci]")
        self.assertEqual({}, self.would_run())
        self.assertIn("the message of the head commit has '[skip ci]': docs [skip ci]", self.sandbox.sluice("plan")[1])
        answer = self.sandbox.sluice("run")
        self.assertEqual(2, answer[0])
        self.assertIn("[skip ci]", answer[2])
        self.assertEqual(["ci"], list(self.would_run("--despite-skip")))
        self.assertEqual(["nightly"], list(self.would_run("-e", "schedule")))

    def test_what_the_event_does_not_take_is_refused(self):
        for arguments, said in ((("-i", "zz=1"), "--input is for the events"),
                                (("-e", "repositry_dispatch"), "did you mean 'repository_dispatch'"),
                                (("-e", "workflow_run"), "--of RUN"),
                                (("-e", "workflow_run", "--of", "7"), "no run"),
                                (("--assume", "test.outputs.nope=1"), "has no output 'nope'")):
            status, _, error = self.sandbox.sluice("plan", *arguments)
            self.assertEqual(2, status, arguments)
            self.assertIn(said, error)


class Several(SandboxTest):
    GOOD = "on: push\njobs: {j: {runs-on: x, steps: [{run: echo fine}]}}\n"

    def test_what_cannot_run_keeps_no_other_from_running(self):
        self.sandbox.commit({".github/workflows/broken.yml": "broken\n", ".github/workflows/good.yml": self.GOOD,
                             ".github/workflows/windows.yml":
                             "on: push\njobs: {w: {runs-on: windows-latest, steps: [{run: dir}]}}\n"})
        status, out, error = self.sandbox.sluice("run")
        self.assertEqual(2, status, error)
        self.assertEqual({"j": "succeeded"}, self.sandbox.results())
        self.assertIn("✗ .github/workflows/broken.yml cannot run", error)
        self.assertIn("windows.yml is not run, because it holds what is not honoured here", error)
        self.assertEqual(2, self.sandbox.sluice("run", ".github/workflows/broken.yml")[0])
        self.assertEqual(1, len(self.sandbox.json("runs", "list")))

    def test_a_job_is_looked_for_in_all_of_them(self):
        self.sandbox.commit({".github/workflows/a.yml": self.GOOD,
                             ".github/workflows/b.yml": self.GOOD.replace("j:", "k:")})
        answer = self.sandbox.sluice("run", "--job", "k")
        self.assert_status(0, answer)
        self.assertEqual({"k": "succeeded"}, self.sandbox.results())
        self.assertEqual(2, self.sandbox.sluice("run", "--job", "zz")[0])


if __name__ == "__main__":
    main()
