"""Our statistics beside scipy, statsmodels and scikit-learn on fresh random cases; skips where those are not installed."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parent.parent / "build/mlflow/bin/python"
SKIPPED = 77
SEEDS = (101, 102, 103)


def python_with_judges():
    for python in (sys.executable, INSTALLED):
        if Path(python).exists() and subprocess.run([python, "-c", "import scipy, statsmodels, sklearn"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def differences(ours, theirs, where):
    if isinstance(theirs, dict):
        return [found for key, value in theirs.items() for found in differences(ours.get(key), value, f"{where}.{key}")]
    if isinstance(theirs, list):
        if not isinstance(ours, list) or len(ours) != len(theirs):
            return [f"{where}: {ours} is not {theirs}"]
        return [found for i, pair in enumerate(zip(ours, theirs)) for found in differences(*pair, f"{where}[{i}]")]
    if isinstance(theirs, (int, float)) and isinstance(ours, (int, float)) and not isinstance(theirs, bool):
        return [] if math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9) else [f"{where}: {ours} is not {theirs}"]
    return [] if ours == theirs else [f"{where}: {ours} is not {theirs}"]


def main():
    python = python_with_judges()
    if python is None:
        print("SKIPPED: scipy, statsmodels and scikit-learn are not here to compare with "
              "(apt install python3-scipy python3-statsmodels python3-sklearn, or ./dev mlflow)")
        return SKIPPED
    wrong, count = [], 0
    for seed in SEEDS:
        made = json.loads(subprocess.run([python, "-B", HERE / "cases.py", str(seed)], capture_output=True, check=True).stdout)
        cases = made["cases"]
        answers = subprocess.run([os.environ["STATISTICS_PROBE"]], input="\n".join(map(json.dumps, cases)), capture_output=True,
                                 text=True, check=True).stdout.splitlines()
        assert len(answers) == len(cases), (len(answers), len(cases))
        for i, (answer, one) in enumerate(zip(answers, cases)):
            wrong += differences(json.loads(answer), one["expected"], f"seed {seed} case {i} {one['function']}")
        count += len(cases)
    print("\n".join(wrong[:40]))
    print(f"{count} cases, {len(wrong)} numbers differ; judges: {made['with']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
