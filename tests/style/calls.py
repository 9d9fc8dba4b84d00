"""The outside world is reached through ports: what only src/os may call, and what nobody may use.

allowed_calls.txt names the other files that may make a call, each with its reason.
"""

import fnmatch
import re

from source_tree import is_test, line_of

_DISK = ("exists|create_director(?:y|ies)|remove(?:_all)?|rename|copy(?:_file)?|file_size|status|is_directory|"
         "is_regular_file|directory_iterator|recursive_directory_iterator|canonical|weakly_canonical|absolute|"
         "temp_directory_path|current_path|read_symlink|create_symlink|create_hard_link|last_write_time|"
         "permissions|resize_file|space|equivalent")
_CALL = r"(?<![\w.>:])(?:::\s*|std::)?"  # not a method and not another namespace's function
_GLOBAL = r"(?<![\w.>:])::\s*"           # for names that own functions bear too

RULES = {
    "clock": r"\b(?:system_clock|steady_clock|high_resolution_clock)::now\b|"
             + _CALL + r"(?:clock_gettime|gettimeofday)\s*\(|" + _CALL + r"time\s*\(\s*(?:nullptr|NULL|0|&)",
    "sleep": _CALL + r"(?:sleep|usleep|nanosleep)\s*\(|\bthis_thread::sleep_(?:for|until)\b",
    "environment": _CALL + r"(?:secure_)?(?:getenv|setenv|putenv|unsetenv)\s*\(|\benviron\b",
    "processes": _CALL + r"(?:fork|vfork|exec[lv][pe]{0,2}|execvpe|posix_spawnp?|system|popen|waitpid|waitid|pidfd_open)\s*\(|"
                 + _GLOBAL + r"(?:kill|clone)\s*\(",
    "files": r"\bstd::[io]?fstream\b|" + _CALL + r"(?:fopen|freopen|openat|mkstemp|mkdtemp|opendir|fsync|fdatasync)\s*\(|"
             + _GLOBAL + r"(?:open|creat|unlink|mkdir|rmdir|symlink|rename)\s*\(|(?<![\w.>])open\s*\([^;{}]*\bO_[A-Z]",
    "filesystem": r"\b(?:std::filesystem|fs)::(?:" + _DISK + r")\b",
    "random": r"\brandom_device\b|" + _CALL + r"(?:s?rand|srandom|getrandom|arc4random|RAND_bytes)\s*\(|"
              + _GLOBAL + r"random\s*\(",
    "sockets": _CALL + r"(?:socket|socketpair|accept4)\s*\(|" + _GLOBAL + r"(?:bind|listen|accept|connect)\s*\(",
    "threads": r"\.detach\s*\(\s*\)",
}
EVERYWHERE = {
    "throw": r"\bthrow\b",
    "globals": r"(?:&|\*)\s*instance\s*\(\s*\)",
}


def check(tree):
    allowed = read_allowed(tree)
    problems = []
    used = set()
    for file in tree.cpp("src/"):
        if is_test(file):
            continue
        for rule, pattern in _rules_for(file).items():
            hits = list(re.finditer(pattern, tree.code(file)))
            entry = next((e for e in allowed if e[1] == rule and fnmatch.fnmatch(file, e[0])), None)
            if hits and entry:
                used.add(entry)
            elif hits:
                problems += [_describe(tree, file, rule, hit) for hit in hits]
    problems += [f"tests/style/allowed_calls.txt: nothing needs `{e[0]} {e[1]}` any more" for e in allowed if e not in used]
    return problems


def read_allowed(tree):
    """(file pattern, rule, reason) for each line of the list; a line without a reason is an error."""
    file = "tests/style/allowed_calls.txt"
    entries = []
    for number, line in enumerate(tree.text(file).splitlines() if tree.exists(file) else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(None, 2)
        if len(parts) < 3 or parts[1] not in {**RULES, **EVERYWHERE}:
            raise SystemExit(f"{file}:{number}: expected `FILE-PATTERN RULE reason`")
        entries.append(tuple(parts))
    return entries


def _rules_for(file):
    return EVERYWHERE if file.startswith("src/os/") else {**RULES, **EVERYWHERE}


def _describe(tree, file, rule, hit):
    code = tree.code(file)
    call = hit.group(0).strip().rstrip("(").strip()
    return f"{file}:{line_of(code, hit.start())}: `{call}` ({rule}) outside its place; take a port of os/world.h"
