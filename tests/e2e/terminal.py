"""sluice on a terminal of its own."""

import os
import pty
import select
import subprocess
import sys
import time

from sandbox import DEADLINE, binary


class Terminal:
    """What it shows, and what somebody types."""

    def __init__(self, sandbox, *arguments, **environment):
        environment = {**sandbox.environment, "TERM": "dumb", **environment}
        self.end, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
             "os.execv(sys.argv[1], sys.argv[1:])", binary(), *arguments],
            stdin=other, stdout=other, stderr=other, cwd=sandbox.repository, env=environment, start_new_session=True)
        os.close(other)
        sandbox.started.append(self.process)
        self.shown = ""
        self.seen = 0

    def look(self):
        if select.select([self.end], [], [], 0.05)[0]:
            try:
                data = os.read(self.end, 65536)
            except OSError:  # nobody has the other end any more
                data = b""
            self.shown += data.decode(errors="replace")
            return bool(data)
        return True

    def wait_for(self, text):
        """What was shown up to and with this text, since the last time."""
        deadline = time.monotonic() + DEADLINE
        while text not in self.shown[self.seen:]:
            if not self.look() or time.monotonic() > deadline:
                raise AssertionError(f"not shown: {text!r}; shown: {self.shown[self.seen:]!r}")
        before, self.seen = self.seen, self.shown.index(text, self.seen) + len(text)
        return self.shown[before:self.seen]

    def type(self, text):
        os.write(self.end, text.encode())

    def hang_up(self):
        os.close(self.end)
        return self.process.wait(timeout=DEADLINE)

    def close(self):
        while self.look():
            pass
        os.close(self.end)
        return self.process.wait(timeout=DEADLINE)
