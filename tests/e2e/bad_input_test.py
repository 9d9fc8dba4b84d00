"""Pipeline files that are wrong: exit status 2, and a message that says what is wrong at file:line:column."""


from sandbox import SandboxTest, main

FILE = ".github/workflows/ci.yml"
STEPS = "runs-on: x, steps: [{run: 'true'}]"

# name -> (text of the file, place, words of the message)
MISTAKES = {
    "broken YAML": ("on: push\njobs:\n  a: {runs-on: x\n  b: [\n", None, []),
    "a tab as indentation": ("on: push\njobs:\n\ta:\n", "3:1", []),
    "no mapping": ("- on: push\n", "1:1", []),
    "an empty file": ("", None, []),
    "no jobs": ("on: push\n", None, ["jobs"]),
    "an unknown key": (f"on: push\njobs:\n  a: {{{STEPS}}}\nenvv: {{}}\n", "4:1", ["envv", "'env'"]),
    "an unknown key of a job": (f"on: push\njobs:\n  a:\n    neds: b\n    runs-on: x\n    steps: [{{run: x}}]\n", "4:5",
                                ["neds", "'needs'"]),
    "an unknown key of a step": ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - rnu: x\n", "6:9",
                                 ["rnu", "'run'"]),
    "an unknown event": (f"on: pushh\njobs: {{a: {{{STEPS}}}}}\n", "1:5", ["pushh", "'push'"]),
    "a cycle": (f"on: push\njobs:\n  a: {{needs: c, {STEPS}}}\n  b: {{needs: a, {STEPS}}}\n  c: {{needs: b, {STEPS}}}\n",
                None, ["cycle", "a", "b", "c"]),
    "a job that needs itself": (f"on: push\njobs:\n  a: {{needs: a, {STEPS}}}\n", None, ["a"]),
    "an unknown need": (f"on: push\njobs:\n  build: {{{STEPS}}}\n  b: {{needs: buildd, {STEPS}}}\n", "4:14",
                        ["buildd", "'build'"]),
    "an expression without end": ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.ref\n",
                                  "6:19", []),
    "an unknown function": (f"on: push\njobs:\n  a: {{if: sucess(), {STEPS}}}\n", "3:11", ["sucess"]),
    "an unknown context": ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ githb.ref }}\n",
                           "6:23", ["githb"]),
    "a string as timeout": (f"on: push\njobs:\n  a: {{timeout-minutes: soon, {STEPS}}}\n", "3:24", ["soon"]),
    "a list as environment": (f"on: push\nenv: [A]\njobs: {{a: {{{STEPS}}}}}\n", "2:6", []),
    "a mapping as run": ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {a: b}\n", "6:14", []),
    "an unknown exclude key": ("on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        os: [a]\n"
                               "        exclude: [{oss: a}]\n    runs-on: x\n    steps: [{run: x}]\n", "7:20", ["oss"]),
    "bytes that are not UTF-8": (b"on: push\nname: \xff\xfe\njobs: {}\n", None, ["UTF-8"]),
    "a key twice": (f"on: push\njobs:\n  a: {{{STEPS}}}\n  a: {{{STEPS}}}\n", "4:3", ["a"]),
}


NOT_HONOURED = {
    "an action that is not here": ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/chekout@v4\n",
                                   "6:15", "actions/chekout"),
    "a key that changes what runs": (
        "on: push\njobs:\n  a:\n    container: python:3\n    runs-on: x\n    steps: [{run: x}]\n", "4:5", "container"),
    "a runner of another system": (f"on: push\njobs:\n  a: {{{STEPS.replace('runs-on: x', 'runs-on: windows-2022')}}}\n",
                                   None, "windows-2022"),
}


def bomb(levels):
    lines = ["on: push", "x0: &x0 [boom]"]
    lines += [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines) + f"\njobs: {{a: {{{STEPS}, env: *x{levels - 1}}}}}\n"


