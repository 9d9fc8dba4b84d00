"""sluice.yml says which gate a model needs; what `model approve` makes of it, in a checkout and in jobs that edit theirs."""

import datetime
import json
import shutil
import textwrap

from demand import GATE, DemandTest
from sandbox import main

PROJECT = "gates:\n  demand: {file: gates/demand.yml}\n"
# Lets everything through that has a price.
LAX = "model: demand\ntarget: units\nchecks:\n  - {name: accurate, kind: value, metric: wape, max: 0.9}\n"
# A job that judges, and one with nothing but what the home knows.
PIPELINE = """\
    on: push
    jobs:
      gate:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: |
              %s
              sluice gate demand --model "$DATA/model" --data "$DATA/test.csv" --out "$DATA/verdict.json"
      register:
        needs: gate
        runs-on: ubuntu-latest
        steps:
          - run: |
              sluice model register "$DATA/model" --name demand --verdict "$DATA/verdict.json"
              sluice model approve demand/1
    env:
      DATA: %s
    """


class RequiredGate(DemandTest):
    def setUp(self):
        super().setUp()
        self.must("train", "train.yml")
        self.data = self.sandbox.root / "data"
        self.data.mkdir()
        for name in ("model", "test.csv"):
            shutil.move(self.sandbox.repository / name, self.data / name)
        self.sandbox.commit({"gates/demand.yml": GATE, "gates/lax.yml": LAX, "sluice.yml": PROJECT})

    def gate(self, *arguments, status=0, repository=None):
        answer = self.sandbox.sluice("gate", *arguments, "--data", self.data / "test.csv", "--out", self.data / "verdict.json",
                                     cwd=repository)
        self.assert_status(status, answer)
        return answer[1] + answer[2]

    def register(self, status=0):
        return self.must("model", "register", self.data / "model", "--name", "demand", "--verdict", self.data / "verdict.json",
                         "--approve-if-passed", status=status)

    def state(self):
        return self.sandbox.json("model", "show", "demand/1")["state"]

    def test_a_newer_pass_of_a_laxer_gate_does_not_count(self):
        self.assertNotIn("note:", self.gate("gates/demand.yml", "--model", self.data / "model"))
        self.assertIn("PendingManualApproval", self.must("model", "register", self.data / "model", "--name", "demand"))
        said = self.gate("gates/lax.yml", "--model", "demand/1")
        self.assertIn("note: this verdict will not do for an approval of demand, which demands the gate gates/demand.yml", said)
        said = self.register()
        self.assertIn("not approved: the verdict of demand/1 is by the gate gates/lax.yml", said)
        self.assertIn("run `sluice gate gates/demand.yml` again for demand/1", said)
        self.must("model", "approve", "demand/1", status=2)
        # Neither where no sluice.yml is at hand: the home has kept what was demanded.
        answer = self.sandbox.sluice("model", "approve", "demand/1", cwd=self.data)
        self.assert_status(2, answer)
        self.assertIn("gates/demand.yml", answer[2])
        self.gate("--model", "demand/1")
        self.assertIn("Approved", self.register())
        shown = self.must("model", "gate", "demand")
        self.assertRegex(shown, r"demand: gates/demand.yml sha256:\w{64}, by sluice.yml of \S+/shop at \w{7}")
        self.assertIn("gate_set", shown)

    def test_the_same_gate_by_another_name_counts(self):
        self.sandbox.commit({"elsewhere/copy.yml": GATE})
        self.assertNotIn("note:", self.gate("elsewhere/copy.yml", "--model", self.data / "model"))
        self.assertIn("Approved", self.register())

    def test_a_gate_that_was_changed_since_the_verdict_asks_again(self):
        self.gate("demand", "--model", self.data / "model")
        self.sandbox.commit({"gates/demand.yml": textwrap.dedent(GATE) + "# stricter some day\n"})
        said = self.register()
        self.assertIn("gates/demand.yml with another content", said)
        self.gate("demand", "--model", self.data / "model")
        self.assertIn("Approved", self.register())

    def test_only_what_is_committed_counts(self):
        self.sandbox.write("gates/demand.yml", LAX)
        self.gate("demand", "--model", self.data / "model")
        self.assertIn("with another content", self.register())
        self.sandbox.write("sluice.yml", "gates: {}\n")
        self.must("model", "approve", "demand/1", status=2)
        self.sandbox.git("rm", "--quiet", "--cached", "sluice.yml")
        self.sandbox.git("commit", "--quiet", "--message=away")
        self.assertIn("sluice.yml is not committed", self.must("model", "approve", "demand/1", status=2))
        (self.sandbox.repository / "sluice.yml").unlink()
        self.must("model", "approve", "demand/1", status=2)  # the home remembers
        self.assertIn("any more", self.must("model", "gate", "demand", "--remove"))
        self.must("model", "approve", "demand/1")
        self.assertIn("gate_removed", self.must("model", "gate", "demand"))

    def test_what_a_step_does_to_its_workspace_does_not_change_the_gate(self):
        edits = ("printf 'model: demand\\ntarget: units\\nchecks: [{name: a, kind: value, metric: wape, max: 0.9}]\\n' > gates/demand.yml",
                 "cp gates/lax.yml gates/demand.yml; git -c user.name=x -c user.email=x commit -qam lax")
        for edit in edits:
            said = self.run_pipeline(PIPELINE % (edit, self.data), status=1)
            self.assertIn("the verdict of demand/1 is by gates/demand.yml with another content", said)
            self.assertEqual("PendingManualApproval", self.state())
        self.run_pipeline(PIPELINE % ("true", self.data))
        self.assertEqual("Approved", self.state())

    def test_the_user_s_own_edits_are_part_of_a_run(self):
        self.sandbox.pipeline(PIPELINE % ("true", self.data))
        self.sandbox.write("gates/demand.yml", LAX)
        self.assert_status(0, self.sandbox.sluice("run"))
        self.assertEqual("Approved", self.state())
        self.assertIn("with edits", self.must("model", "gate", "demand"))

    def test_waivers_count_where_the_repository_has_them(self):
        strict = textwrap.dedent(GATE).replace("max: 0.2}", "max: 0.0001}")
        self.sandbox.commit({"gates/demand.yml": strict})
        waivers = "waivers:\n  - {check: accurate, who: ana, why: the till was broken, expires: 2099-01-01}\n"
        waivers = waivers.replace("2099-01-01", self.soon())
        (self.data / "mine.yml").write_text(waivers)
        self.gate("demand", "--model", self.data / "model", "--waivers", self.data / "mine.yml")
        self.assertIn("rests on waivers that do not stand beside gates/demand.yml", self.register())
        self.sandbox.commit({"gates/waivers.yml": waivers})
        self.gate("demand", "--model", self.data / "model")
        self.assertIn("Approved", self.register())

    def soon(self):
        return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%d")

    def test_another_target_is_another_question(self):
        self.gate("demand", "--model", self.data / "model", "--target", "price", status=1)
        rows = (self.data / "test.csv").read_text().splitlines()
        (self.data / "test.csv").write_text("\n".join(
            [rows[0] + ",easy"] + [row + "," + row.rsplit(",", 1)[1] for row in rows[1:]]) + "\n")
        self.gate("demand", "--model", self.data / "model", "--target", "easy")
        self.assertIn("judges by the column 'easy', and gates/demand.yml by 'units'", self.register())

    def test_a_file_that_cannot_be_read_lets_nothing_through(self):
        self.gate("demand", "--model", self.data / "model")
        for project, message in ((PROJECT.replace("file", "fiel"), "sluice.yml:2:"),
                                 (PROJECT.replace("demand.yml", "gone.yml"), "sluice.yml:2:18: the gate of 'demand', gates/gone.yml, is not in"),
                                 ("gates:\n  demand: {file: train.yml}\n", "train.yml:1:1: "),
                                 ("gats: {}\n", "did you mean 'gates'?")):
            self.sandbox.commit({"sluice.yml": project})
            said = self.must("model", "register", self.data / "model", "--name", "demand", "--verdict",
                             self.data / "verdict.json", "--approve-if-passed", status=2)
            self.assertIn(message, said)
        self.sandbox.commit({"sluice.yml": "gates:\n  other: {file: gates/demand.yml}\n  demand: {file: gates/demand.yml}\n"})
        self.assertIn("names gates for other, demand", self.gate("--model", self.data / "model", status=2))
        self.assertIn("did you mean 'demand'?", self.gate("demandd", "--model", self.data / "model", status=2))
        self.must("model", "register", self.data / "model", "--name", "other", status=2)  # the file says: for demand
        self.gate("demand", "--model", self.data / "model")
        self.assertIn("Approved", self.register())

    def test_another_repository_does_not_name_another_gate(self):
        self.gate("demand", "--model", self.data / "model")
        self.register()
        other = self.sandbox.root / "other"
        shutil.copytree(self.sandbox.repository, other, ignore=shutil.ignore_patterns(".git"))
        (other / "gates/demand.yml").write_text(textwrap.dedent(LAX))
        repository, self.sandbox.repository = self.sandbox.repository, other
        self.sandbox.commit()
        said = self.must("model", "approve", "demand/1", status=2)
        self.assertIn(f"by sluice.yml of {repository}", said)
        self.assertIn("`sluice model gate demand --remove`", said)
        self.assertIn("note: this verdict will not do for an approval of demand, which demands the gate gates/demand.yml",
                      self.gate("demand", "--model", self.data / "model", repository=other))

    def test_an_override_names_what_it_overrode(self):
        self.gate("gates/lax.yml", "--model", self.data / "model")
        self.register()
        self.must("model", "approve", "demand/1", "--override", "the shop opens tomorrow")
        history = json.dumps(self.sandbox.json("model", "show", "demand/1")["history"])
        self.assertIn("by the gate gates/lax.yml", history)


if __name__ == "__main__":
    main()
