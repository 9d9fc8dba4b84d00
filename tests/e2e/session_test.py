"""The recorded session in the README and in docs/sessions is what the commands say now."""

import sys
import unittest
from pathlib import Path

from sandbox import binary, main

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs/sessions"))
import record


class Session(unittest.TestCase):
    maxDiff = None

    def test_it_is_what_the_commands_say(self):
        said = record.stable(record.text_of(record.play(binary())))
        for word in ("✓ deploy", "assumed: gate=failure", "validate  failed", "did you mean 'gate'"):
            self.assertIn(word, said)
        for file in (record.README, record.PAGE):
            self.assertEqual(record.stable(record.recorded(file)), said, f"{file}; python3 docs/sessions/record.py records it")


if __name__ == "__main__":
    main()