class BadInput(SandboxTest):
    def check(self, text, place, words):
        self.sandbox.commit({FILE: text})
        for command in ("run", "lint", "plan"):
            status, out, error = self.sandbox.sluice(command)
            said = out + error
            with self.subTest(command):
                self.assertEqual(1 if command == "lint" else 2, status, said)
                self.assertRegex(said, rf"{FILE}:{place or '[0-9]+:[0-9]+'}: ")
                for word in words:
                    self.assertIn(word, said)
                self.assertNotIn("internal", said)
        self.assertEqual([], self.sandbox.json("runs", "list"))

    def test_each_mistake_is_named_at_its_place(self):
        for name, (text, place, words) in MISTAKES.items():
            with self.subTest(name):
                self.check(text, place, words)

    def test_what_is_not_honoured_is_shown_and_never_run(self):
        for name, (text, place, word) in NOT_HONOURED.items():
            self.sandbox.commit({FILE: text})
            for command, expected in (("run", 2), ("lint", 0), ("plan", 0)):
                status, out, error = self.sandbox.sluice(command)
                said = out + error
                with self.subTest(name, command=command):
                    self.assertEqual(expected, status, said)
                    self.assertRegex(said, rf"{FILE}:{place or '[0-9]+:[0-9]+'}: ")
                    self.assertIn(word, said)
            self.assertEqual([], self.sandbox.json("runs", "list"))

    def test_bombs_are_refused_before_they_grow(self):
        for name, text in {"aliases of aliases": bomb(9), "deep nesting": "on: " + "[" * 5000 + "]" * 5000 + "\n"}.items():
            with self.subTest(name):
                self.check(text, None, [])

    def test_a_huge_file_is_refused(self):
        self.sandbox.commit({FILE: "on: push\n# " + "x" * (5 << 20) + "\n"})
        for command in (["run"], ["lint"], ["plan"], ["lint", FILE]):
            answer = self.sandbox.sluice(*command)
            self.assert_status(2, answer)
            self.assertRegex(answer[2], FILE + ": larger than")

    def test_a_matrix_without_measure_is_refused_at_its_place(self):
        dimensions = ", ".join(f"k{i}: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" for i in range(9))
        said = self.run_pipeline(f"on: push\njobs:\n  a:\n    strategy: {{matrix: {{{dimensions}}}}}\n"
                                 "    runs-on: x\n    steps: [{run: 'true'}]\n", status=2)
        self.assertRegex(said, FILE + ":4:24: error: the matrix has more than 256 legs")

    def test_all_mistakes_of_all_files_are_listed_and_good_files_stay_good(self):
        self.sandbox.commit({FILE: MISTAKES["an unknown need"][0], ".github/workflows/other.yml": MISTAKES["a cycle"][0],
                             ".github/workflows/good.yml": f"on: push\njobs: {{a: {{{STEPS}}}}}\n"})
        status, out, error = self.sandbox.sluice("lint")
        self.assertEqual(1, status)
        self.assertIn("buildd", out + error)
        self.assertIn("cycle", out + error)
        self.assert_status(0, self.sandbox.sluice("run", ".github/workflows/good.yml"))

    def test_the_actions_that_files_use_are_linted_once_however_many_use_them(self):
        uses = "on: push\njobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4}, {uses: ./tools/a}]}}\n"
        self.sandbox.commit({
            FILE: uses, ".github/workflows/other.yml": uses,
            "tools/a/action.yml": "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n"
                                  "    - {run: pytest || true, shell: bash}\n    - {uses: ./tools/b}\n",
            "tools/b/action.yml": "name: b\ndescription: b\nruns: {using: composite, steps: [{run: x}]}\n",
            "tools/unused/action.yml": "runs: {using: nothing}\n"})
        out = self.sandbox.sluice("lint")[1]
        self.assertEqual(1, out.count("tools/a/action.yml:6:13: warning: '|| true'"), out)
        self.assertEqual(1, out.count("tools/b/action.yml:3:"), out)
        self.assertNotIn("unused", out)
        self.assertNotIn("tools/", self.sandbox.sluice("lint", FILE, "--select", "ignored-test-failure")[1])

    def test_expressions_that_cannot_be_evaluated_fail_their_job_with_their_place(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps: [{run: echo one}]
              b:
                needs: a
                runs-on: x
                strategy: {matrix: {rows: "${{ fromJSON(needs.a.outputs.rows) }}"}}
                steps: [{run: echo two}]
            """, status=1)
        said = self.sandbox.sluice("explain", "latest", "b")[1]
        self.assertRegex(said, FILE + ":9:36: .*fromJson")

    def test_a_wrong_command_line_is_told_which_word_is_wrong(self):
        for words, said in {
            (): "`sluice` needs a command: run, plan, ",
            ("rnu",): "`sluice` has no command 'rnu', did you mean 'run'?",
            ("runs", "bogus"): "`sluice runs` has no command 'bogus'; there is list, show, ",
            ("runs",): "`sluice runs` needs a command: list, show, ",
            ("plan", "--evnt", "push"): "`sluice plan` has no option --evnt, did you mean '--event'?",
            ("runs", "show", "1", "2"): "`sluice runs show` does not know what to do with '2'",
        }.items():
            status, _, error = self.sandbox.sluice(*words, cwd="/")
            self.assertEqual((2, True), (status, said in error), error)


if __name__ == "__main__":
    main()
