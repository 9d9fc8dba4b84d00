#!/usr/bin/env python3
"""usage: split.py sales.csv FOLDER

Splits the prepared rows by time, never at random: train.csv holds the weeks before 130, validation.csv
those before 145, test.csv the last ones.
"""

import csv
import os
import sys

PARTS = (("train", 130), ("validation", 145), ("test", 10 ** 6))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    with open(arguments[0], newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        parts = split(reader, header.index("week"))
    for name, rows in parts.items():
        if not rows:
            print(f"split: {arguments[0]} has no row for {name}.csv", file=sys.stderr)
            return 1
    os.makedirs(arguments[1], exist_ok=True)
    for name, rows in parts.items():
        with open(os.path.join(arguments[1], f"{name}.csv"), "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *rows])
        print(f"{name}.csv: {len(rows)} rows")
    return 0


def split(rows, week):
    """{part: rows}, in the order of PARTS."""
    parts = {name: [] for name, _ in PARTS}
    for row in rows:
        parts[next(name for name, end in PARTS if int(row[week]) < end)].append(row)
    return parts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
