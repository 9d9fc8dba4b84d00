"""A target through the front door: deploy, rollout, target; what it does when a revision or a process fails."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import tiny_model
from sandbox import DEADLINE, SandboxTest, binary, is_alive, main, wait_until

SOON = ("--startup-deadline", "1s")
BACK_WITHIN = 2.0  # seconds until traffic flows after the death of a keeper


class Delivery(SandboxTest):
    def setUp(self):
        super().setUp()
        self.sandbox.repository.mkdir()
        self.sandbox.git("init", "--quiet", "--initial-branch=main")
        self.models = self.sandbox.root / "models"

    def model(self, name, cheap, dear, **how):
        return tiny_model.write(self.models / name, cheap, dear, **how)

    def deploy(self, name, *arguments, status=0):
        answer = self.sandbox.sluice("deploy", self.models / name, "--target", "shop", *arguments)
        self.assert_status(status, answer)
        return answer[1] + answer[2]

    def status(self):
        return self.sandbox.json("rollout", "status", "shop")

    def replicas(self):
        return {replica["pid"] for replica in self.status()["replicas"] if replica["phase"] == "serving"}

    def ask(self):
        """(predictions, revision) of the target; an HTTPError where it refuses."""
        body = json.dumps({"dataframe_split": {"columns": tiny_model.COLUMNS, "data": tiny_model.CHEAP_AND_DEAR}})
        request = urllib.request.Request(f"{self.url()}/invocations", body.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return json.load(answer)["predictions"], int(answer.headers["x-sluice-revision"])

    def url(self):
        settings = json.loads((self.sandbox.home / "targets/shop/target.json").read_text())
        return f"http://127.0.0.1:{settings['port']}"

    def events(self, kind):
        history = self.sandbox.json("rollout", "history", "shop")
        return [event for event in history["events"] if event["kind"] == kind]

    def post(self, path, body):
        """To the keeper's control socket."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        with connection.sock:
            connection.sock.settimeout(DEADLINE)
            connection.sock.connect(str(self.sandbox.home / "targets/shop/control.sock"))
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            self.assertEqual(202, answer.status, answer.read())

    def kill(self, *pids):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, pids)), "the killed processes are gone")


