#!/usr/bin/env python3
"""Checks the direction of includes and the other rules of the house that can be read off the sources.

    includes.py TOP

prints one line for each breach under the checkout TOP, and ends with 1 if there is one. The rules are the tables
below.
"""
import os
import re
import sys

BELOW_LANG = {"base", "value", "wire", "link", "record"}
CORE = BELOW_LANG | {"lang", "anchor", "spawn", "runtime", "monitor"}
# What an app sees. Each public header belongs to a layer too (PUBLIC_HEADERS), but whoever may include `public` may
# include any of them.
CONSOLE = {"public", "base", "monitor"}

# Layer: the layers whose headers it may include. Its own it always may.
MAY_INCLUDE = {
    "base": set(),
    "value": {"base"},
    "wire": {"base", "value"},
    "record": {"base"},
    "link": {"base", "value", "wire"},
    "lang": BELOW_LANG,
    "anchor": {"base"},
    "spawn": BELOW_LANG | {"lang"},
    "runtime": CORE - {"monitor"},
    "testing": CORE - {"monitor"},
    "monitor": CORE | {"public"},
    "agents": CORE | {"public"},
    "gui": CONSOLE,
    "web": CONSOLE,
    "cli": CONSOLE | {"spawn"},
    "examples": {"public"},
    # These look inside everything.
    "tests": None,
    "bench": None,
}

# Single headers that a layer may include although it may not include their layer, each with the reason.
EXCEPTIONS = {
    # `circuit up` starts the web endpoint in its own process.
    # The program `circuit` is keeper and agent as well: two hidden subcommands hand over to them.
    # `circuit up --zookeeper` looks whether there is one before it starts anything for nothing.
    "cli": ("web/server/", "agents/keeper/keeper.hpp", "agents/agent/agent.hpp",
            "core/src/anchor/zookeeper/session.hpp"),
    # The snapshots that consoles read are made of the agents' own records.
    "gui": ("core/src/spawn/agent_messages.hpp",),
    "web": ("core/src/spawn/agent_messages.hpp",),
}

# Folder, or file: the layer of what is in it. The longest that fits counts.
LAYER_OF = {
    **{f"core/src/{layer}/": layer for layer in CORE | {"testing"}},
    "core/include/circuit/": "lang",
    "core/include/circuit/anchors.hpp": "runtime",
    "core/include/circuit/bytes.hpp": "base",
    "core/include/circuit/error.hpp": "base",
    "core/include/circuit/identity.hpp": "base",
    "core/include/circuit/value/": "value",
    "core/include/circuit/death.hpp": "base",
    "core/include/circuit/restart.hpp": "base",
    "core/include/circuit/secret.hpp": "value",
    "core/include/circuit/testing.hpp": "testing",
    "core/include/circuit/circuit.hpp": "runtime",
    "core/include/circuit/runtime.hpp": "runtime",
    "core/include/circuit/async.hpp": "runtime",
    "core/include/circuit/worker_main.hpp": "runtime",
    **{f"{top}/": top for top in ("agents", "gui", "web", "cli", "examples", "tests", "bench")},
}

PUBLIC = "core/include/"

# Where a quoted or bracketed include is looked for, after the folder of the file itself.
INCLUDE_PATH = ("core/include", "core/src", "", "agents", "web", "web/server", "cli", "gui", "tests")

# Headers of other projects: (pattern, in at most so many files, only under these folders, why). None: any number,
# anywhere.
FOREIGN = [
    (r"zookeeper/.*|zookeeper\.h", 1, ("core/src/anchor/",), "the coordinator's interface hides it"),
    (r"libssh2.*\.h", 1, ("core/src/spawn/",), "the launcher's interface hides it"),
    (r"(.*/)?(imgui|implot).*\.h", None, ("gui/", "tests/gui/"), "only the desktop draws with it"),
    (r"boost/beast(/.*|\.hpp)", None, ("web/", "tests/web/"), "only the web endpoint speaks HTTP"),
    (r"boost/asio/impl/src\.hpp", 1, ("core/src/",), "Asio is compiled once"),
    (r"boost/beast/src\.hpp", 1, ("web/",), "Beast is compiled once"),
]

