#!/usr/bin/env python3
"""Checks that what docs/from-gocircuit.md says can be looked up.

    from_gocircuit.py TOP

Each row of its tables has three cells, none of them empty or an excuse; the last names a test, or says that the
standard library has it. Every file that the document names exists, and every test that it names stands in the file
named before it. Prints one line for each breach, and ends with 1 if there is one.
"""
import os
import re
import sys

DOCUMENT = "docs/from-gocircuit.md"
# A file of this project: it begins with one of its folders.
FILE = re.compile(r"(?:agents|bench|cli|cmake|core|docs|examples|gui|tests|web)/[\w./-]+\.\w+")
TEST = re.compile(r"([A-Z]\w*)\.([A-Z]\w*)")
EXCUSE = re.compile(r"\b(planned|not applicable|n/a|todo|tbd|later version)\b", re.IGNORECASE)
STANDARD = "the standard library has it"


def holds_test(text, suite, name):
    """Whether the source `text` defines that test."""
    return re.search(rf"\bTEST(?:_F|_P)?\(\s*{suite},\s*{name}\s*\)", text) is not None


def breaches_of_names(top, where, line):
    """What of the quoted names in a line does not exist."""
    file = None
    for quoted in re.findall(r"`([^`]+)`", line):
        if FILE.fullmatch(quoted):
            file = quoted
            if not os.path.isfile(os.path.join(top, file)):
                yield f"{where}: there is no file {file}"
                file = None
            continue
        test = TEST.fullmatch(quoted)
        if not test or not file or not file.startswith("tests/"):
            continue
        with open(os.path.join(top, file), encoding="utf-8") as source:
            if not holds_test(source.read(), *test.groups()):
                yield f"{where}: {file} has no test {quoted}"


def breaches_of_row(where, line):
    """What is wrong with a row of a table."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) != 3 or not all(cells):
        yield f"{where}: a row has three cells with something in them"
        return
    if excuse := EXCUSE.search(line):
        yield f"{where}: {excuse[0]} is no answer"
    quoted = re.findall(r"`([^`]+)`", cells[2])
    shown = any(FILE.fullmatch(each) and each.startswith("tests/") for each in quoted)
    if not shown and STANDARD not in cells[2]:
        yield f"{where}: no test shows it"


def check(top):
    """All breaches, as lines `file:line: what`."""
    with open(os.path.join(top, DOCUMENT), encoding="utf-8") as document:
        lines = document.read().splitlines()
    found, rows = [], 0
    for number, line in enumerate(lines, 1):
        where = f"{DOCUMENT}:{number}"
        found += breaches_of_names(top, where, line)
        is_heading = number < len(lines) and lines[number].startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not is_heading:
            rows += 1
            found += breaches_of_row(where, line)
    if rows == 0:
        found.append(f"{DOCUMENT}:1: it has no table")
    return found


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    found = check(sys.argv[1])
    print("\n".join(found) or f"Everything that {DOCUMENT} names is there.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
