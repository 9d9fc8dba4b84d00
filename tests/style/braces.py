"""TRY may not stand in braces behind another member: returning from there leaks the members built before.

gcc 12 cleans up a half-built aggregate for exceptions only, and TRY leaves by `return`.
"""

import re

from source_tree import line_of

_TRY = re.compile(r"\bTRY(?:_CONTEXT)?\s*\(")
_CLOSES = {")": "(", "]": "[", "}": "{"}


def check(tree):
    return [f"{file}:{line_of(tree.code(file), at)}: TRY in braces behind another member leaks that member "
            "when it returns; take the value into a variable first"
            for file in tree.cpp("src/") for at in _misplaced(tree.code(file))]


def _misplaced(code):
    """Offsets of TRYs behind a comma of an initialiser that holds them, lambdas' own bodies left out."""
    for match in _TRY.finditer(code):
        for opening in _enclosing(code, match.start()):
            if _is_block(code, opening):
                break
            if code[opening] == "{" and "," in _own_level(code, opening, match.start()):
                yield match.start()
                break


def _enclosing(code, at):
    """Offsets of the brackets that are open at `at`, innermost first."""
    depth = 0
    for offset in range(at - 1, -1, -1):
        char = code[offset]
        if char in ")]}":
            depth += 1
        elif char in "([{":
            if depth == 0:
                yield offset
            else:
                depth -= 1


def _is_block(code, opening):
    return code[opening] == "{" and ";" in _own_level(code, opening, len(code))


def _own_level(code, opening, end):
    """The text inside a bracket, up to its end or `end`, without what stands in further brackets or <>."""
    out, depth = [], 0
    for char in code[opening + 1:end]:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                break
            depth -= 1
        elif depth == 0:
            out.append(char)
    return re.sub(r"\b\w+<[^<>;]*(?:<[^<>;]*>)?[^<>;]*>", "", "".join(out))
