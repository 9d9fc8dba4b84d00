"""A run on a disk that is full: what is said, and that it goes on once there is space (needs root for a tmpfs)."""

import subprocess

from sandbox import SandboxTest, main, wait_until

ONE_STEP = "{on: push, jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}}"


class FullDisk(SandboxTest):
    def setUp(self):
        super().setUp()
        self.disk = self.sandbox.root / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest(f"SKIPPED: no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.sandbox.home = self.disk / "home"
        self.sandbox.environment["SLUICE_HOME"] = str(self.sandbox.home)

    def fill(self):
        """Takes all that is left of the disk."""
        with open(self.disk / "filler", "ab", buffering=0) as filler:
            for size in (1 << 16, 512):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    continue

    def test_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_space(self):
        go = self.sandbox.root / "go"
        count = self.sandbox.root / "count"
        self.sandbox.pipeline(f"""\
            on: push
            jobs:
              a:
                runs-on: x
                steps:
                  - run: touch {go}.here; until test -e {go}; do sleep 0.02; done; echo first >> {count}
                  - run: echo second >> {count}
                  - run: echo third >> {count}
            """)
        engine = self.sandbox.start("run")
        wait_until(lambda: (self.sandbox.root / "go.here").exists(), "the step waits", engine)
        self.sandbox.wait_for_event("StepProcess", engine)
        self.fill()
        go.touch()
        status, out, error = self.sandbox.finish(engine)
        self.assertEqual(3, status, out + error)
        self.assertRegex(error.lower(), "full|no space|space left")
        self.assertIn("runs resume", error)
        (self.disk / "filler").unlink()
        self.assert_status(0, self.sandbox.sluice("runs", "resume"))
        self.assertEqual(["first", "second", "third"], count.read_text().split())
        self.assertEqual({"a": "succeeded"}, self.sandbox.results())

    def test_a_run_that_finds_the_disk_full_starts_nothing(self):
        self.run_pipeline(ONE_STEP)
        self.fill()
        status, out, error = self.sandbox.sluice("run")
        self.assertEqual(3, status, out + error)
        self.assertRegex(error.lower(), "full|no space|space left")
        (self.disk / "filler").unlink()
        self.assert_status(0, self.sandbox.sluice("run"))


if __name__ == "__main__":
    main()
