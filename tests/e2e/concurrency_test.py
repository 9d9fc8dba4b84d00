"""Concurrency groups across processes of one home: who waits, for whom, and what frees it."""

import signal
import unittest

from sandbox import SandboxTest, wait_until

# The first run to come waits until the test lets it go on; later ones only say that they came.
GROUPED = """\
    on: push
    concurrency: deploy
    jobs:
      work:
        runs-on: x
        steps:
          - run: |
              echo came >> "$SLUICE_HOME/came"
              until test -e "$SLUICE_HOME/go"; do sleep 0.02; done
    """


class Concurrency(SandboxTest):
    def came(self):
        file = self.sandbox.home / "came"
        return len(file.read_text().split()) if file.exists() else 0

    def start_holder(self, text=GROUPED):
        self.sandbox.pipeline(text)
        holder = self.sandbox.start("run")
        wait_until(lambda: self.came() == 1, "the first run works", holder)
        return holder

    def start_waiting(self):
        process = self.sandbox.start("run")
        self.sandbox.wait_for_event("GroupWaiting", process)
        return process

    def let_go(self):
        (self.sandbox.home / "go").touch()

    def states(self):
        return {run["number"]: run["result"] or run["status"] for run in self.sandbox.json("runs", "list")}

    def test_the_second_run_waits_and_says_for_whom(self):
        holder = self.start_holder()
        waiting = self.start_waiting()
        self.assertEqual({1: "running", 2: "waiting"}, self.states())
        status, out, error = self.sandbox.sluice("runs", "show", "2")
        self.assert_status(0, (status, out, error))
        self.assertIn("waiting for concurrency group 'deploy' held by run 1", out)
        self.assertNotIn("nobody drives", out)
        self.assertIn("held by run 1", self.sandbox.sluice("explain", "2")[1])
        self.assertEqual(1, self.came())
        self.let_go()
        self.assert_status(0, self.sandbox.finish(holder))
        ended = self.sandbox.finish(waiting)
        self.assert_status(0, ended)
        self.assertIn("waiting for concurrency group 'deploy' held by run 1", ended[1])
        self.assertEqual({1: "succeeded", 2: "succeeded"}, self.states())

    def test_a_holder_without_an_owner_keeps_its_claim_until_somebody_goes_on_with_it(self):
        holder = self.start_holder()
        holder.kill()
        holder.wait()
        waiting = self.start_waiting()
        out = self.sandbox.sluice("runs", "show", "2")[1]
        run = self.sandbox.json("runs", "show", "1")["id"]
        self.assertIn(f"which nobody drives: `sluice runs resume {run}`", out)
        self.let_go()  # its step ends; nobody has read that
        self.assertEqual("waiting", self.states()[2])
        self.assert_status(0, self.sandbox.sluice("runs", "resume", run))
        self.assert_status(0, self.sandbox.finish(waiting))
        self.assertEqual(2, self.came())

    def test_cancelling_a_run_that_nobody_drives_ends_it_and_frees_its_group(self):
        holder = self.start_holder()
        holder.kill()
        holder.wait()
        waiting = self.start_waiting()
        self.assert_status(0, self.sandbox.sluice("runs", "cancel", "1"))
        self.let_go()
        self.assert_status(0, self.sandbox.finish(waiting))
        self.assertEqual({1: "cancelled", 2: "succeeded"}, self.states())

    def test_a_waiting_run_can_be_cancelled_by_request_and_by_ctrl_c(self):
        holder = self.start_holder()
        waiting = self.start_waiting()
        self.assert_status(0, self.sandbox.sluice("runs", "cancel", "2"))
        self.assert_status(1, self.sandbox.finish(waiting))
        third = self.sandbox.start("run")
        wait_until(lambda: self.states().get(3) == "waiting", "the third run waits", third)
        third.send_signal(signal.SIGINT)
        self.assert_status(1, self.sandbox.finish(third))
        self.let_go()
        self.assert_status(0, self.sandbox.finish(holder))
        self.assertEqual({1: "succeeded", 2: "cancelled", 3: "cancelled"}, self.states())
        self.assertEqual(1, self.came())

    def test_cancel_in_progress_takes_the_place_of_the_running_one(self):
        holder = self.start_holder()
        self.sandbox.pipeline(GROUPED.replace("concurrency: deploy",
                                              "concurrency: {group: DEPLOY, cancel-in-progress: true}"))
        second = self.sandbox.start("run")
        self.assert_status(1, self.sandbox.finish(holder))
        wait_until(lambda: self.came() == 2, "the second run works", second)
        self.let_go()
        self.assert_status(0, self.sandbox.finish(second))
        self.assertEqual({1: "cancelled", 2: "succeeded"}, self.states())


if __name__ == "__main__":
    unittest.main()
