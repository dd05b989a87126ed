#!/usr/bin/env python3
"""Prints what a test run cost: the seconds of each group, the ten slowest tests, and the closing line.

    summary.py REPORT [--also NAME passed|failed SECONDS]...

REPORT is what `ctest --output-junit` writes. A group is the part of a test's name before the first `/`. Ends with 1
if a test failed, or if none ran.
"""
import argparse
import html
import re
import sys
from collections import defaultdict

# The report is read by pattern and not as XML: a test that printed raw bytes makes it ill-formed.
CASE = re.compile(r'<testcase name="([^"]*)"[^>]*? time="([^"]*)" status="([^"]*)"')


def read_report(text):
    """The tests of a report as (name, seconds, status); status is `run`, `fail`, `disabled` or `notrun`."""
    return [(html.unescape(name), float(seconds or 0), status) for name, seconds, status in CASE.findall(text)]


def summary(tests):
    """The lines to print, and the number of tests that failed."""
    groups = defaultdict(lambda: [0, 0.0])
    for name, seconds, _ in tests:
        group = groups[name.split("/")[0]]
        group[0] += 1
        group[1] += seconds
    lines = ["", "Seconds of each group (tests run three at a time, so the clock shows about a third):"]
    for name, (count, seconds) in sorted(groups.items(), key=lambda item: -item[1][1]):
        lines.append(f"  {seconds:8.1f}  {name} ({count})")
    lines += ["", "The slowest tests:"]
    for name, seconds, _ in sorted(tests, key=lambda test: -test[1])[:10]:
        lines.append(f"  {seconds:8.1f}  {name}")
    passed = sum(status == "run" for _, _, status in tests)
    failed = [name for name, _, status in tests if status == "fail"]
    skipped = len(tests) - passed - len(failed)
    if failed:
        lines += ["", "Failed (./test.sh -R NAME runs one again):"] + [f"  {name}" for name in failed]
    lines += ["", f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else "")]
    return lines, len(failed)


def main():
    parser = argparse.ArgumentParser(description="Prints what a test run cost.")
    parser.add_argument("report")
    parser.add_argument("--also", nargs=3, action="append", default=[], metavar=("NAME", "RESULT", "SECONDS"))
    arguments = parser.parse_args()
    try:
        with open(arguments.report, encoding="utf-8", errors="replace") as report:
            tests = read_report(report.read())
    except OSError as error:
        print(f"ctest left no report at {arguments.report}: {error.strerror}. No test was run.", file=sys.stderr)
        print("0 passed, 0 failed")
        return 1
    for name, result, seconds in arguments.also:
        tests.append((name, float(seconds), "run" if result == "passed" else "fail"))
    lines, failed = summary(tests)
    print("\n".join(lines))
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
