"""Who includes whom: every edge must stand in tools/layers.txt, and there must be no cycle.

`ports/` of each module is a node of its own: what it includes, directly or through its own module, are
base, its own module's values and other ports, so that connect can implement a port without seeing the
modules behind it.
"""

import re

from source_tree import is_test, line_of, module_of

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
_SYSTEM = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.M)
_HEAVY = ("boost/asio", "boost/beast", "CLI/", "arrow/", "parquet/")


def check(tree):
    allowed = _read_table(tree.text("tools/layers.txt"))
    includes = {f: _includes(tree, f) for f in tree.cpp("src/")}
    problems = []
    for file, targets in includes.items():
        for line, target in targets:
            problems += _edge(tree, allowed, file, line, target)
        if file.endswith(".h"):
            problems += _heavy(tree, file)
    problems += _ports(includes)
    problems += _file_cycles(includes)
    return problems + _module_cycles(includes)


def _read_table(text):
    table = {}
    for line in text.splitlines():
        match = re.match(r"([a-z]+):(.*)", line)
        if match:
            table[match.group(1)] = set(match.group(2).split())
    return table


def _includes(tree, file):
    # The paths are string literals, so they are read from the text; the code says which are not
    # inside a comment.
    code = tree.code(file)
    return [(line_of(tree.text(file), m.start(1)), "src/" + m.group(1))
            for m in _INCLUDE.finditer(tree.text(file)) if "include" in code[m.start():m.end()]]


def _edge(tree, allowed, file, line, target):
    here, there = module_of(file), module_of(target)
    where = f"{file}:{line}"
    if here is None or there is None:
        return [] if here is None or not tree.exists(target) else [f"{where}: includes {target}, which is no module's"]
    if "/testing/" in target and not is_test(file):
        return [f"{where}: production code includes the test helper {target[4:]}"]
    if here not in allowed:
        return [f"{where}: module {here} is not in tools/layers.txt"]
    if here == there or there in allowed[here]:
        return []
    if "ports" in allowed[here] and "/ports/" in target:
        return []
    return [f"{where}: {here} may not include {there} (tools/layers.txt: {here}: {' '.join(sorted(allowed[here]))})"]


def _heavy(tree, file):
    code = tree.code(file)
    return [f"{file}:{line_of(code, m.start())}: {m.group(1)} belongs in .cc files only"
            for m in _SYSTEM.finditer(code) if m.group(1).startswith(_HEAVY)]


def _ports(includes):
    problems = []
    for file in includes:
        if "/ports/" not in file or is_test(file):
            continue
        for reached, via in _own_closure(includes, file).items():
            if module_of(reached) not in ("base", module_of(file)) and "/ports/" not in reached:
                problems.append(f"{file}: a port sees only base, its own module and other ports, but reaches {reached} through {via}")
    return problems


def _own_closure(includes, file):
    """What a port reaches through its own module; another module's port answers for itself."""
    reached, todo = {}, [file]
    while todo:
        current = todo.pop()
        for _, target in includes.get(current, []):
            if target not in reached:
                reached[target] = current
                if module_of(target) == module_of(file):
                    todo.append(target)
    return reached


def _file_cycles(includes):
    graph = {f: [t for _, t in targets if t in includes] for f, targets in includes.items()}
    return [f"files include each other: {' -> '.join(cycle)}" for cycle in _cycles(graph)]


def _module_cycles(includes):
    graph = {}
    for file, targets in includes.items():
        here = module_of(file)
        if here is None:
            continue
        graph.setdefault(here, set()).update(
            module_of(t) for _, t in targets if module_of(t) not in (None, here))
    return [f"modules include each other: {' -> '.join(cycle)}" for cycle in _cycles(graph)]


def _cycles(graph):
    """One cycle for each strongly tied set, found by depth-first search."""
    state, stack, found = {}, [], []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for target in sorted(graph.get(node, ())):
            if state.get(target) == "open":
                found.append(stack[stack.index(target):] + [target])
            elif target not in state:
                visit(target)
        stack.pop()
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            visit(node)
    return found
