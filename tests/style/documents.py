"""Documents stay true: links lead somewhere, and files that are named exist."""

import os
import re

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.M | re.S)
_INLINE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]\[]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.M)
_NAMED = re.compile(r"`([\w./-]+\.(?:cc|h|S|py|sh|cmake|txt|md|yml))(?::\d+)?`")
_PATH = re.compile(r"`((?:src|docs|tests|tools|examples|fuzz|bench|cmake)/[\w./-]+)`")


def check(tree):
    problems = []
    for file in (f for f in tree.files if f.endswith(".md")):
        text = _FENCE.sub(_blank, tree.text(file))
        problems += _links(tree, file, text)
        problems += _named_files(tree, file, text)
    return problems


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def _links(tree, file, text):
    problems = []
    prose = _INLINE.sub(_blank, text)
    for match in _LINK.finditer(prose):
        target = match.group(1)
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
        line = prose.count("\n", 0, match.start()) + 1
        if goal.startswith("..") or not tree.exists(goal):
            problems.append(f"{file}:{line}: dead link to {target}")
        elif anchor and goal.endswith(".md") and anchor not in _anchors(tree, goal):
            problems.append(f"{file}:{line}: {goal} has no heading for #{anchor}")
    return problems


def _anchors(tree, file):
    seen, anchors = {}, set()
    for match in _HEADING.finditer(_FENCE.sub(_blank, tree.text(file))):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1)).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        anchors.add(slug if count == 0 else f"{slug}-{count}")
    return anchors


def _named_files(tree, file, text):
    """Sources named in backticks exist: by path from the root or src/, or by name below the document's folder."""
    folder = os.path.dirname(file)
    whole = file == "docs/life_of_a_run.md"
    problems = []
    for match in list(_NAMED.finditer(text)) + list(_PATH.finditer(text)):
        name = match.group(1)
        source = name.endswith((".cc", ".h", ".S"))
        if not (source or whole or name.startswith(("src/", "docs/", "tests/", "tools/"))):
            continue
        if not _resolves(tree, folder, name):
            line = text.count("\n", 0, match.start()) + 1
            problem = f"{file}:{line}: names {name}, which does not exist"
            if problem not in problems:
                problems.append(problem)
    return problems


def _resolves(tree, folder, name):
    places = [name, os.path.join("src", name), os.path.normpath(os.path.join(folder, name))]
    if any(tree.exists(place) for place in places):
        return True
    below = folder + "/" if folder else ""
    return any(f.startswith(below) and f.endswith("/" + name) for f in tree.files)
