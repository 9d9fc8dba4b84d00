"""Who drives a run, and how it is stopped: Ctrl-C, a closed terminal, other processes, reruns."""

import os
import signal
from pathlib import Path

from sandbox import SandboxTest, is_alive, main, wait_until

# The first step says where it is and waits until the test lets it go on.
WAITING = """\
    on: push
    jobs:
      work:
        runs-on: x
        steps:
          - run: |
              echo $$ > "$SLUICE_HOME/pid"
              until test -e "$SLUICE_HOME/go"; do sleep 0.02; done
              echo went on >> "$SLUICE_HOME/count"
          - run: echo second >> "$SLUICE_HOME/count"
          - if: always()
            run: echo always >> "$SLUICE_HOME/count"
    """
STUBBORN = """\
    on: push
    jobs:
      work:
        runs-on: x
        steps:
          - run: |
              trap '' INT TERM
              echo $$ > "$SLUICE_HOME/pid"
              while true; do sleep 0.02; done
          - if: always()
            run: echo always >> "$SLUICE_HOME/count"
    """


class Control(SandboxTest):
    def start_waiting(self, text=WAITING):
        """A run whose first step is at work: (engine, pid of the step)."""
        self.sandbox.pipeline(text)
        engine = self.sandbox.start("run")
        return engine, self.wait_for_pid(engine)

    def wait_for_pid(self, engine):
        file = self.sandbox.home / "pid"
        self.sandbox.wait_for_event("StepProcess", engine)
        wait_until(lambda: file.exists() and file.read_text().strip(), "the step says its pid", engine)
        return int(file.read_text())

    def let_go(self):
        (self.sandbox.home / "go").touch()

    def lines(self):
        file = self.sandbox.home / "count"
        return file.read_text().split("\n")[:-1] if file.exists() else []

    def test_ctrl_c_once_is_journaled_and_steps_that_always_run_still_do(self):
        engine, step = self.start_waiting()
        engine.send_signal(signal.SIGINT)
        self.assert_status(1, self.sandbox.finish(engine))
        self.assertEqual(["always"], self.lines())
        self.assertFalse(is_alive(step))
        self.assertIn("CancelRequested", self.sandbox.kinds())
        self.assertEqual({"work": "cancelled"}, self.sandbox.results())
        self.assert_nothing_runs()

    def test_ctrl_c_twice_kills_what_does_not_listen(self):
        engine, step = self.start_waiting(STUBBORN)
        engine.send_signal(signal.SIGINT)
        self.sandbox.wait_for_event("CancelRequested", engine)
        self.assertTrue(is_alive(step))
        engine.send_signal(signal.SIGINT)
        self.assert_status(1, self.sandbox.finish(engine))
        self.assertFalse(is_alive(step))
        self.assertEqual([], self.lines())
        self.assertIn("KillRequested", self.sandbox.kinds())
        self.assertEqual({"work": "cancelled"}, self.sandbox.results())
        self.assertEqual("cancelled", self.sandbox.json("runs", "list")[0]["result"])
        for step in self.sandbox.json("runs", "show")["jobs"][0]["steps"]:
            self.assertNotEqual("running", step["status"], step)
        self.assert_nothing_runs()

    def test_a_closed_terminal_does_not_stop_the_run(self):
        engine, step = self.start_waiting()
        engine.send_signal(signal.SIGHUP)
        engine.stdout.close()
        engine.stderr.close()
        self.assertTrue(is_alive(step))
        self.let_go()
        wait_until(lambda: engine.poll() is not None, "the engine ends")
        if self.sandbox.json("runs", "list")[0]["status"] != "finished":
            self.assert_status(0, self.sandbox.sluice("runs", "resume"))
        self.assertEqual(["went on", "second", "always"], self.lines())
        self.assertEqual("succeeded", self.sandbox.json("runs", "list")[0]["result"])

    def test_steps_outlive_the_engine_and_another_one_attaches(self):
        engine, step = self.start_waiting()
        started = Path(f"/proc/{step}/stat").read_text().rsplit(")", 1)[1].split()[19]
        engine.kill()
        engine.wait()
        self.assertTrue(is_alive(step))
        self.assertTrue(self.sandbox.json("runs", "list")[0]["interrupted"])
        for command in (("runs", "show"), ("runs", "watch"), ("explain",)):
            self.assertIn("nobody drives it: `sluice runs resume 1` continues it",
                          self.sandbox.sluice(*command)[1], command)
        resumed = self.sandbox.start("runs", "resume")
        self.let_go()
        self.assert_status(0, self.sandbox.finish(resumed))
        self.assertFalse(self.sandbox.json("runs", "list")[0]["interrupted"])
        self.assertEqual(["went on", "second", "always"], self.lines())
        first = [body for kind, body in self.sandbox.events() if kind == "StepProcess"][0]
        self.assertEqual(int(started), first["start_ticks"])
        self.assertEqual(3, self.sandbox.kinds().count("StepStarted"))

    def test_another_engine_on_the_same_run_is_refused_and_names_the_owner(self):
        engine, _ = self.start_waiting()
        answer = self.sandbox.sluice("runs", "resume")
        self.assert_status(3, answer)
        self.assertIn(str(engine.pid), answer[2])
        self.let_go()
        self.assert_status(0, self.sandbox.finish(engine))

    def test_another_process_can_cancel_a_run(self):
        engine, _ = self.start_waiting()
        self.assert_status(0, self.sandbox.sluice("runs", "cancel"))
        self.assert_status(1, self.sandbox.finish(engine))
        self.assertEqual(["always"], self.lines())
        self.assertEqual({"work": "cancelled"}, self.sandbox.results())
        answer = self.sandbox.sluice("runs", "cancel")
        self.assert_status(2, answer)
        self.assertIn("already ended", answer[2])

    def test_watch_follows_a_run_to_its_end(self):
        engine, _ = self.start_waiting()
        watcher = self.sandbox.start("runs", "watch")
        os.set_blocking(watcher.stdout.fileno(), False)
        seen = b""

        def started_is_shown():
            nonlocal seen
            seen += watcher.stdout.read() or b""
            return b"Run echo $$" in seen
        wait_until(started_is_shown, "watch shows the running step", watcher)
        self.let_go()
        os.set_blocking(watcher.stdout.fileno(), True)
        status, out, error = self.sandbox.finish(watcher)
        self.assertEqual(0, status, error)
        self.assertIn("succeeded", out)
        self.assert_status(0, self.sandbox.finish(engine))

    def test_a_rerun_from_a_step_keeps_the_workspace_and_what_came_before(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                outputs: {made: "${{ steps.first.outputs.made }}"}
                steps:
                  - id: first
                    run: echo first >> "$SLUICE_HOME/count"; echo made > made.txt; echo made=1 >> "$GITHUB_OUTPUT"
                  - id: second
                    run: echo second >> "$SLUICE_HOME/count"; test -e made.txt; test -e "$SLUICE_HOME/go"
                  - run: echo "third ${{ steps.first.outputs.made }}" >> "$SLUICE_HOME/count"
              b: {needs: a, runs-on: x, steps: [{run: 'echo "b ${{ needs.a.outputs.made }}" >> "$SLUICE_HOME/count"'}]}
              c: {runs-on: x, steps: [{run: 'echo c >> "$SLUICE_HOME/count"'}]}
            """, status=1)
        self.assertEqual(["c", "first", "second"], sorted(self.lines()))
        self.let_go()
        answer = self.sandbox.sluice("runs", "rerun", "--from-step", "secnd")
        self.assert_status(2, answer)
        self.assertIn("'second'", answer[2])
        self.assert_status(0, self.sandbox.sluice("runs", "rerun", "--from-step", "second"))
        self.assertEqual(["b 1", "c", "first", "second", "second", "third 1"], sorted(self.lines()))
        run, = self.sandbox.json("runs", "list")
        self.assertEqual((2, "succeeded"), (run["attempt"], run["result"]))
        answer = self.sandbox.sluice("runs", "rerun")
        self.assert_status(2, answer)
        self.assertIn("succeeded", answer[2])

    def test_a_daemon_that_ignores_signals_is_gone_after_its_job(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - run: |
                      setsid bash -c 'trap "" TERM INT HUP; echo $$ > "$SLUICE_HOME/pid"; while true; do sleep 0.05; done' \\
                        > /dev/null 2>&1 < /dev/null &
                      until test -s "$SLUICE_HOME/pid"; do sleep 0.02; done
            """)
        self.assertFalse(is_alive(int((self.sandbox.home / "pid").read_text())))
        self.assert_nothing_runs()


if __name__ == "__main__":
    main()
