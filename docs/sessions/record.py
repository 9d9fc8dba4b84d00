"""Records what `sluice` says about the orange-juice pipeline into orange_juice.md and the project's README.

    SLUICE_BINARY=build/dev/sluice python3 docs/sessions/record.py

Every line comes from the real commands in a throw-away repository. tests/e2e/session_test.py compares the recorded
text with what the commands say now.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/sessions/orange_juice.md"
README = ROOT / "README.md"
BEGIN = "<!-- recorded by docs/sessions/record.py -->\n"
END = "<!-- end of the recording -->\n"
WORKFLOW = ".github/workflows/demand.yml"
# Two rows with prices in cents: what the schema must stop.
DELIVERY = "store,brand,week,units,price\n2,1,40,8256,387\n2,1,46,6144,387\n"

# What is said before a command, and the command. Nothing is shown of a command without words.
SESSION = (
    ("What would a push start?", "sluice plan"),
    ("And if the model does not pass its gate?", "sluice plan --assume gate=failure --job deploy"),
    ("", "sluice run --event workflow_dispatch --input delivery=DELIVERY"),
    ("A broken delivery came in. Why was nothing deployed?", "sluice explain"),
    ("Let only `main` deploy. What would a start by hand do on another branch?",
     f"sed -i \"s|needs: register|&\\n    if: github.ref == 'refs/heads/main'|\" {WORKFLOW}\n"
     "sluice plan --event workflow_dispatch --branch prices --job deploy --job smoke"),
    ("", f"sed -i 's/needs: gate/needs: gaet/' {WORKFLOW}"),
    ("A typing mistake, before anybody runs it:", "sluice lint --ignore approximated-runner"),
)


def shell(command, folder, environment):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout


def play(binary):
    """[(words, command, output)] of the whole session."""
    with tempfile.TemporaryDirectory(prefix="sluice-session-") as name:
        root = Path(name).resolve()
        repository = root / "orange_juice"
        shutil.copytree(ROOT / "examples/orange_juice", repository,
                        ignore=shutil.ignore_patterns("__pycache__", "data", "model"))
        (root / "bin").mkdir()
        (root / "bin/sluice").symlink_to(Path(binary).resolve())
        (root / "delivery.csv").write_text(DELIVERY)
        environment = {"PATH": f"{root / 'bin'}:{os.environ['PATH']}", "HOME": str(root), "LANG": "C.UTF-8",
                       "USER": "ana", "SLUICE_HOME": str(root / "home"), "GIT_CONFIG_GLOBAL": "/dev/null"}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "ana", f"GIT_{role}_EMAIL": "ana@example.org",
                            f"GIT_{role}_DATE": "2026-01-01T00:00:00Z"}
        shell("git init -q -b main && git add -A && git commit -qm 'Demand of orange juice'", repository, environment)
        said = []
        for words, command in SESSION:
            output = shell(command.replace("DELIVERY", str(root / "delivery.csv")), repository, environment)
            said.append((words, command, output))
        return said


def text_of(said):
    parts = [f"{words}\n```\n" + "".join(f"$ {line}\n" for line in command.splitlines()) + f"{output}```\n"
             for words, command, output in said if words]
    return "\n".join(parts)


def stable(text):
    """Without what differs from one recording to the next."""
    text = re.sub(r"\bat [0-9a-f]{7}\b", "at COMMIT", text)
    text = re.sub(r"\b\d+ files? changed", "N files changed", text)
    return re.sub(r"\b\d+(\.\d+)? ?(ms|s)\b", "TIME", text)


def recorded(file):
    """The recorded part of a file."""
    text = file.read_text()
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise ValueError(f"{file}: the marks of the recording are missing")
    return text[begin + len(BEGIN):end]


def main():
    binary = os.environ.get("SLUICE_BINARY", str(ROOT / "build/dev/sluice"))
    if not Path(binary).exists():
        sys.exit(f"{binary}: build it, or set SLUICE_BINARY")
    text = text_of(play(binary))
    for file in (PAGE, README):
        file.write_text(file.read_text().replace(BEGIN + recorded(file) + END, BEGIN + text + END))


if __name__ == "__main__":
    main()
