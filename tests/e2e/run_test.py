"""Runs through the front door: what jobs hand on to each other, listings, exit statuses, secrets."""

import base64
import json

from sandbox import SandboxTest, main

PIPELINE = """\
    name: ci
    on:
      push: {branches: [main]}
      workflow_dispatch: {inputs: {who: {default: world}}}
    env: {LEVEL: workflow, WHO: "${{ inputs.who }}"}
    jobs:
      build:
        runs-on: ubuntu-latest
        env: {LEVEL: job}
        outputs: {version: "${{ steps.version.outputs.version }}"}
        steps:
          - uses: actions/checkout@v4
          - id: version
            run: |
              echo "version=$(cat version.txt)" >> "$GITHUB_OUTPUT"
              echo "NEXT=from the step before" >> "$GITHUB_ENV"
              mkdir tools; printf '#!/bin/sh\\necho own tool\\n' > tools/own_tool; chmod +x tools/own_tool
              echo "$PWD/tools" >> "$GITHUB_PATH"
          - run: echo "level $LEVEL, $NEXT"; own_tool; echo "who $WHO"
            env: {LEVEL: step}
          - run: exit 3
            continue-on-error: true
          - run: echo never
            if: failure()
          - uses: actions/upload-artifact@v4
            with: {name: numbers, path: "*.txt"}
      check:
        needs: build
        runs-on: ubuntu-latest
        strategy:
          matrix: {model: [trees, linear], rows: [10, 20], exclude: [{model: linear, rows: 20}]}
        steps:
          - uses: actions/download-artifact@v4
            with: {name: numbers, path: got}
          - run: echo "${{ matrix.model }} ${{ matrix.rows }} $(cat got/version.txt) ${{ needs.build.outputs.version }}"
      nightly:
        needs: check
        if: github.event_name == 'schedule'
        runs-on: ubuntu-latest
        steps: [{run: exit 1}]
    """


