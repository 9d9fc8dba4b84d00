"""The journal of a run as the database holds it, and what of it is the same in every run."""

import json
import os
import re
import sqlite3

_PASSING = re.compile(r"time|started|ended|created|at$|pid|ticks|boot|took|duration|run_id|run_number|now$|arguments")


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
        return re.sub(r"[0-9a-hjkmnp-tv-z]{26}", "ID", value.replace(run, "RUN"))
    return value


def by_job(stored):
    """{job: its events}: jobs that run side by side are not in one order."""
    jobs = {}
    for kind, body in stored:
        jobs.setdefault(body.get("job", ""), []).append((kind, body))
    return jobs
