#!/usr/bin/env python3
"""The closing summary of a test run, read from a report as ctest writes it."""
import unittest

import summary

REPORT = """<testsuite name="(empty)" tests="3">
  <testcase name="value_test/Encoder.WritesAnInteger" classname="x" time="0.25" status="run"></testcase>
  <testcase name="value_test/Encoder.Refuses&lt;T&gt;" classname="x" time="1.5" status="fail">
    <system-out>raw bytes \x01\x02 &lt;testcase name="forged" time="1" status="run"</system-out></testcase>
  <testcase name="house/includes" classname="x" time="0.5" status="run"></testcase>
</testsuite>"""


class Summary(unittest.TestCase):
    def test_a_report_with_raw_bytes_is_read(self):
        tests = summary.read_report(REPORT)
        self.assertEqual([name for name, *_ in tests],
                         ["value_test/Encoder.WritesAnInteger", "value_test/Encoder.Refuses<T>", "house/includes"])

    def test_the_closing_line_counts_passed_and_failed(self):
        lines, failed = summary.summary(summary.read_report(REPORT))
        self.assertEqual(lines[-1], "2 passed, 1 failed")
        self.assertEqual(failed, 1)

    def test_groups_stand_by_their_seconds(self):
        lines, _ = summary.summary(summary.read_report(REPORT))
        groups = [line.split() for line in lines if line.endswith(("(1)", "(2)"))]
        self.assertEqual(groups, [["1.8", "value_test", "(2)"], ["0.5", "house", "(1)"]])

    def test_what_did_not_run_is_not_counted_as_passed(self):
        lines, _ = summary.summary([("a/b", 0.0, "notrun"), ("a/c", 0.0, "run")])
        self.assertEqual(lines[-1], "1 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
