"""Steps that fail and wait: the shell with their environment, and how the run goes on, on a real (pseudo) terminal."""

import os
import signal
import subprocess
from pathlib import Path

from sandbox import DEADLINE, SandboxTest, binary, main, wait_until
from terminal import Terminal

PIPELINE = """\
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
          - id: two
            name: the second
            working-directory: sub
            env: {STEP: two, TOKEN: "${{ secrets.TOKEN }}"}
            run: |
              echo two >> "$SLUICE_HOME/count"
              env | sort > "$SLUICE_HOME/step.env"
              echo "from=failure" >> "$GITHUB_OUTPUT"
              echo "answer ${{ steps.one.outputs.answer }}"
              test -e fixed
              echo "from=success" >> "$GITHUB_OUTPUT"
          - run: echo "three ${{ steps.two.outputs.from }}" >> "$SLUICE_HOME/count"
          - {if: failure(), run: echo four >> "$SLUICE_HOME/count"}
          - {if: always(), run: echo last >> "$SLUICE_HOME/count"}
    """
ASKED = "[q]uit: "
PROMPT = "(the second) sub"
SECRET = "open-sesame-77"
ENVIRONMENT = {"SHELL": "/bin/bash", "TOKEN": SECRET}


class BreakOnFailure(SandboxTest):
    def begin(self, *arguments):
        self.sandbox.pipeline(PIPELINE)
        terminal = Terminal(self.sandbox, "run", "--break-on-failure", "--secret", "TOKEN", *arguments,
                            **ENVIRONMENT)
        terminal.wait_for(PROMPT)
        return terminal

    def lines(self):
        return (self.sandbox.home / "count").read_text().splitlines()

    def in_shell(self, terminal, command):
        """What the command prints, in the shell that is open."""
        terminal.type(f"{command}; echo en''d\n")
        shown = terminal.wait_for("end\r\n")
        terminal.wait_for(PROMPT)
        return shown

    def test_the_shell_stands_where_the_step_stood_and_what_is_mended_there_is_tried_again(self):
        terminal = self.begin()
        shown = self.in_shell(terminal, 'echo "$MODE $LEVEL $STEP $TOKEN"; greet; pwd; env | sort > "$SLUICE_HOME/shell.env"')
        self.assertIn(f"fast job two {SECRET}", shown)
        self.assertIn("hello from the tool", shown)
        self.assertRegex(shown, r"/workspace/sub\r\n")
        self.assertEqual("paused", self.sandbox.query("SELECT status FROM steps WHERE step = 1")[0][0])
        # Written for nobody, neither for the next try nor for the steps after it.
        self.in_shell(terminal, 'echo "MODE=slow" >> "$GITHUB_ENV"; echo "from=shell" >> "$GITHUB_OUTPUT"; touch fixed')
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("r\n")
        terminal.wait_for("succeeded in")
        self.assertEqual(0, terminal.close())
        self.assertEqual(["one", "two", "two", "three success", "last"], self.lines())
        log = self.sandbox.sluice("runs", "logs", "--step", "two")[1]
        self.assertIn("answer 42\n── tried again\nanswer 42\n", log)

    def test_the_environment_of_the_shell_is_that_of_the_step(self):
        terminal = self.begin()
        self.in_shell(terminal, 'env | sort > "$SLUICE_HOME/shell.env"')
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("c\n")
        terminal.close()
        step, shell = (dict(line.split("=", 1) for line in (self.sandbox.home / name).read_text().splitlines())
                       for name in ("step.env", "shell.env"))
        self.assertEqual({"SLUICE_STEP"}, set(step) - set(shell) - {"OLDPWD"})
        self.assertEqual({"PS1", "TERM"}, set(shell) - set(step) - {"OLDPWD"})
        self.assertEqual([], [name for name in step if name in shell and step[name] != shell[name] and name != "SHLVL"])

    def test_a_step_that_is_not_tried_again_has_failed(self):
        terminal = self.begin()
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("what?\n")
        terminal.wait_for(ASKED)
        terminal.type("c\n")
        terminal.wait_for("failed in")
        self.assertEqual(1, terminal.close())
        self.assertEqual(["one", "two", "four", "last"], self.lines())
        self.assertEqual({"a": "failed"}, self.sandbox.results())

    def test_quitting_cancels_the_run(self):
        terminal = self.begin()
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("q\n")
        terminal.wait_for("cancelled in")
        self.assertEqual(1, terminal.close())
        self.assertEqual(["one", "two", "last"], self.lines())
        self.assert_nothing_runs()

    def test_ctrl_c_at_the_question_cancels_the_run_and_in_the_shell_only_what_runs_there(self):
        terminal = self.begin()
        terminal.type("sleep 1000\n")
        terminal.wait_for("sleep 1000")
        wait_until(lambda: any(b"sleep\x001000" in Path(f"/proc/{pid}/cmdline").read_bytes()
                               for pid in self.sandbox.processes()), "sleep runs")
        terminal.type("\x03")
        terminal.wait_for(PROMPT)
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("\x03")
        terminal.wait_for("cancelled in")
        self.assertEqual(1, terminal.close())
        self.assertEqual(["one", "two", "last"], self.lines())

    def test_a_killed_engine_leaves_the_step_paused_and_resume_asks_again(self):
        terminal = self.begin()
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.process.wait()
        self.in_home_of_step("touch fixed")
        again = Terminal(self.sandbox, "runs", "resume")
        again.wait_for(PROMPT)
        again.type("exit\n")
        again.wait_for(ASKED)
        again.type("r\n")
        again.wait_for("succeeded in")
        self.assertEqual(0, again.close())
        self.assertEqual(["one", "two", "two", "three success", "last"], self.lines())

    def in_home_of_step(self, command):
        folder = next(self.sandbox.home.glob("runs/*/jobs/a/workspace/sub"))
        subprocess.run(["sh", "-c", command], cwd=folder, check=True)

    def test_a_terminal_that_is_closed_leaves_the_step_paused(self):
        terminal = self.begin()
        self.assertNotEqual(0, terminal.hang_up())
        self.assertEqual("paused", self.sandbox.query("SELECT status FROM steps WHERE step = 1")[0][0])
        self.assertEqual(["one", "two"], self.lines())
        # Nobody is asked when the answer is clear.
        self.assert_status(0, self.sandbox.sluice("runs", "cancel"))
        self.assertEqual(["one", "two", "last"], self.lines())
        self.assertEqual({"a": "cancelled"}, self.sandbox.results())
        self.assert_nothing_runs()

    def test_without_a_terminal_the_run_goes_on_and_says_how_to_get_the_shell(self):
        self.sandbox.pipeline(PIPELINE)
        status, _, error = self.sandbox.sluice("run", "--break-on-failure", "--secret", f"TOKEN={SECRET}")
        self.assertEqual(1, status)
        self.assertIn("there is no terminal to ask on", error)
        self.assertRegex(error, r"sluice runs shell \S+ a 2")

    def test_a_step_inside_of_an_action_pauses_and_is_tried_again(self):
        self.sandbox.commit({".github/workflows/ci.yml": """\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - {uses: actions/checkout@v4}
                  - {name: outer, uses: ./tool, with: {word: hello}}
                  - run: echo last >> "$SLUICE_HOME/count"
            """, "tool/action.yml": """\
            name: tool
            inputs: {word: {}}
            runs:
              using: composite
              steps:
                - {shell: bash, run: 'echo inner one >> "$SLUICE_HOME/count"'}
                - name: inner
                  shell: bash
                  env: {WORD: "${{ inputs.word }}"}
                  run: echo "inner two $WORD" | tee -a "$SLUICE_HOME/count"; test -e fixed
            """})
        terminal = Terminal(self.sandbox, "run", "--break-on-failure")
        terminal.wait_for("(inner) workspace")
        shell = subprocess.run([binary(), "runs", "shell"], cwd=self.sandbox.repository, input='touch fixed; echo "<$WORD>"\n',
                               env=self.sandbox.environment, capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual("<hello>\n", shell.stdout, shell.stderr)
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("r\n")
        terminal.wait_for("succeeded in")
        self.assertEqual(0, terminal.close())
        self.assertEqual(["inner one", "inner two hello", "inner two hello", "last"], self.lines())
        self.assertEqual(1, self.sandbox.sluice("runs", "logs")[1].count("tried again"))

    def test_a_rerun_breaks_too(self):
        self.sandbox.pipeline(PIPELINE)
        self.sandbox.environment["TOKEN"] = SECRET
        self.assert_status(1, self.sandbox.sluice("run", "--secret", "TOKEN"))
        terminal = Terminal(self.sandbox, "runs", "rerun", "--from-step", "two", "--break-on-failure")
        terminal.wait_for(PROMPT)
        self.in_shell(terminal, "touch fixed")
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("r\n")
        terminal.wait_for("succeeded in")
        self.assertEqual(0, terminal.close())
        self.assertEqual(["one", "two", "four", "last", "two", "two", "three success", "last"], self.lines())


class Shell(SandboxTest):
    """`sluice runs shell`: the same from elsewhere, and afterwards."""

    def setUp(self):
        super().setUp()
        self.sandbox.environment["TOKEN"] = SECRET

    def shell(self, *arguments, typed=""):
        """Without a terminal: the shell reads what is piped into it."""
        return subprocess.run([binary(), "runs", "shell", *arguments], cwd=self.sandbox.repository, input=typed,
                              env=self.sandbox.environment, capture_output=True, text=True, timeout=DEADLINE)

    def test_a_shell_after_the_end_has_the_environment_of_the_failed_step(self):
        self.sandbox.pipeline(PIPELINE)
        self.assert_status(1, self.sandbox.sluice("run", "--secret", "TOKEN"))
        ended = self.shell(typed='echo "$MODE $LEVEL $STEP $TOKEN $(greet) $(basename "$PWD")"; exit 7\n')
        self.assertEqual(7, ended.returncode, ended.stderr)
        self.assertEqual(f"fast job two {SECRET} hello from the tool sub\n", ended.stdout)
        other = self.shell("latest", "a", "one", typed='echo "<$MODE> $(basename "$PWD")"\n')
        self.assertEqual("<> workspace\n", other.stdout)

    def test_a_shell_beside_a_step_that_waits(self):
        self.sandbox.pipeline(PIPELINE)
        terminal = Terminal(self.sandbox, "run", "--break-on-failure", "--secret", "TOKEN")
        terminal.wait_for(PROMPT)
        self.assertEqual("fast\n", self.shell(typed='touch fixed; echo "$MODE"\n').stdout)
        terminal.type("exit\n")
        terminal.wait_for(ASKED)
        terminal.type("r\n")
        terminal.wait_for("succeeded in")
        self.assertEqual(0, terminal.close())

    def test_no_command_line_shows_a_secret(self):
        self.sandbox.pipeline(PIPELINE)
        terminal = Terminal(self.sandbox, "run", "--break-on-failure", "--secret", "TOKEN")
        terminal.wait_for(PROMPT)
        shell = subprocess.Popen([binary(), "runs", "shell"], cwd=self.sandbox.repository, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.sandbox.environment)
        self.sandbox.started.append(shell)
        shell.stdin.write(b"echo here\n")
        shell.stdin.flush()
        self.assertEqual(b"here\n", shell.stdout.readline())
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self.sandbox.processes()]
        self.assertGreaterEqual(len(lines), 4)  # two of sluice, two shells
        self.assertEqual([], [line for line in lines if SECRET.encode() in line])
        terminal.hang_up()

    def test_what_has_no_shell_is_said(self):
        self.sandbox.pipeline(PIPELINE)
        self.sandbox.sluice("run", "--secret", "TOKEN")
        for arguments, part in ((["latest", "b"], "has no job 'b'"), (["latest", "a", "nine"], "ran no step 'nine'"),
                                (["latest", "a", "3"], "did not run"), (["99"], "99")):
            ended = self.shell(*arguments)
            self.assertIn(ended.returncode, (2, 3), ended.stdout)
            self.assertIn(part, ended.stderr)


if __name__ == "__main__":
    main()
