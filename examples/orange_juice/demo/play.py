#!/usr/bin/env python3
"""Plays the five acts and checks each; exit status 1 if any does not go as told."""

import argparse
import socket
import sys
import time

import acts
from stage import TARGET, Failed, Stage

ACTS = (
    ("A push: everything green, a model serves", acts.green),
    ("A worse and a senseless model meet the gate", acts.stopped_by_gate),
    ("A corrupted delivery", acts.corrupted_delivery),
    ("Rollout, dead replica and rollback under load", acts.no_wrong_answer),
    ("The engine dies, the training goes on", acts.killed_engine),
)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", required=True, help="the binary")
    parser.add_argument("--port", type=int, default=0, help="where the model serves (default: a free one)")
    parser.add_argument("--keep", action="store_true", help="leave the model serving and everything in place")
    parser.add_argument("--acts", type=int, default=len(ACTS), help="play only the first so many")
    options = parser.parse_args(arguments)
    stage = Stage(options.sluice, options.port or free_port(), say)
    say(f"home {stage.home}, repository {stage.repository}")
    rows, began = [], time.monotonic()
    try:
        for number, (title, act) in enumerate(ACTS[:options.acts], 1):
            rows.append(play(stage, number, title, act))
            if rows[-1][1] != "ok":
                break
    finally:
        finish(stage, options.keep)
    summary(stage, rows, time.monotonic() - began, options.keep)
    return 0 if all(row[1] == "ok" for row in rows) else 1


def play(stage, number, title, act):
    say(f"\nAct {number}. {title}")
    began = time.monotonic()
    try:
        outcome, said = "ok", act(stage)
    except Failed as failed:
        say(f"  ✗ {failed}")
        outcome, said = "FAILED", str(failed).splitlines()[0][:90]
    return number, outcome, time.monotonic() - began, title, said


def finish(stage, keep):
    if not keep:
        stage.close()


def summary(stage, rows, seconds, keep):
    say("\nact  outcome     time  what happened")
    for number, outcome, took, title, said in rows:
        say(f"{number:>3}  {outcome:<7} {took:>6.1f} s  {title}: {said}")
    say(f"     {'':<7} {seconds:>6.1f} s  in all")
    if keep:
        say(f"\nstill there: http://127.0.0.1:{stage.port}/invocations. To look around:\n"
            f"  export SLUICE_HOME={stage.home}; cd {stage.repository}\n"
            f"  sluice runs list; sluice explain; sluice model list demand; sluice rollout status {TARGET}\n"
            f"to end it: sluice target stop {TARGET}; rm -r {stage.root}")
    else:
        say("\nnothing of it stays running; ./dev demo --keep leaves it to look around. Where to read on:\n"
            "  examples/orange_juice/README.md  docs/life_of_a_run.md  ARCHITECTURE.md")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
