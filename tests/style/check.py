#!/usr/bin/env python3
"""usage: check.py CHECK... [--root FOLDER] | check.py --figures

Runs style checks over the checkout and prints each violation as FILE:LINE: what. Exit status: 0 none,
1 some, 77 could not check.
"""

import argparse
import os
import sys

import braces
import calls
import documents
import formatting
import interfaces
import layers
import readmes
import sizes
import words
from source_tree import SourceTree

CHECKS = {
    "layers": layers, "sizes": sizes, "interfaces": interfaces, "calls": calls, "braces": braces,
    "words": words, "documents": documents, "readmes": readmes, "formatting": formatting,
}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--figures", action="store_true", help="print how long functions and files are")
    options = parser.parse_args(arguments)
    tree = SourceTree(options.root)
    if options.figures:
        sizes.figures(tree)
    try:
        problems = [p for name in options.checks for p in CHECKS[name].check(tree)]
    except formatting.Skipped as skipped:
        print(f"SKIPPED: {skipped}", file=sys.stderr)
        return 77
    for problem in problems:
        print(problem)
    if options.checks:
        print(f"{', '.join(options.checks)}: {len(tree.files)} files, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
