"""The five acts. Each plays its part, checks what came of it, and returns one sentence for the table."""

import collections
import csv
import os
import shutil
import signal
import subprocess
import sys
import time

import delivery
import journal
import load
from stage import EXAMPLE, TARGET, Failed

sys.path.insert(0, EXAMPLE)
import smoke

MOST_KILLS = 6
JOBS = ("setup", "test", "validate", "train", "evaluate", "gate", "register", "deploy", "smoke")


def result_of(run, job):
    return next((row["result"] for row in run["jobs"] if row["job"] == job), "never started")


def live_model(stage):
    """The name of the live revision: "demand 1"."""
    status = stage.target()
    return next((r["name"] for r in status["revisions"] if r["number"] == status["live"]), "nothing")


# ---- 1 ----
def green(stage):
    stage.push()
    run = stage.run_jobs()
    stage.check(run["result"] == "succeeded", "the run of the push is green")
    stage.check(all(result_of(run, job) == "succeeded" for job in JOBS), f"so are its jobs: {', '.join(JOBS)}")
    stage.check(live_model(stage) == "demand 1", f"demand 1 serves at http://127.0.0.1:{stage.port}")
    rows = [smoke.at_price(smoke.ROW, smoke.ROW["price"] * (1 - cut)) for cut in smoke.CUTS]
    now, *lower = smoke.predict(stage.port, rows)
    stage.check(now > 0, f"store 2 sells {now:.0f} cartons of brand 4 a week at ${rows[0]['price']:.2f}")
    stage.check(lower[0] > now, f"10 % off would sell {lower[0]:.0f} ({lower[0] / now - 1:+.0%}), "
                                f"20 % off {lower[1]:.0f} ({lower[1] / now - 1:+.0%})")
    stage.check(lower[1] > lower[0], "a lower price sells more")
    return f"{len(JOBS)} jobs green; 10 % off sells {lower[0] / now - 1:+.0%}"


# ---- 2 ----
def stopped_by_gate(stage):
    before = smoke.predict(stage.port, [smoke.ROW])
    stage.say("  a commit that makes the model worse: promotions are thrown away")
    stage.commit("Leave promotions out", {"train.yml": [("exclude: [week]", "exclude: [week, deal, feat]")]})
    said = stage.push(expect=1)
    explain_gate(stage, said, "accurate", "Half of all cartons")
    stage.take_back()
    stage.say("  a commit that makes it senseless: demand may rise with the price")
    stage.commit("Let the model find out about prices by itself", {
        "train.yml": [("  monotone_constraints: {price: -1, price_ratio: -1}\n", "")]})
    said = stage.push(expect=1)
    explain_gate(stage, said, "price_effect", "raise prices to sell more")
    stage.take_back()
    stage.check(live_model(stage) == "demand 1", "demand 1 still serves")
    stage.check(smoke.predict(stage.port, [smoke.ROW]) == before, "and answers as before")
    return "two commits stopped by the gate, the old model serves"


def explain_gate(stage, said, check, why):
    run = stage.run_jobs()
    stage.check(result_of(run, "evaluate") == "succeeded" and result_of(run, "gate") in ("failed", "failure"), "the gate stops it")
    stage.check(result_of(run, "deploy") in ("skipped", "never started"), "nothing is deployed")
    found = stage.find(rf"FAILED\s+{check}: (.*)", said, f"the check '{check}' says why:")
    stage.say(f"      “{found.group(1).strip()}”")
    stage.check(why in said, "in words a merchant understands")


# ---- 3 ----
def corrupted_delivery(stage):
    source = newest(stage, "data/sales.csv")
    broken = os.path.join(stage.root, "delivery.csv")
    changed = delivery.corrupt(source, broken)
    stage.say(f"  a delivery with {changed} prices in cents, a renamed column and {delivery.REPEATED_ROWS} rows twice")
    said = stage.sluice("run", "--event", "workflow_dispatch", "--input", f"delivery={broken}",
                        "--var", f"PORT={stage.port}", expect=1)
    run = stage.run_jobs()
    stage.check(result_of(run, "validate") in ("failed", "failure"), "validation stops it")
    stage.check(result_of(run, "train") in ("skipped", "never started"), "nothing is trained")
    lost, given = delivery.RENAMED
    stage.find(rf"the column '{lost}' is missing; the file has '{given}'", said, "it names the lost column and the nearest name")
    stage.find(rf"'price' is above 6 in {grouped(changed)} rows", said, f"it counts {changed} prices out of range")
    stage.find(rf"all {grouped(changed)} have brand = {delivery.CENTS_BRAND}\b", said, "says that all are of brand 4")
    stage.find(r"cents instead of dollars", said, "and guesses: cents")
    stage.find(rf"key \(store, brand, week\) must be unique, but {delivery.REPEATED_ROWS} rows", said, "it counts the repeated keys")
    stage.find(r"row \d[\d ]* \(line \d[\d ]*\) repeats row \d[\d ]* \(line", said, "with the rows to look at")
    stage.check(live_model(stage) == "demand 1", "demand 1 still serves")
    return f"{changed} wrong prices, 1 lost column, {delivery.REPEATED_ROWS} repeated keys named"


