"""What goes wrong around a run: odd output, newer and damaged homes; and how space comes back."""

import fcntl
import json
import os
import sqlite3
import time
from pathlib import Path

from sandbox import SandboxTest, main, wait_until

ONE_STEP = "{on: push, jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}}"


def size_of(folder):
    return sum(file.lstat().st_blocks * 512 for file in folder.rglob("*"))


class Output(SandboxTest):
    def test_a_line_of_ten_megabytes_neither_breaks_nor_leaks(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - env: {TOKEN: "${{ secrets.TOKEN }}"}
                    run: |
                      head -c 5000000 /dev/zero | tr '\\0' x; printf '%s' "$TOKEN"
                      head -c 5000000 /dev/zero | tr '\\0' y; echo; echo after the long line
            """, "--secret", "TOKEN=in-the-middle-of-a-line")
        logs = self.sandbox.sluice("runs", "logs")[1]
        self.assertIn("after the long line", logs)
        self.assertIn("***", logs)
        self.assertGreater(logs.count("x"), 1000)
        for file in self.sandbox.home.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"in-the-middle-of-a-line", file.read_bytes(), str(file))

    def test_bytes_that_are_not_utf_8_do_no_harm(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                outputs: {odd: "${{ steps.odd.outputs.odd }}"}
                steps:
                  - id: odd
                    run: |
                      printf 'odd \\377\\376\\000 bytes\\n'
                      printf 'odd=\\377end\\n' >> "$GITHUB_OUTPUT"
                      printf '## \\377\\n' >> "$GITHUB_STEP_SUMMARY"
                  - run: echo next
            """)
        answer = self.sandbox.sluice("runs", "logs")
        self.assertIn("bytes", answer[1])
        self.assertIn("next", answer[1])
        self.assertEqual({"a": "succeeded"}, self.sandbox.results())
        outputs, = self.sandbox.query("SELECT outputs FROM jobs")
        self.assertEqual({"odd": "\ufffdend"}, json.loads(outputs[0]))

    def test_a_commit_whose_message_is_not_utf_8_runs(self):
        self.sandbox.pipeline("{on: push, jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}}")
        message = self.sandbox.root / "message"
        message.write_bytes(b"gr\xfc\xdfe\n")
        self.sandbox.write("odd.txt", "x")
        self.sandbox.git("add", "--all")
        self.sandbox.git("-c", "i18n.commitEncoding=latin1", "commit", "--quiet", f"--file={message}")
        self.sandbox.git("config", "i18n.logOutputEncoding", "latin1")
        self.assert_status(0, self.sandbox.sluice("run"))