LONGEST_FILE = 600
SOURCES = (".hpp", ".cpp", ".py", ".sh", ".ts", ".tsx", ".mjs", ".css", ".cmake", ".txt")
CPP = (".hpp", ".cpp")
SKIPPED_FOLDERS = {".git", "build", "node_modules", "dist", "__pycache__"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
# A test that skips or is switched off is a test that nobody misses.
SWITCHED_OFF = re.compile(r"\bGTEST_SKIP\b|\bTEST(?:_F|_P)?\s*\([^)]*\bDISABLED_|\bTYPED_TEST\s*\([^)]*\bDISABLED_")


def sources(top):
    """Every source file under `top`, relative to it, in order."""
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(files):
            if name.endswith(SOURCES):
                yield os.path.relpath(os.path.join(folder, name), top)


def layer_of(path):
    """The layer that the file `path` belongs to; None for those without one."""
    fitting = [prefix for prefix in LAYER_OF if path == prefix or (prefix.endswith("/") and path.startswith(prefix))]
    return LAYER_OF[max(fitting, key=len)] if fitting else None


def resolve(top, path, mark, name):
    """The file of this project that an include of `name` in `path` means; None for another project's."""
    folders = INCLUDE_PATH if mark == "<" else (os.path.dirname(path), *INCLUDE_PATH)
    for folder in folders:
        candidate = os.path.normpath(os.path.join(folder, name))
        if not candidate.startswith("..") and os.path.isfile(os.path.join(top, candidate)):
            return candidate
    return None


def breach_of_direction(path, target):
    """Why `path` may not include this project's file `target`, or None."""
    layer, other = layer_of(path), layer_of(target)
    if layer is None:
        return None
    if path.startswith(PUBLIC) and not target.startswith(PUBLIC):
        return f"includes {target}: a public header stands on public headers alone"
    allowed = MAY_INCLUDE[layer]
    if allowed is None or other == layer or other in allowed:
        return None
    if "public" in allowed and target.startswith(PUBLIC):
        return None
    if target.startswith(EXCEPTIONS.get(layer, ())):
        return None
    return f"includes {target}: {layer} may include {', '.join(sorted(allowed)) or 'nothing'}, not {other}"


def check(top):
    """All breaches under `top`, as lines `file:line: what`."""
    breaches = []
    foreign_uses = {pattern: [] for pattern, *_ in FOREIGN}
    for path in sources(top):
        with open(os.path.join(top, path), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if len(lines) > LONGEST_FILE:
            breaches.append(f"{path}:{LONGEST_FILE}: has {len(lines)} lines: split it (at most {LONGEST_FILE})")
        if not path.endswith(CPP):
            continue
        if path.endswith(".hpp") and "#pragma once" not in (line.strip() for line in lines):
            breaches.append(f"{path}:1: has no #pragma once")
        for number, line in enumerate(lines, 1):
            where = f"{path}:{number}"
            if path.startswith("tests/") and SWITCHED_OFF.search(line):
                breaches.append(f"{where}: skips a test or switches it off: mend it or delete it")
            found = INCLUDE.match(line)
            if not found:
                continue
            mark, name = found.groups()
            target = resolve(top, path, mark, name)
            if target:
                why = breach_of_direction(path, target)
                if why:
                    breaches.append(f"{where}: {why}")
                continue
            for pattern, _, folders, reason in FOREIGN:
                if not re.fullmatch(pattern, name):
                    continue
                foreign_uses[pattern].append((path, where, name))
                if not path.startswith(folders):
                    breaches.append(f"{where}: includes {name}, which belongs under {' or '.join(folders)}: {reason}")
    for pattern, most, _, reason in FOREIGN:
        files = sorted({path for path, _, _ in foreign_uses[pattern]})
        if most is not None and len(files) > most:
            name = foreign_uses[pattern][0][2]
            breaches.append(f"{files[1]}:1: {name} is included in {', '.join(files)}; one file may: {reason}")
    return breaches


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    breaches = check(sys.argv[1])
    print("\n".join(breaches) or "Every include goes in its direction.")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
