#!/usr/bin/env python3
"""usage: table.py ROWS

The rows that measure.add_row wrote, as a Markdown table below a description of the machine.
"""

import datetime
import json
import os
import platform
import subprocess
import sys

COLUMNS = ("what", "measured", "compared", "ratio", "target", "met")
TITLES = ("what", "sluice", "beside", "ratio", "target", "met")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def memory_gigabytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def commit():
    here = os.path.dirname(os.path.abspath(__file__))
    ran = subprocess.run(["git", "-C", here, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return ran.stdout.strip() or "unknown"


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    load = os.getloadavg()[0]
    print("# Speed and memory\n")
    print(f"Written by `./dev bench` at {commit()} on {datetime.date.today().isoformat()}: {processor()}, "
          f"{os.cpu_count()} processors, {memory_gigabytes():.0f} GB, Linux {platform.release()}, load {load:.1f} at the "
          "end.\nMedians of alternating runs, but for those called (best), which are the least of them; a ratio compares two "
          "things of\nthe same run, and where the machine is busy only ratios and processor time mean much.\n")
    print("| " + " | ".join(TITLES) + " |")
    print("|" + "---|" * len(TITLES))
    for row in rows:
        print("| " + " | ".join(row[column].replace("|", "\\|") for column in COLUMNS) + " |")


if __name__ == "__main__":
    main()