def grouped(number):
    """As the report writes it: thousands apart."""
    return f"{number:,}".replace(",", r"\s")


def newest(stage, inside):
    """That file in the newest workspace that has it."""
    found = []
    for folder, _, names in os.walk(os.path.join(stage.home, "runs")):
        if os.path.basename(inside) in names and folder.endswith(os.path.dirname(inside)):
            found.append(os.path.join(folder, os.path.basename(inside)))
    if not found:
        raise Failed(f"no workspace holds {inside}")
    return max(found, key=os.path.getmtime)


# ---- 4 ----
def no_wrong_answer(stage):
    stage.say("  a better model is trained, gated and registered")
    stage.commit("Learn longer", {"train.yml": [("num_round: 150", "num_round: 200")]})
    stage.push("--job", "register")
    asked = load.questions(sample_rows(newest(stage, "data/test.csv")))
    with load.Load(stage.port, asked) as clients:
        time.sleep(2)
        stage.say(f"  demand 2 rolls out while {load.CLIENTS} clients ask for single rows, {load.BULK_CLIENTS} for "
                  f"{load.BULK_ROWS} at once")
        stage.sluice("deploy", "demand/2", "--target", TARGET)
        stage.check(live_model(stage) == "demand 2", "demand 2 serves")
        time.sleep(1)
        kills = kill_until_it_costs(stage, clients)
        time.sleep(1)
        stage.say("  a revision that never becomes healthy")
        said = stage.sluice("deploy", broken_model(stage), "--target", TARGET, expect=1)
        stage.find(r"roll(ed)? ?back", said, "it is rolled back by itself")
        stage.check(live_model(stage) == "demand 2", "demand 2 serves on")
        time.sleep(1)
    stage.sluice("model", "alias", "demand/2", "champion")
    return judge_answers(stage, clients, asked, kills)


def sample_rows(path, count=40):
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    chosen = rows[::len(rows) // count][:count]
    return [{name: float(value) for name, value in row.items() if name not in ("week", "units")} for row in chosen]


Kill = collections.namedtuple("Kill", "replica in_flight at gone")  # gone: the process had ended, its sockets closed


def kill_until_it_costs(stage, clients):
    """Replicas killed with -9 in the middle of answers: at least two, and until a request was lost with one."""
    kills = []
    while len(kills) < MOST_KILLS and (len(kills) < 2 or not clients.lost()):
        kills.append(kill_replica(stage))
    stage.check(clients.lost(), f"{len(kills)} replicas died while they answered, {len(clients.lost())} requests with them")
    return kills


def kill_replica(stage):
    def busy():
        replicas = [r for r in stage.target_now()["replicas"] if r["phase"] == "serving"]
        most = max(replicas, key=lambda r: r["traffic"]["in_flight"], default=None)
        return most if most and most["traffic"]["in_flight"] > 0 else None

    replica = stage.wait(busy, 20, "a replica has requests in flight")
    at = time.monotonic()
    os.kill(replica["pid"], signal.SIGKILL)
    gone = when_gone(replica["pid"])
    in_flight = replica["traffic"]["in_flight"]
    stage.say(f"  replica {replica['id']} is killed with -9; it had {in_flight} unanswered")

    def replaced():
        serving = [r for r in stage.target_now()["replicas"] if r["phase"] == "serving"]
        return len(serving) >= 2 and all(r["pid"] != replica["pid"] for r in serving)

    stage.wait(replaced, 20, "another replica takes its place")
    stage.check(True, f"another one has its place after {time.monotonic() - at:.1f} s")
    return Kill(replica["id"], in_flight, at, gone)


def when_gone(pid):
    """The kernel takes its time to end a busy process, and its sockets take requests until then."""
    while True:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] in "ZX":
                    return time.monotonic()
        except OSError:
            return time.monotonic()
        time.sleep(0.001)


def was_in_flight(answer, kills):
    """Whether the answer says that a killed replica took this request along, and its time agrees."""
    return answer.status == 502 and any(
        f"replica {kill.replica} ended" in answer.body.decode(errors="replace")
        and answer.at < kill.gone and kill.at < answer.done for kill in kills)


