#!/usr/bin/env python3
"""The check of docs/from-gocircuit.md, checked: a row that cannot be looked up is reported, and a good one is not."""
import os
import tempfile
import unittest

import from_gocircuit

GOOD = "| Spawn | `Runtime::spawn` | `tests/spawn_test.cpp` `Spawn.Starts` |"


class FromGocircuit(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.write("tests/spawn_test.cpp", "TEST_F(Spawn, Starts) {}\n")

    def write(self, path, text):
        full = os.path.join(self.top.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, *rows):
        self.write("docs/from-gocircuit.md", "\n".join(["# From", "", "| there | here | shown by |", "|---|---|---|",
                                                        *rows]))
        return from_gocircuit.check(self.top.name)

    def expect_one_breach(self, row, part):
        breaches = self.check(GOOD, row)
        self.assertEqual(len(breaches), 1, breaches)
        self.assertIn("docs/from-gocircuit.md:6", breaches[0])
        self.assertIn(part, breaches[0])

    def test_good_rows_are_good(self):
        self.assertEqual(self.check(GOOD, "| limiter | a semaphore | the standard library has it |"), [])

    def test_an_empty_document_is_none(self):
        self.assertEqual(len(self.check()), 1)

    def test_a_file_that_is_not_there_is_reported(self):
        self.expect_one_breach(GOOD.replace("`Runtime::spawn`", "`core/none.hpp`"), "no file core/none.hpp")

    def test_a_test_that_is_not_there_is_reported(self):
        self.expect_one_breach(GOOD.replace("Spawn.Starts", "Spawn.Stops"), "no test Spawn.Stops")

    def test_a_row_without_a_test_is_reported(self):
        self.expect_one_breach("| Spawn | `Runtime::spawn` | by hand |", "no test shows it")

    def test_an_empty_cell_is_reported(self):
        self.expect_one_breach(GOOD.replace("`Runtime::spawn`", ""), "three cells")

    def test_an_excuse_is_reported(self):
        self.expect_one_breach(GOOD.replace("`Runtime::spawn`", "planned"), "planned is no answer")


if __name__ == "__main__":
    unittest.main()
