"""The engine dies at every event of a run; another one goes on. The end must be that of an undisturbed run."""

import re
import signal

from sandbox import SandboxTest, main, wait_until

# `build` first, then `test` and `report` side by side; every step leaves one line behind.
PIPELINE = """\
    on: push
    jobs:
      build:
        runs-on: x
        outputs: {version: "${{ steps.version.outputs.version }}"}
        steps:
          - uses: actions/checkout@v4
          - id: version
            run: echo build-1 >> "$SLUICE_HOME/count"; echo version=3 >> "$GITHUB_OUTPUT"; echo "PART=$TOKEN" >> "$GITHUB_ENV"
            env: {TOKEN: "${{ secrets.TOKEN }}"}
          - run: echo build-2 >> "$SLUICE_HOME/count"; test -n "$PART"; echo "$PART" > part.txt
          - uses: actions/upload-artifact@v4
            with: {name: part, path: part.txt}
      test:
        needs: build
        runs-on: x
        steps:
          - uses: actions/download-artifact@v4
            with: {name: part}
          - run: echo test-1 >> "$SLUICE_HOME/count"; test -s part.txt
          - run: echo test-2 >> "$SLUICE_HOME/count"; exit 4
          - run: echo test-3 >> "$SLUICE_HOME/count"
            if: failure() && needs.build.outputs.version == '3'
      report:
        needs: build
        runs-on: x
        steps:
          - run: echo report-1 >> "$SLUICE_HOME/count"
          - run: echo never >> "$SLUICE_HOME/count"
            if: failure()
    """
LINES = ["build-1", "build-2", "report-1", "test-1", "test-2", "test-3"]
# What differs between any two runs: processes, ids, places, times, and hashes and seals of these.
VARYING = {"pid", "start_ticks", "boot_id", "arguments", "artifact-id", "artifact-digest", "snapshot", "created", "took_us",
           "run_id"}


def without_varying(value, home):
    if isinstance(value, dict):
        return {k: without_varying(v, home) for k, v in value.items() if k not in VARYING and not k.startswith("sealed")}
    if isinstance(value, list):
        return [without_varying(v, home) for v in value]
    if isinstance(value, str):
        return re.sub(r"(?<=runs/)\w{26}", "RUN", value.replace(str(home), "HOME"))
    return value


class Crash(SandboxTest):
    RUN = ["run", "--secret", "TOKEN=s3cret-of-the-shop"]

    def test_at_every_event_ends_like_an_undisturbed_run(self):
        self.sandbox.pipeline(PIPELINE)
        undisturbed = self.sandbox.root / "undisturbed"
        self.assert_status(1, self.sandbox.sluice(*self.RUN, home=undisturbed))
        self.assertEqual(LINES, self.lines(undisturbed))
        expected = self.story(undisturbed)
        total = self.journal_length(undisturbed)
        kills, resumes, differences = 0, 0, 0
        for count in range(1, total):
            home = self.sandbox.root / f"killed-{count}"
            kills += self.kill_after(count, home)
            answer = self.sandbox.sluice("runs", "resume", home=home)
            resumes += 1
            with self.subTest(f"killed after event {count} of {total}"):
                self.assert_status(1, answer)
                self.assertEqual(LINES, self.lines(home))
                differences += expected != self.story(home)
                self.assertEqual(expected, self.story(home))
        print(f"{kills} kills, {resumes} resumes, {differences} differences ({total} events)")
        self.assertGreater(kills, total // 2)
        self.assert_nothing_runs()

    def lines(self, home):
        return sorted((home / "count").read_text().split())

    def story(self, home):
        """Events by job, each in its order: jobs side by side may take turns in any way."""
        jobs = {}
        for kind, body in self.sandbox.events(home):
            jobs.setdefault(body.get("job", ""), []).append((kind, without_varying(body, home)))
        return jobs

    def kill_after(self, count, home):
        """Kills the engine as soon as its journal holds `count` events; false when the run was faster."""
        process = self.sandbox.start(*self.RUN, home=home)
        wait_until(lambda: self.journal_length(home) >= count, f"{count} events", process)
        alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return alive

    def journal_length(self, home):
        rows = self.sandbox.query("SELECT count(*) FROM events", home)
        return rows[0][0] if rows else 0


if __name__ == "__main__":
    main()
