#!/usr/bin/env python3
"""usage: expression.py [BUILD]

Evaluations a second of `a.b == 'c' && contains(d, e)`, with a list and with a text, inside one process.
"""

import json
import subprocess

import measure

TARGET = 1e6


def main():
    build = measure.build_from_arguments()
    got = json.loads(subprocess.run([build.program("expression_bench")], check=True, capture_output=True).stdout)
    slower = min(got["list"], got["text"])
    measure.add_row("`a.b == 'c' && contains(d, e)` evaluated", f"{slower / 1e6:.1f} M/s of processor",
                    f"parsed {got['parse'] / 1e6:.2f} M/s", "", "≥ 1 M/s", slower >= TARGET)


if __name__ == "__main__":
    main()
