"""The journal of a run as the database holds it, and what of it is the same in every run.

Not the same are times, processes, the ids of run and artifacts, what is sealed with a fresh nonce, and
digests of what holds any of these: arguments, and the archive of the model, which says when it was made.
"""

import json
import os
import re
import sqlite3

_PASSING = re.compile(r"time|started|ended|created|at$|pid|ticks|boot|took|duration|run_id|number$|now$|arguments|sealed|artifact-(?:id|url|digest)")


def events(home, run):
    """[(kind, body)] of a run, oldest first."""
    database = sqlite3.connect(f"file:{os.path.join(home, 'engine.db')}?mode=ro", uri=True)
    try:
        rows = database.execute("select kind, body from events where stream like ? order by seq", (f"%{run}",))
        return [(kind, json.loads(body)) for kind, body in rows]
    finally:
        database.close()


def lasting(stored, run):
    """The events without times, processes and the run's own name."""
    return [(kind, _strip(body, run)) for kind, body in stored]


def _strip(value, run):
    if isinstance(value, dict):
        return {key: _strip(v, run) for key, v in value.items() if not _PASSING.search(key)}
    if isinstance(value, list):
        return [_strip(v, run) for v in value]
    if isinstance(value, str):
        return re.sub(r"\b[0-9a-hjkmnp-tv-z]{26}\b", "ID", value.replace(run, "RUN"))
    return value


def by_job(stored):
    """{job: its events}: jobs that run side by side are not in one order."""
    jobs = {}
    for kind, body in stored:
        jobs.setdefault(body.get("job", ""), []).append((kind, body))
    return jobs


def difference(one, other, path=""):
    """Where two values differ first, in words; empty where they do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(f"{path}.{key}", one.get(key), other.get(key)) for key in sorted({*one, *other})]
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and len(one) == len(other):
        pairs = [(f"{path}[{i}]", a, b) for i, (a, b) in enumerate(zip(one, other))]
    else:
        return "" if one == other else f"{path}: {str(one)[:150]} and {str(other)[:150]}"
    return next((found for found in (difference(a, b, p) for p, a, b in pairs) if found), "")