class Rollouts(Delivery):
    def test_good_and_bad_revisions_undo_and_stop(self):
        first, second = self.model("first", 10.0, 4.0), self.model("second", 12.0, 6.0)
        self.model("forgetful", 14.0, 8.0, remembers=[14.5, 9.0])
        self.assertIn("revision 1", said := self.deploy("first", "--replicas", "2"))
        self.assertIn(self.url(), said)
        self.assertEqual((first, 1), self.ask())
        self.assertEqual(2, len(self.replicas()))
        self.assertIn("nothing to do", self.deploy("first"))
        self.assertIn("revision 2", self.deploy("second"))
        self.assertEqual((second, 2), self.ask())

        said = self.deploy("forgetful", *SOON, status=1)
        self.assertIn("revision 3 (forgetful) is rolled back: ", said)
        self.assertIn("row 2 of the input example gives 8.5, recorded is 9", said)
        self.assertEqual((second, 2), self.ask())
        self.assertEqual(2, self.status()["live"])

        self.assert_status(0, self.sandbox.sluice("rollout", "undo", "shop"))
        self.assertEqual((first, 1), self.ask())
        rollouts = self.sandbox.json("rollout", "history", "shop")["rollouts"]
        self.assertEqual([("deploy", 1, "completed"), ("deploy", 2, "completed"), ("deploy", 3, "rolled_back"),
                          ("undo", 1, "completed")], [(r["kind"], r["to"], r["outcome"]) for r in rollouts])
        self.assertIn("rolled_back", self.sandbox.sluice("rollout", "history", "shop")[1])

        self.assertIn("serves revision 1", self.sandbox.sluice("target", "list")[1])
        newest = self.status()["replicas"][0]["id"]
        self.assertIn("Model loaded", self.sandbox.sluice("target", "logs", "shop", "--replica", newest)[1])
        self.assert_status(0, self.sandbox.sluice("target", "logs", "shop"))
        self.assert_status(0, self.sandbox.sluice("target", "stop", "shop"))
        self.assert_nothing_runs()
        self.assertIn("stopped", self.sandbox.sluice("target", "list")[1])
        self.assertIn("stopped already", self.sandbox.sluice("target", "stop", "shop")[1])

    def test_a_first_revision_that_fails_leaves_the_target_empty_and_says_why(self):
        self.model("forgetful", 14.0, 8.0, remembers=[1.0, 2.0])
        said = self.deploy("forgetful", *SOON, status=1)
        self.assertIn("did not become healthy: ", said)
        self.assertIn("row 1 of the input example gives 14.5, recorded is 1", said)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.ask()
        self.assertEqual(503, refused.exception.code)
        self.assertIn("revision 1", json.load(refused.exception)["message"])
        self.assertIn("serves nothing", self.sandbox.sluice("rollout", "status", "shop")[1])
        self.assert_status(2, self.sandbox.sluice("rollout", "undo", "shop"))
        good = self.model("good", 1.0, 2.0)
        self.deploy("good")
        self.assertEqual((good, 2), self.ask())

    def test_what_becomes_of_a_deployed_folder_does_not_reach_what_serves(self):
        first = self.model("first", 10.0, 4.0)
        second = self.model("second", 12.0, 6.0)
        self.deploy("first")
        self.deploy("second")
        shutil.rmtree(self.models / "first")
        self.model("first", 20.0, 4.0)
        shutil.rmtree(self.models / "second")
        killed = self.replicas()
        self.kill(*killed)
        wait_until(lambda: len(self.replicas() - killed) == len(killed), "the replicas are back without their folder")
        self.assertEqual((second, 2), self.ask())
        self.assert_status(0, self.sandbox.sluice("gc"))
        self.assert_status(0, self.sandbox.sluice("rollout", "undo", "shop"))
        self.assertEqual((first, 1), self.ask())

    def test_a_copy_that_was_damaged_is_not_served_and_the_reason_is_told(self):
        self.model("first", 10.0, 4.0)
        self.deploy("first", "--replicas", "1")
        (copy,) = [folder for folder in (self.sandbox.home / "deployed").iterdir() if not folder.name.startswith(".")]
        (copy / "requirements.txt").write_text("evil")
        self.kill(*self.replicas())

        def refusal():
            try:
                self.ask()
            except urllib.error.HTTPError as refused:
                return json.load(refused)["message"]
            except OSError:
                pass
            return ""
        wait_until(lambda: "has the digest" in refusal(), "the 503 says why")
        self.assertIn("its replicas do not come up: replica r", refusal())
        self.assertRegex(self.sandbox.sluice("rollout", "status", "shop")[1], "last failure: replica r.*has the digest")

    def test_replicas_stay_as_many_as_they_are(self):
        self.model("first", 10.0, 4.0)
        self.model("second", 12.0, 6.0)
        self.deploy("first", "--replicas", "1")
        self.deploy("first", "--replicas", "3")
        self.deploy("second")
        self.assertEqual(3, len(self.replicas()))

    def test_a_port_in_use_is_not_for_ever_and_a_target_can_be_removed(self):
        good = self.model("good", 1.0, 2.0)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.assertIn("cannot use port", self.deploy("good", "--port", str(taken.getsockname()[1]), status=3))
            self.deploy("good", "--port", "0")
        self.assertEqual((good, 1), self.ask())
        answer = self.sandbox.sluice("target", "remove", "shop")
        self.assert_status(2, answer)
        self.assertIn("sluice target stop shop", answer[2])
        self.assertIn("65535", self.deploy("good", "--port", "99999", status=2))
        self.assert_status(0, self.sandbox.sluice("target", "stop", "shop"))
        (listed,) = self.sandbox.json("target", "list")
        self.assertTrue(listed["stopped"])
        self.assertNotIn("error", listed)
        self.assert_status(0, self.sandbox.sluice("target", "remove", "shop"))
        self.assertEqual([], self.sandbox.json("target", "list"))

    def test_what_was_rejected_does_not_come_back_by_undo(self):
        for name, cheap in (("first", 10.0), ("second", 12.0)):
            self.model(name, cheap, 4.0)
            self.assert_status(0, self.sandbox.sluice("model", "register", self.models / name, "--name", "demand"))
        for version in (1, 2):
            self.assert_status(0, self.sandbox.sluice("model", "approve", f"demand/{version}", "--override", "a test"))
            self.assert_status(0, self.sandbox.sluice("deploy", f"demand/{version}", "--target", "shop", "--replicas", "1"))
        answer = self.sandbox.sluice("model", "reject", "demand/1")
        self.assert_status(0, answer)
        self.assertIn("target shop has it to go back to", answer[2])
        answer = self.sandbox.sluice("rollout", "undo", "shop")
        self.assert_status(2, answer)
        self.assertIn("does not go back to revision 1", answer[2])
        self.assertIn("demand/1 is Rejected", answer[2])
        self.assertEqual(2, self.status()["live"])
        self.assertIn("still serves it", self.sandbox.sluice("model", "reject", "demand/2")[2])

    def test_the_log_of_a_replica_that_never_was(self):
        self.model("first", 10.0, 4.0)
        self.deploy("first", "--replicas", "1")
        answer = self.sandbox.sluice("target", "logs", "shop", "--replica", "r99")
        self.assert_status(2, answer)
        self.assertIn("keeps no log of a replica 'r99'; it has r1", answer[2])

    def test_a_revision_that_answers_otherwise_than_promised_is_rolled_back(self):
        good = self.model("good", 1.0, 2.0)
        self.deploy("good")
        smoke = {"path": "/invocations", "body": json.dumps({"dataframe_split": {"columns": tiny_model.COLUMNS, "data": [[1, 0]]}}),
                 "expected": {"predictions": [7.25]}}
        revision = {"command": [binary(), "serve", str(self.models / "good"), "--port", "{port}"], "ready_path": "/healthz",
                    "labels": {"model": "other"}, "smoke": smoke}
        self.post("/deploy", {"revision": revision, "by": "test"})
        wait_until(lambda: self.status()["rollout"]["outcome"] != "progressing", "the rollout ends")
        rollout = self.status()["rollout"]
        self.assertEqual("rolled_back", rollout["outcome"])
        self.assertIn("smoke prediction POST /invocations", rollout["reason"])
        self.assertIn("7.25", rollout["reason"])
        self.assertEqual((good, 1), self.ask())

    def test_what_cannot_be_deployed_is_refused(self):
        self.model("good", 1.0, 2.0)
        for arguments, words in ((("nowhere",), "nowhere"), ((self.models / "good", "--target", "../up"), "no name for a target")):
            answer = self.sandbox.sluice("deploy", *arguments)
            self.assert_status(2, answer)
            self.assertIn(words, answer[2])
        for command in (("rollout", "status"), ("target", "stop"), ("target", "logs")):
            answer = self.sandbox.sluice(*command, "elsewhere")
            self.assert_status(2, answer)
            self.assertIn("there is no target 'elsewhere'", answer[2])
        self.assertIn("no targets", self.sandbox.sluice("target", "list")[1])
        self.assert_nothing_runs()


