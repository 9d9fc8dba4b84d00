#!/usr/bin/env python3
"""usage: mask.py [BUILD]

Megabytes of log a second with 1,000 secrets in all encodings: through the masker, and through all that the supervisor
does with a log (lines, commands, masks, times), beside a plain copy; inside one process.
"""

import json
import subprocess

import measure

TARGET = 300


def main():
    build = measure.build_from_arguments()
    got = json.loads(subprocess.run([build.program("mask_bench")], check=True, capture_output=True).stdout)
    for name, rate in (("masking 1,000 secrets", got["mask"]), ("the whole way of a log, 1,000 secrets", got["stream"])):
        measure.add_row(name, f"{rate:.0f} MB/s of processor", f"a copy {got['copy']:.0f} MB/s; {got['texts']} texts",
                        f"{got['copy'] / rate:.0f}", f"≥ {TARGET} MB/s", rate >= TARGET)


if __name__ == "__main__":
    main()