class Run(SandboxTest):
    def test_jobs_hand_on_outputs_environment_path_and_artifacts(self):
        self.sandbox.commit({"version.txt": "1.7\n"})
        self.run_pipeline(PIPELINE)
        logs = self.sandbox.sluice("runs", "logs")[1]
        for line in ("level step, from the step before", "own tool", "trees 10 1.7 1.7", "trees 20 1.7 1.7",
                     "linear 10 1.7 1.7"):
            self.assertIn(line, logs)
        self.assertNotIn("linear 20", logs)
        self.assertEqual({"build": "succeeded", "check (trees, 10)": "succeeded", "check (trees, 20)": "succeeded",
                          "check (linear, 10)": "succeeded", "nightly": "skipped"}, self.sandbox.results())
        self.assert_nothing_runs()

    def test_a_dispatch_hands_in_inputs_and_other_events_start_nothing(self):
        self.sandbox.commit({"version.txt": "1"})
        self.run_pipeline(PIPELINE, "--event", "workflow_dispatch", "--input", "who=merchant")
        self.assertIn("who merchant", self.sandbox.sluice("runs", "logs", "--job", "build")[1])
        answer = self.sandbox.sluice("run", "--branch", "topic")
        self.assert_status(2, answer)
        self.assertIn("no pipeline listens to this push", answer[2])

    def test_edits_that_are_not_committed_run_unless_they_are_left_out(self):
        self.sandbox.commit({"version.txt": "committed\n", ".gitignore": "ignored.txt\n"})
        self.sandbox.pipeline(PIPELINE)
        self.sandbox.write("version.txt", "edited\n")
        self.assert_status(0, self.sandbox.sluice("run"))
        self.assertIn("trees 10 edited edited", self.sandbox.sluice("runs", "logs")[1])
        self.assert_status(0, self.sandbox.sluice("run", "--committed"))
        self.assertIn("trees 10 committed committed", self.sandbox.sluice("runs", "logs")[1])
        self.assertEqual("edited\n", (self.sandbox.repository / "version.txt").read_text())

    def test_listings_are_json_and_say_the_same_as_the_run(self):
        self.sandbox.commit({"version.txt": "1"})
        self.run_pipeline(PIPELINE)
        run, = self.sandbox.json("runs", "list")
        self.assertEqual((1, "ci", "finished", "succeeded"),
                         (run["number"], run["pipeline"], run["status"], run["result"]))
        self.assertEqual(5, len(self.sandbox.json("runs", "show", run["id"][:20])["jobs"]))
        nightly, = self.sandbox.json("explain", "1", "nightly")["jobs"]
        self.assertIn("github.event_name == 'schedule'", json.dumps(nightly))
        for command in (["plan"], ["lint"], ["doctor"]):
            self.assertTrue(self.sandbox.json(*command), command)

    def test_a_number_names_one_run_of_all_pipelines(self):
        text = """\
            name: NAME
            run-name: NAME of ${{ github.actor }}
            on: push
            jobs: {a: {runs-on: x, steps: [{run: 'echo "NAME is number ${{ github.run_number }}"; exit STATUS'}]}}
            """
        for name, status in (("fine", "0"), ("broken", "1")):
            self.sandbox.commit({f".github/workflows/{name}.yml": text.replace("NAME", name).replace("STATUS", status)})
        status, out, error = self.sandbox.sluice("run")
        self.assert_status(1, (status, out, error))
        # In the order of their files; each is the first of its own.
        self.assertIn("run 1 of broken: broken of ", out)
        self.assertIn("run 2 of fine: fine of ", out)
        self.assertIn("broken is number 1", out)
        self.assertIn("fine is number 1", out)
        self.assertIn("why: sluice explain 1   again: sluice runs rerun 1", out)
        self.assertIn("broken", self.sandbox.sluice("explain", "1")[1])
        again = self.sandbox.sluice("runs", "rerun", "1")
        self.assert_status(1, again)
        self.assertIn("run 1 of broken: broken of ", again[1])
        fine, broken = self.sandbox.json("runs", "list")
        self.assertEqual((2, 1, "fine"), (fine["number"], fine["run_number"], fine["pipeline"]))
        self.assertEqual((1, 1, "broken"), (broken["number"], broken["run_number"], broken["pipeline"]))
        self.assertTrue(fine["title"].startswith("fine of "), fine["title"])
        for command in (("runs", "list"), ("runs", "show", "2")):
            self.assertIn(fine["title"], self.sandbox.sluice(*command)[1])

    def test_what_is_forgiven_and_what_steps_announce_is_shown_everywhere(self):
        out = self.run_pipeline("""\
            on: push
            jobs:
              lenient:
                runs-on: x
                continue-on-error: true
                steps: [{name: fatal, run: exit 7}]
              strict:
                runs-on: x
                environment:
                  name: staging
                  url: https://staging.example.org/${{ steps.version.outputs.v }}
                steps:
                  - {id: version, run: 'echo "v=1.7" >> "$GITHUB_OUTPUT"'}
                  - {name: shaky, run: exit 3, continue-on-error: true}
                  - name: talk
                    run: |
                      echo "::error file=train.py,line=3,col=7,title=Shape::does not fit"
                      echo "::notice::all done"
                      for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "::warning::number $i"; done
            """)
        words = "failed, forgiven (continue-on-error)"
        error = "error train.py:3:7 Shape: does not fit"
        self.assertIn(f"! lenient: {words}: step 'fatal' failed", out)
        self.assertIn(f"! strict › shaky: {words}: exit code 3", out)
        self.assertIn(f"strict › talk: {error}", out)
        self.assertIn("strict › talk: notice all done", out)
        self.assertIn("and 2 more", out)
        for command in (("runs", "show"), ("explain",)):
            shown = self.sandbox.sluice(*command)[1]
            self.assertRegex(shown, r"! lenient  failed, forgiven \(continue-on-error\)")
            self.assertRegex(shown, r"! 2 shaky .*failed, forgiven \(continue-on-error\)  exit code 3")
            for line in (error, "notice all done", "warning number 10", "and 2 more", "environment staging  https://staging.example.org/1.7"):
                self.assertIn(line, shown)
            self.assertNotIn("number 11", shown)
        lenient, strict = self.sandbox.json("runs", "show")["jobs"]
        self.assertEqual(("failed", "succeeded"), (lenient["result"], lenient["conclusion"]))
        self.assertEqual({"name": "staging", "url": "https://staging.example.org/1.7"}, strict["environment"])
        self.assertIn("strict: environment staging  https://staging.example.org/1.7", out)
        _, shaky, talk = strict["steps"]
        self.assertEqual(("failed", "succeeded"), (shaky["outcome"], shaky["conclusion"]))
        self.assertEqual({"kind": "error", "file": "train.py", "line": 3, "column": 7, "title": "Shape",
                          "message": "does not fit"}, talk["annotations"][0])
        self.assertEqual((12, 2), (len(talk["annotations"]), talk["annotations_left_out"]))

    def test_what_follows_a_failed_step_is_skipped_and_explained(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps: [{run: "exit 7"}, {run: echo unreached}, {run: echo mended, if: failure()}]
              b: {needs: a, runs-on: x, steps: [{run: "true"}]}
              c: {needs: b, if: always(), runs-on: x, steps: [{run: "true"}]}
            """, status=1)
        self.assertEqual({"a": "failed", "b": "skipped", "c": "succeeded"}, self.sandbox.results())
        logs = self.sandbox.sluice("runs", "logs")[1]
        self.assertIn("mended", logs)
        self.assertNotIn("unreached\n", logs.replace("echo unreached", ""))
        answer = self.sandbox.sluice("explain", "latest", "b")
        self.assert_status(0, answer)
        self.assertIn("a", answer[1])
        answer = self.sandbox.sluice("explain", "latest", "bb")
        self.assertIn("'b'", answer[2])

    def test_exit_statuses(self):
        self.sandbox.pipeline("{on: push, jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}}")
        self.assert_status(0, self.sandbox.sluice("run"))
        for arguments in (["run", "--jbo", "a"], ["rnu"], ["run", "--job", "b"], ["run", "missing.yml"],
                          ["runs", "show", "77"], ["runs", "prune", "--older-than", "soon"],
                          ["run", "--secret", "NOT_SET_ANYWHERE"], ["run", "--event", "puhs"]):
            answer = self.sandbox.sluice(*arguments)
            self.assertEqual(2, answer[0], (arguments, answer))
            self.assertTrue(answer[2].strip(), arguments)
        self.sandbox.pipeline("{on: push, jobs: {a: {runs-on: x, steps: [{run: 'false'}]}}}")
        self.assert_status(1, self.sandbox.sluice("run"))
        not_a_folder = self.sandbox.root / "file"
        not_a_folder.write_text("")
        answer = self.sandbox.sluice("run", home=not_a_folder / "home")
        self.assert_status(2, answer)
        self.assertIn(str(not_a_folder), answer[2])
        damaged = self.sandbox.root / "damaged"
        damaged.mkdir()
        (damaged / "engine.db").write_text("no database, but longer than the head of one\n" * 20)
        answer = self.sandbox.sluice("run", home=damaged)
        self.assert_status(3, answer)
        self.assertIn(str(damaged / "engine.db"), answer[2])

    def test_a_home_inside_the_checkout_and_no_checkout_are_refused(self):
        self.sandbox.pipeline("{on: push, jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}}")
        answer = self.sandbox.sluice("run", home=self.sandbox.repository / "state")
        self.assert_status(2, answer)
        self.assertIn("outside", answer[2])
        answer = self.sandbox.sluice("run", cwd=self.sandbox.root)
        self.assert_status(2, answer)
        self.assertIn("git", answer[2])


class Secrets(SandboxTest):
    SECRET = "p7-quite+secret/value"
    MASKED_LATER = "minted-by-the-step-91c"

    def forms(self):
        for secret in (self.SECRET, self.MASKED_LATER):
            for text in (secret, "user:" + secret):  # inside of another text base64 looks different
                encoded = base64.b64encode(text.encode()).decode()
                yield from (secret, encoded, encoded.rstrip("="))

    def test_are_in_no_file_of_the_home_and_on_no_screen(self):
        printed = self.run_pipeline(f"""\
            on: push
            jobs:
              a:
                runs-on: x
                outputs: {{token: "${{{{ steps.mint.outputs.token }}}}", plain: "${{{{ steps.mint.outputs.plain }}}}"}}
                steps:
                  - id: mint
                    env: {{TOKEN: "${{{{ secrets.TOKEN }}}}"}}
                    run: |
                      echo "token $TOKEN and $(printf %s "$TOKEN" | base64 -w0) end"
                      printf 'split p7-quite'; printf '+secret/value\\n'
                      part=minted-by; echo "::add-mask::$part-the-step-91c"
                      echo "later $part-the-step-91c"
                      echo "token=$TOKEN" >> "$GITHUB_OUTPUT"
                      echo "plain=fine" >> "$GITHUB_OUTPUT"
                      echo "LATER=$part-the-step-91c" >> "$GITHUB_ENV"
                  - run: echo "again $LATER ${{{{ steps.mint.outputs.token }}}}"; test "$LATER" = "$(printf minted-by)-the-step-91c"
              b:
                needs: a
                runs-on: x
                steps:
                  - run: echo "b got '${{{{ needs.a.outputs.token }}}}' and '${{{{ needs.a.outputs.plain }}}}'"
            """, "--secret", f"TOKEN={self.SECRET}")
        logs = self.sandbox.sluice("runs", "logs")[1]
        self.assertIn("token *** and *** end", logs)
        self.assertIn("split ***", logs)
        self.assertIn("again *** ***", logs)
        self.assertIn("and 'fine'", logs)
        listings = "".join(self.sandbox.sluice(*command)[1] for command in
                           (["runs", "show", "--json"], ["explain", "--json"]))
        scanned = 0
        for form in self.forms():
            self.assertNotIn(form, printed + logs + listings)
            for file in self.sandbox.home.rglob("*"):
                if file.is_file():
                    scanned += 1
                    self.assertNotIn(form.encode(), file.read_bytes(), str(file))
        self.assertGreater(scanned, 100)


if __name__ == "__main__":
    main()
