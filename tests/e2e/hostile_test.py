"""Steps that do what no step should: through the front door, to the end of the run."""

import signal
import time
import unittest
from pathlib import Path

from sandbox import SandboxTest, is_alive, main, wait_until

UNENDED = """\
    on: push
    jobs:
      a:
        runs-on: x
        steps:
          - id: bad
            name: never ends
            run: |
              echo "first=1" >> "$%(file)s"
              printf 'text<<EOF\\none\\ntwo\\n' >> "$%(file)s"
          - if: always()
            run: 'echo "next sees <${{ steps.bad.outputs.first }}${{ steps.bad.outputs.text }}$first$text>"'
    """


class FileCommands(SandboxTest):
    def test_a_heredoc_that_never_ends_fails_its_step_and_says_where_it_began(self):
        for file in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE"):
            with self.subTest(file=file):
                shown = self.run_pipeline(UNENDED % {"file": file}, status=1)
                self.assertRegex(shown, rf"never ends: .*{file}.*line 2.*EOF")
                self.assertIn("next sees <>", shown)  # nothing of a file that does not read
                self.assertEqual({"a": "failed"}, self.sandbox.results())


class Text(SandboxTest):
    def test_a_secret_of_one_character_is_hidden_wherever_it_stands(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                outputs: {told: "${{ steps.tell.outputs.told }}"}
                steps:
                  - id: tell
                    env: {PIN: "${{ secrets.PIN }}"}
                    run: |
                      echo "a7b 77 q"
                      echo "told=x${PIN}y" >> "$GITHUB_OUTPUT"
                  - run: echo "got ${{ steps.tell.outputs.told }}"
            """, "--secret", "PIN=7")
        logs = self.sandbox.sluice("runs", "logs")[1]
        self.assertIn("a***b *** q", logs)
        self.assertIn("got x***y", logs)
        self.assertEqual({"a": "succeeded"}, self.sandbox.results())
        self.assertNotIn("x7y", self.sandbox.query("SELECT outputs FROM jobs")[0][0])

    def test_a_character_that_comes_in_two_halves_is_whole_in_the_log_and_on_the_screen(self):
        shown = self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - env: {TOKEN: "${{ secrets.TOKEN }}"}
                    run: |
                      printf 'caf\\303'; sleep 0.05; printf '\\251 \\342\\202'; sleep 0.05; printf '\\254 and gr\\303'
                      sleep 0.05; printf '\\274n\\n'
                      printf 'half of one at the end \\303'
            """, "--secret", "TOKEN=grün")
        self.assertIn("café € and ***\n", shown)
        self.assertIn("half of one at the end", shown)
        self.assertIn("café € and ***\n", self.sandbox.sluice("runs", "logs")[1])


SIGNALS = """\
    on: push
    jobs:
      a:
        runs-on: x
        steps:
          - shell: python3 {0}
            run: |
              import os, signal, time
              def note(number, frame):
                  with open(os.environ["SLUICE_HOME"] + "/signals", "a") as file:
                      file.write(f"{number} {time.monotonic()}\\n")
              for number in (signal.SIGINT, signal.SIGTERM):
                  signal.signal(number, note)
              if os.fork() == 0 and os.fork() == 0:
                  os.setsid()
              open(os.environ["SLUICE_HOME"] + "/ready", "a").write(f"{os.getpid()}\\n")
              while True:
                  time.sleep(100)
    """
LEAVES = """\
    on: push
    jobs:
      a:
        runs-on: x
        steps:
          - run: |
              (trap '' INT TERM HUP; echo "$BASHPID" >> "$SLUICE_HOME/ready"; while :; do sleep 0.1; done) &
              setsid sh -c 'trap "" INT TERM HUP; echo "$$" >> "$SLUICE_HOME/ready"; while :; do sleep 0.1; done' > /dev/null 2>&1 &
              while [ "$(wc -l < "$SLUICE_HOME/ready")" -lt 2 ]; do sleep 0.01; done
              echo the step ends
          - run: cat "$SLUICE_HOME/ready" | while read pid; do kill -0 "$pid" && echo "$pid lives"; done
    """


class Processes(SandboxTest):
    def pids(self, count):
        file = self.sandbox.home / "ready"
        wait_until(lambda: file.exists() and file.read_text().count("\n") == count, f"{count} processes are ready")
        return [int(line) for line in file.read_text().split()]

    def test_a_cancelled_step_has_seven_and_a_half_seconds_and_then_two_and_a_half(self):
        self.sandbox.pipeline(SIGNALS)
        engine = self.sandbox.start("run")
        pids = self.pids(3)  # the step, its child, and one that left its session
        begin = time.monotonic()
        engine.send_signal(signal.SIGINT)
        self.assert_status(1, self.sandbox.finish(engine))
        end = time.monotonic()
        seen = [line.split() for line in (self.sandbox.home / "signals").read_text().splitlines()]
        times = {number: [float(at) - begin for n, at in seen if int(n) == number]
                 for number in (signal.SIGINT, signal.SIGTERM)}
        self.assertEqual((3, 3), tuple(map(len, times.values())), seen)  # the whole tree heard both
        self.assertLess(max(times[signal.SIGINT]), 1.0)
        self.assertAlmostEqual(7.5, min(times[signal.SIGTERM]), delta=1.0)
        self.assertAlmostEqual(10.0, end - begin, delta=2.0)
        self.assertEqual([], [pid for pid in pids if is_alive(pid)])
        self.assertEqual({"a": "cancelled"}, self.sandbox.results())
        self.assert_nothing_runs()

    def test_what_a_step_leaves_behind_lives_to_the_end_of_its_job_and_no_longer(self):
        shown = self.run_pipeline(LEAVES)
        pids = self.pids(2)
        for pid in pids:
            self.assertIn(f"{pid} lives", shown)
        self.assertEqual([], [pid for pid in pids if is_alive(pid)])
        self.assert_nothing_runs()


if __name__ == "__main__":
    main()