class Deaths(Delivery):
    def setUp(self):
        super().setUp()
        self.expected = (self.model("first", 10.0, 4.0), 1)
        self.deploy("first", "--replicas", "2")

    def answers_again(self):
        def answered():
            try:
                return self.ask() == self.expected
            except (OSError, http.client.HTTPException):  # nobody listens yet
                return False
        began = time.monotonic()
        wait_until(answered, "the target answers again")
        return time.monotonic() - began

    def test_a_dead_replica_is_replaced(self):
        before = self.replicas()
        victim = min(before)
        self.kill(victim)
        wait_until(lambda: len(now := self.replicas()) == 2 and victim not in now, "two replicas serve again")
        self.assertEqual(self.expected, self.ask())
        replaced, = self.events("replica_replaced")
        self.assertRegex(json.dumps(replaced), "SIGKILL")

    def test_traffic_is_back_soon_after_the_keeper_was_killed_and_the_gap_is_told(self):
        before, keeper = self.replicas(), self.status()["keeper"]["pid"]
        self.kill(keeper)
        self.assertLess(self.answers_again(), BACK_WITHIN)
        self.assertNotEqual(keeper, self.status()["keeper"]["pid"])
        self.assertEqual(before, self.replicas())  # taken over, not started anew
        first, second = self.events("keeper_started")
        self.assertEqual(keeper, second["body"]["previous_pid"])
        self.assertIn("lost", second["body"])
        self.assertEqual(2, second["body"]["adopted_replicas"])
        self.assertIn(f"pid {keeper}", self.sandbox.sluice("target", "logs", "shop")[1])

    def test_a_command_starts_a_keeper_whose_monitor_died_too(self):
        before, keeper = self.replicas(), self.status()["keeper"]["pid"]
        monitor = int(re.search(r"PPid:\s*(\d+)", Path(f"/proc/{keeper}/status").read_text())[1])
        self.assertIn(b"keep", Path(f"/proc/{monitor}/cmdline").read_bytes())
        self.kill(monitor, keeper)
        answer = self.sandbox.sluice("rollout", "status", "shop")
        self.assert_status(0, answer)
        self.assertIn("its keeper was not running and is started", answer[2])
        self.assertLess(self.answers_again(), BACK_WITHIN)
        self.assertEqual(before, self.replicas())


if __name__ == "__main__":
    main()
