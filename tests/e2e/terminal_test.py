"""What strangers write into names, files and logs does nothing to the terminal of who looks at it."""

import re

from sandbox import SandboxTest, main
from terminal import Terminal

PIPELINE = r"""
    name: "wo\e[2Jrk"
    on: push
    jobs:
      a:
        name: "jo\e]0;title\ab"
        runs-on: x
        steps:
          - {name: "one\r\ntwo\e[5A", run: "printf 'log\\033[3J\\033[31mred\\n'"}
          - run: "echo '::error title=t::mes\e[2Jsage'; exit 1"
    """


class Terminals(SandboxTest):
    def show(self, *arguments):
        terminal = Terminal(self.sandbox, *arguments, TERM="xterm", COLUMNS="100")
        while terminal.look() or terminal.process.poll() is None:
            pass
        terminal.close()
        return terminal.shown

    def test_only_colours_reach_it(self):
        self.sandbox.pipeline(PIPELINE)
        for command in ("run", "plan", "lint", "fidelity", "runs list", "runs show", "runs logs", "explain"):
            shown = self.show(*command.split())
            self.assertGreater(len(shown), 50, shown)
            escapes = set(re.findall(r"\x1b(?!\[[0-9;]*m)[^\x1b]{0,4}", shown))
            allowed = {escape for escape in escapes if command == "run" and re.match(r"\x1b\[(\d+A|J)", escape)}
            self.assertEqual(set(), escapes - allowed, f"{command}: {shown!r}")
            self.assertNotIn("\a", shown)
            self.assertNotIn("\x1b[2J", shown)
            self.assertNotIn("\x1b[5A", shown)

    def test_a_name_is_one_line(self):
        self.sandbox.pipeline(PIPELINE)
        self.sandbox.sluice("run")
        steps = self.sandbox.json("runs", "show")["jobs"][0]["steps"]
        self.assertEqual("one two [5A", steps[0]["name"])
        self.assertIn("✓ 1 one two [5A  ", self.sandbox.sluice("runs", "show")[1])


if __name__ == "__main__":
    main()
