#!/usr/bin/env python3
"""usage: evaluate.py [BUILD]

Judging predictions: 10,000 bootstrap replicates of a paired comparison over 1 million rows, an evaluation of 10 million
predictions with 50 slices (in memory, and by `sluice evaluate` from CSV files of numbers and of probabilities, no two rows
alike), beside pandas with scikit-learn's metrics doing the same by slice, without intervals; seconds of processor time.
"""

import json
import os
import random
import subprocess

import measure
import peers

ROWS = int(os.environ.get("SLUICE_BENCH_EVALUATE_ROWS", "10000000"))
SLICES = 50
BLOCK = 20_000
ROUNDS = 3
BOOTSTRAP_SECONDS, EVALUATE_SECONDS = 2, 5

# The same metrics over all rows and by slice; prints seconds of reading and of judging.
PEERS = """
import sys, time
import numpy, pandas
from sklearn import metrics
start = time.process_time()
f = pandas.read_csv(sys.argv[1])
read = time.process_time() - start
def judge(g):{}
start = time.process_time()
judge(f)
for _, g in f.groupby("slice"):
    judge(g)
print(read, time.process_time() - start)
"""

NUMBERS = """
    t, p = g.units.to_numpy(), g.guess.to_numpy()
    e = p - t
    return (metrics.mean_squared_error(t, p) ** 0.5, metrics.mean_absolute_error(t, p), metrics.r2_score(t, p), e.mean(),
            abs(e).sum() / abs(t).sum(), metrics.mean_absolute_percentage_error(t, p), metrics.mean_squared_log_error(t, p) ** 0.5)"""
PROBABILITIES = """
    t, p = g.bought.to_numpy(), g.probability.to_numpy()
    y = p >= 0.5
    return (metrics.accuracy_score(t, y), metrics.precision_recall_fscore_support(t, y), metrics.matthews_corrcoef(t, y),
            metrics.roc_auc_score(t, p), metrics.average_precision_score(t, p), metrics.log_loss(t, p), metrics.brier_score_loss(t, p))"""

# A paired bootstrap over blocks in numpy: sums by block, then weights times sums.
NUMPY_BOOTSTRAP = """
import time
import numpy
rows, blocks, replicates = 1_000_000, 4000, 10_000
random = numpy.random.default_rng(1)
truth = 5 + 100 * random.uniform(size=rows)
a, b = (truth * (1 + s * (random.uniform(size=rows) - 0.5)) for s in (1, 0.98))
block = numpy.arange(rows) * 2654435761 % blocks
start = time.process_time()
sums = numpy.stack([numpy.bincount(block, w, blocks) for w in (abs(a - truth), abs(b - truth), abs(truth))])
values = numpy.empty(replicates)
for i in range(replicates):
    weights = numpy.bincount(random.integers(0, blocks, blocks), minlength=blocks)
    x, y, _ = sums @ weights
    values[i] = y / x - 1
numpy.quantile(values, [0.025, 0.975])
print(time.process_time() - start)
"""


def generate_numbers(path, rows):
    """Every row another truth and prediction, in a random one of the slices; the same bytes every time."""
    chance = random.Random(1)
    with open(path, "w", encoding="ascii") as out:
        out.write("slice,units,guess\n")
        for _ in range(rows // BLOCK):
            truths = [5 + 95 * chance.random() for _ in range(BLOCK)]
            out.writelines([f"{chance.randrange(SLICES)},{t:.3f},{t * (0.8 + 0.4 * chance.random()):.6f}\n" for t in truths])
    return os.path.getsize(path) / 1e6


def generate_probabilities(path, rows):
    chance = random.Random(2)
    with open(path, "w", encoding="ascii") as out:
        out.write("slice,bought,probability\n")
        for _ in range(rows // BLOCK):
            sure = [chance.random() for _ in range(BLOCK)]
            out.writelines([f"{chance.randrange(SLICES)},{int(chance.random() < p)},{p:.6f}\n" for p in sure])
    return os.path.getsize(path) / 1e6


def numbers_of(python, program, *arguments):
    ran = subprocess.run([python, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def in_memory(build):
    def bench(rows):
        ran = measure.run([build.program("bootstrap_bench"), str(rows), "10000"], output=subprocess.PIPE)
        return json.loads(ran.output)

    python = peers.python_with("pandas==2.3.3", "scikit-learn==1.7.2").program
    works = [lambda: bench(1_000_000)["bootstrap_seconds"]]
    if python:
        works.append(lambda: numbers_of(python, NUMPY_BOOTSTRAP)[0])
    ours, *theirs = measure.alternate(ROUNDS, *works)
    seconds = measure.median(ours)
    compared = f"numpy {measure.median(theirs[0]):.2f} s" if theirs else "numpy is not installed"
    ratio = f"{measure.median(theirs[0]) / seconds:.1f}× as fast" if theirs else ""
    measure.add_row("10,000 replicates of a paired WAPE, 1 million rows, 4,000 blocks, BCa: s", f"{seconds:.2f}", compared, ratio,
                    f"< {BOOTSTRAP_SECONDS}", seconds < BOOTSTRAP_SECONDS)
    judged = measure.median([bench(ROWS)["evaluate_seconds"] for _ in range(ROUNDS)])
    measure.add_row(f"{ROWS:,} predictions, {SLICES} slices, 8 metrics with intervals, in memory: s", f"{judged:.2f}", "", "",
                    f"< {EVALUATE_SECONDS}", judged < EVALUATE_SECONDS)


def from_file(build, place, kind, generate, options, peer):
    path = place.path("predictions.csv")
    size = generate(path, ROWS)
    python = peers.python_with("pandas==2.3.3", "scikit-learn==1.7.2").program
    works = [lambda: measure.run([build.sluice, "evaluate", "--data", path, "--slice", "slice", *options], place.environment)]
    if python:
        works.append(lambda: numbers_of(python, peer, path))
    ours, *theirs = measure.alternate(ROUNDS, *works)
    wall = measure.median([r.wall for r in ours])
    work = measure.median([r.processor for r in ours])
    compared, ratio = "pandas and scikit-learn are not installed", ""
    if theirs:
        read, judge = (measure.median([t[i] for t in theirs[0]]) for i in (0, 1))
        compared, ratio = f"pandas + scikit-learn {read + judge:.1f} s ({read:.1f} of it reading)", f"{(read + judge) / work:.1f}× as fast"
    measure.add_row(f"`sluice evaluate`, {ROWS:,} {kind} with {SLICES} slices from {size:.0f} MB of CSV: s",
                    f"{work:.2f} ({wall:.2f} by the clock, {ours[0].peak_kilobytes / 1e3:.0f} MB)", compared, ratio, f"< {EVALUATE_SECONDS}",
                    work < EVALUATE_SECONDS)


def main():
    build = measure.build_from_arguments()
    in_memory(build)
    with measure.Workplace() as place:
        from_file(build, place, "predictions", generate_numbers, ["--target", "units", "--prediction", "guess"], PEERS.format(NUMBERS))
        from_file(build, place, "probabilities", generate_probabilities, ["--target", "bought", "--probability", "probability"],
                  PEERS.format(PROBABILITIES))


if __name__ == "__main__":
    main()