class Home(SandboxTest):
    def test_a_home_of_a_newer_version_is_refused_with_both_versions(self):
        self.run_pipeline(ONE_STEP)
        connection = sqlite3.connect(self.sandbox.home / "engine.db")
        known = dict(connection.execute("SELECT component, version FROM schema_versions"))
        for component, version in known.items():
            connection.execute("UPDATE schema_versions SET version = 77 WHERE component = ?", (component,))
            connection.commit()
            for command in (["run"], ["runs", "list"], ["gc"]):
                status, _, error = self.sandbox.sluice(*command)
                self.assertIn(status, (2, 3), error)
                self.assertIn("version 77", error)
                self.assertIn(f"up to {version}", error)
            connection.execute("UPDATE schema_versions SET version = ? WHERE component = ?", (version, component))
            connection.commit()
        connection.close()
        self.assert_status(0, self.sandbox.sluice("runs", "list"))

    def test_a_damaged_database_is_named(self):
        self.run_pipeline(ONE_STEP)
        for file in self.sandbox.home.glob("engine.db*"):
            file.unlink()
        (self.sandbox.home / "engine.db").write_bytes(b"this is no database at all\n" * 400)
        answer = self.sandbox.sluice("runs", "list")
        self.assert_status(3, answer)
        self.assertIn("engine.db", answer[2])

    def test_prune_and_gc_give_the_space_back_and_leave_the_rest(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - run: head -c 3000000 /dev/urandom > big.bin; echo ${{ github.run_number }} > number.txt
                  - uses: actions/upload-artifact@v4
                    with: {name: big, path: "*.*"}
            """)
        first = size_of(self.sandbox.home)
        for _ in range(3):
            self.assert_status(0, self.sandbox.sluice("run"))
        full = size_of(self.sandbox.home)
        self.assertGreater(full, first + 3 * 6_000_000 - 100_000)
        self.assert_status(0, self.sandbox.sluice("gc"))
        self.assertGreater(size_of(self.sandbox.home), full - 200_000)
        self.assert_status(0, self.sandbox.sluice("runs", "prune", "--keep", "1"))
        self.assert_status(0, self.sandbox.sluice("gc"))
        self.assertLess(size_of(self.sandbox.home), first + 1_000_000)
        run, = self.sandbox.json("runs", "list")
        self.assertEqual(4, run["number"])
        self.assertEqual([], self.sandbox.query("SELECT * FROM events WHERE stream <> 'run/" + run["id"] + "'"))
        self.assertIn("3000000", "".join(str(f.stat().st_size) for f in self.sandbox.home.rglob("big.bin")))

    def test_gc_takes_old_training_jobs_and_leaves_those_that_were_just_written(self):
        self.sandbox.pipeline(ONE_STEP)
        training = self.sandbox.home / "training"
        for number in range(6):
            (training / f"job-{number}").mkdir(parents=True)
            (training / f"job-{number}/training.log").write_text("done\n")
            age = 0 if number == 0 else 40 * 86400 - number
            for path in (training / f"job-{number}/training.log", training / f"job-{number}"):
                os.utime(path, (time.time() - age, time.time() - age))
        answer = self.sandbox.sluice("gc", "--keep-training", "3")
        self.assert_status(0, answer)
        self.assertIn("3 training jobs", answer[1])
        self.assertEqual(["job-0", "job-4", "job-5"], sorted(folder.name for folder in training.iterdir()))
        self.assertIn("0 training jobs", self.sandbox.sluice("gc", "--keep-training", "0", "--training-older-than", "60d")[1])

    def test_a_collection_and_the_start_of_a_run_wait_for_each_other(self):
        self.run_pipeline(ONE_STEP)
        with open(self.sandbox.home / "collection.lock", "a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            waiting = [self.sandbox.start("run"), self.sandbox.start("gc")]
            wait_until(lambda: all(self.has_open(process, "engine.db") for process in waiting), "both are at work")
            pauses = [self.pauses(process) for process in waiting]
            wait_until(lambda: all(self.pauses(process) > before + 20 for process, before in zip(waiting, pauses, strict=True)), "both wait")
            self.assertEqual([None, None], [process.poll() for process in waiting])
            self.assertEqual(1, self.sandbox.kinds().count("RunCreated"))
        for process in waiting:
            self.assert_status(0, self.sandbox.finish(process))
        self.assertEqual(2, self.sandbox.kinds().count("RunCreated"))

    def has_open(self, process, name):
        def target(link):
            try:
                return os.readlink(link)
            except FileNotFoundError:
                return ""
        return any(target(link).endswith(name) for link in Path(f"/proc/{process.pid}/fd").iterdir())

    def pauses(self, process):
        """How often the process's first thread went to sleep by itself."""
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])

    def test_tables_made_anew_from_the_journal_equal_those_that_were_there(self):
        self.run_pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                strategy: {matrix: {n: [1, 2]}}
                outputs: {odd: "${{ steps.odd.outputs.odd }}"}
                steps:
                  - {id: odd, run: "echo odd=${{ matrix.n }} >> $GITHUB_OUTPUT"}
                  - {if: matrix.n == 2, run: echo two}
              b: {needs: a, runs-on: x, steps: [{run: exit 3}, {run: echo never}]}
              c: {needs: b, runs-on: x, steps: [{run: echo never}]}
            """, status=1)
        self.assert_status(1, self.sandbox.sluice("runs", "rerun", "latest"))
        self.assert_status(1, self.sandbox.sluice("run"))
        tables = {name: self.sandbox.query(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4, 5") for name in ("runs", "jobs", "steps")}
        self.assertEqual(2, len(tables["runs"]))
        self.assertGreaterEqual(len(tables["steps"]), 8)
        connection = sqlite3.connect(self.sandbox.home / "engine.db")
        with connection:
            connection.execute("DELETE FROM steps WHERE step = 0")
            connection.execute("UPDATE jobs SET result = 'succeeded', outputs = '{}'")
            connection.execute("DELETE FROM runs WHERE number = 1")
            columns = "attempt, pipeline, file, event, ref, sha, status, result, created, finished"
            connection.execute(f"INSERT INTO runs(id, number, run_number, {columns}) SELECT 'ghost', 9, 9, {columns} FROM runs")
        connection.close()
        answer = self.sandbox.sluice("doctor", "--rebuild")
        self.assert_status(0, answer)
        self.assertIn("2 runs", answer[1])
        for name, rows in tables.items():
            self.assertEqual(rows, self.sandbox.query(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4, 5"), name)

    def test_gc_beside_a_run_takes_nothing_that_the_run_needs(self):
        self.sandbox.pipeline("""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - run: echo kept > kept.txt
                  - uses: actions/upload-artifact@v4
                    with: {name: kept, path: kept.txt}
                  - run: touch "$SLUICE_HOME/here"; until test -e "$SLUICE_HOME/go"; do sleep 0.02; done
              b:
                needs: a
                runs-on: x
                steps:
                  - uses: actions/download-artifact@v4
                    with: {name: kept}
                  - run: grep kept kept.txt
            """)
        engine = self.sandbox.start("run")
        wait_until(lambda: (self.sandbox.home / "here").exists(), "the run waits", engine)
        answer = self.sandbox.sluice("gc")
        self.assert_status(0, answer)
        self.assertIn("blobs stay while a run goes on", answer[1])
        answer = self.sandbox.sluice("runs", "prune", "--keep", "0")
        self.assert_status(0, answer)
        self.assertIn("has not ended", answer[1])
        (self.sandbox.home / "go").touch()
        self.assert_status(0, self.sandbox.finish(engine))


if __name__ == "__main__":
    main()