def broken_model(stage):
    """A copy of the model whose trees were cut off on the way."""
    folder = os.path.join(stage.root, "cut_off")
    shutil.copytree(os.path.dirname(newest(stage, "model/MLmodel")), folder)
    trees = max((os.path.join(f, n) for f, _, names in os.walk(folder) for n in names), key=os.path.getsize)
    os.truncate(trees, os.path.getsize(trees) // 2)
    return folder


def judge_answers(stage, clients, asked, kills):
    answers = clients.answers()
    good = [a for a in answers if a.status == 200]
    lost = clients.lost()
    revisions = {r["number"]: r["labels"] for r in stage.target()["revisions"]}
    by_revision = collections.Counter(a.revision for a in good)
    expected = {revision: expected_bodies(stage, revisions[int(revision)], asked) for revision in by_revision}
    wrong = [a for a in good if a.body != expected[a.revision][a.question]]
    stage.say(f"      {len(answers)} requests of {load.CLIENTS + load.BULK_CLIENTS} clients, {clients.rate():.0f}/s; "
              "answers by revision: "
              + ", ".join(f"{revision}: {count}" for revision, count in sorted(by_revision.items())))
    stage.check(clients.rate() >= 200, f"{clients.rate():.0f} requests a second, at least 200")
    stage.check(not wrong, f"{len(good)} bodies checked, 0 wrong")
    stage.check(len(by_revision) == 2, "both revisions answered")
    for answer in lost:
        nearest = min((kill.at for kill in kills), key=lambda at: abs(answer.done - at))
        said = answer.error or answer.body.decode(errors="replace")[:120].strip()
        stage.say(f"      sent {nearest - answer.at:.3f} s before a kill, status {answer.status}: {said}")
    stage.check(all(was_in_flight(a, kills) for a in lost),
                f"{len(lost)} failures, none but what was in flight at the {len(kills)} killed replicas")
    return (f"{len(answers)} requests at {clients.rate():.0f}/s, 0 wrong, {len(lost)} lost with {len(kills)} killed "
            "replicas")


def expected_bodies(stage, labels, asked):
    """What the model of a revision answers, asked of a server of its own."""
    shown = stage.sluice_json("model", "show", f"demand/{labels['version']}")
    server = subprocess.Popen([stage.sluice_path, "serve", shown["folder"], "--port", "0", "--name", "demand",
                               "--version", labels["version"]], cwd=stage.root, env=stage.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = server.stdout.readline()
        port = int(line.rsplit(":", 1)[1])
        return [smoke_body(port, question) for question in asked]
    finally:
        server.terminate()
        server.wait()


def smoke_body(port, question):
    connection = load.http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/invocations", question, {"Content-Type": "application/json"})
    body = connection.getresponse().read()
    connection.close()
    return body


# ---- 5 ----
def killed_engine(stage):
    stage.commit("Learn much longer", {"train.yml": [("num_round: 200", "num_round: 600")]})
    stage.say("  once undisturbed, for comparison")
    stage.push("--job", "train")
    calm = stage.run_jobs()["id"]
    stage.say("  once more, and the engine is killed while the trainer works")
    output = os.path.join(stage.root, "killed.log")
    with open(output, "w", encoding="utf-8") as stream:
        engine = stage.start_sluice("run", "--event", "push", "--var", f"PORT={stage.port}", "--job", "train",
                                    output=stream)
        try:
            stage.wait(lambda: "[20]" in read(output), 120, "the trainer reports round 20")
            trainer = find_trainer(stage)
        finally:
            engine.kill()
            engine.wait()
    stage.check(find_trainer(stage) == trainer, f"the engine is gone, the trainer (pid {trainer[0]}) goes on")
    run = stage.run_jobs()["id"]
    with open(output, "a", encoding="utf-8") as stream:
        resumed = stage.start_sluice("runs", "resume", run, output=stream)
        time.sleep(0.3)
        same = find_trainer(stage)
        status = resumed.wait(timeout=180)
    stage.check(same == trainer, "the resumed engine finds it at work: same pid, same start time")
    stage.check(status == 0 and stage.run_jobs()["result"] == "succeeded", "`sluice runs resume` finishes the run")
    said = stage.sluice("runs", "logs", run, "--job", "train")
    stage.check(all(said.count(f"[{n}]\t") == 1 for n in range(600)), "each of the 600 rounds was trained and logged once")
    compare_journals(stage, calm, run, trainer)
    return f"trainer {trainer[0]} outlived its engine; journals equal"


def read(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def find_trainer(stage):
    """(pid, start time in ticks) of the trainer process, None when there is none."""
    for pid in stage.processes():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as stream:
                if b"internal-train-xgboost" not in stream.read():
                    continue
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
                return pid, int(stream.read().rsplit(")", 1)[1].split()[19])
        except OSError:
            continue
    return None


def compare_journals(stage, calm, run, trainer):
    stored = journal.events(stage.home, run)
    starts = [b for k, b in stored if k == "StepStarted" and b["job"] == "train" and b["name"] == "Train"]
    stage.check(len(starts) == 1, "one StepStarted for the step that trains")
    processes = {(b["pid"], b["start_ticks"]) for k, b in stored
                 if k == "StepProcess" and b["job"] == "train" and b["step"] == starts[0]["step"]}
    stage.check(len(processes) == 1, f"one process carried it (pid {min(processes)[0]}; trainer {trainer[0]}, started at tick {trainer[1]})")
    one, other = (journal.by_job(journal.lasting(journal.events(stage.home, r), r)) for r in (calm, run))
    for job in sorted({*one, *other}):
        found = journal.difference(one.get(job), other.get(job), job or "run")
        if found:
            raise Failed(f"the journals differ at {found}")
    stage.check(True, f"the journal ({len(stored)} events) equals that of the undisturbed run, except times and processes")
