#!/usr/bin/env python3
"""demo.sh from its first line to its last, with stand-ins for the build and for the programs that it builds."""
import os
import re
import signal
import subprocess
import sys
import unittest

from sandbox import Sandbox

TOP = sys.argv.pop(1) if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../..")

# Like the real one: an agent that outlives a careless end, and a page.
UP = """
sleep 1000 & agent=$!
trap 'kill $agent; echo ended >up-ended; exit 0' TERM INT
echo "Starting."
echo "Page: http://127.0.0.1:7070/#t=secret"
wait
"""
WORDCOUNT = """
echo "$*" >>calls
if [[ $* == *'--rounds 1'* ]]; then echo "  12 the"; exit ${WORDCOUNT_STATUS-0}; fi
sleep 1000 & wait
"""


def answer_ctrl_c():
    """A test run in the background has SIGINT ignored, and bash cannot trap what was ignored at its start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Demo(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox(TOP, ["demo.sh", "circuit", "cmake/packages.sh"])
        self.addCleanup(self.sandbox.close)
        self.addCleanup(self.end_processes)
        self.sandbox.every_package_is_installed()
        self.sandbox.stand_in("cmake", "mkdir -p build/release/bin; touch build/release/build.ninja")
        self.sandbox.stand_in("ninja", 'echo "$*" >ninja-calls; exit ${NINJA_STATUS-0}')
        self.sandbox.script("build/release/bin/circuit", UP)
        self.sandbox.script("build/release/bin/wordcount", WORDCOUNT)
        self.sandbox.script("build/release/bin/relay", "sleep 1000 & wait")

    def start(self, *arguments, **environment):
        process = subprocess.Popen([os.path.join(self.sandbox.path, "demo.sh"), *arguments], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**self.sandbox.environment, **environment}, start_new_session=True,
                                   preexec_fn=answer_ctrl_c)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def run_to_end(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def read_until(self, process, pattern):
        """The lines up to the one that matches."""
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return lines
        self.fail(f"no line matches {pattern}: {lines}")

    def processes(self):
        """Every process of the demo works in its directory, so that tells which are there."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/cwd") == self.sandbox.path:
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def expect_no_process_left(self):
        self.assertEqual(self.processes(), [])

    def end_processes(self):
        """After a test that failed: what it left must not live on beside the tests that follow."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def content(self, name):
        with open(os.path.join(self.sandbox.path, name), encoding="utf-8") as file:
            return file.read()

    def test_once_counts_one_time_and_leaves_nothing(self):
        status, output = self.run_to_end("--once")
        self.assertEqual(status, 0, output)
        self.assertEqual(output.splitlines()[-1], "  12 the")
        self.assertEqual(self.content("calls"), "--rounds 1 --top 10 /usr/share/common-licenses\n")
        self.assertRegex(self.content("ninja-calls"), "circuit hello wordcount feedback relay")
        self.assertEqual(self.content("up-ended"), "ended\n")
        self.expect_no_process_left()

    def test_a_failing_job_is_a_failing_demo(self):
        status, output = self.run_to_end("--once", WORDCOUNT_STATUS="3")
        self.assertEqual(status, 1, output)
        self.assertIn("wordcount failed", output)
        self.expect_no_process_left()

    def test_a_failing_build_ends_before_anything_is_started(self):
        status, output = self.run_to_end("--once", NINJA_STATUS="1")
        self.assertEqual(status, 1)
        self.assertIn("The build failed", output)
        self.assertFalse(os.path.exists(os.path.join(self.sandbox.path, "calls")))

    def test_an_up_that_ends_at_once_is_quoted(self):
        self.sandbox.script("build/release/bin/circuit", 'echo "port 7070 is taken" >&2; exit 4')
        status, output = self.run_to_end("--port", "7070")
        self.assertEqual(status, 1)
        self.assertIn("port 7070 is taken", output)
        self.expect_no_process_left()

    def test_it_says_first_what_it_does_and_last_what_to_try(self):
        process = self.start("--dir", "/usr/share/common-licenses")
        lines = self.read_until(process, r"circuit kill$")
        self.assertIn("installs what the build needs", lines[0])
        last = [line.strip() for line in lines if line][-4:]
        self.assertEqual(last[0], "http://127.0.0.1:7070/#t=secret")
        for line, command in zip(last[1:], ["ls -l /...", "spawn -d localhost -a /demo sleep 600", "ls /demo/... |"]):
            self.assertIn(f"cd {self.sandbox.path} && ./circuit {command}", line)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 0)
        self.expect_no_process_left()

    def test_a_killed_job_starts_again(self):
        self.sandbox.script("build/release/bin/wordcount", 'echo "dead: R1 was killed"; exit 1')
        process = self.start()
        self.read_until(process, r"The job ended: dead: R1 was killed")
        self.read_until(process, r"It starts again")
        process.terminate()
        process.wait(timeout=30)
        self.expect_no_process_left()

    def test_a_second_demo_in_the_same_checkout_is_refused(self):
        first = self.start()
        self.read_until(first, r"circuit kill$")
        status, output = self.run_to_end("--once")
        self.assertEqual(status, 1)
        self.assertIn("A demo runs already", output)
        self.assertIsNone(first.poll())
        first.send_signal(signal.SIGINT)
        self.assertEqual(first.wait(timeout=30), 0)

    def test_what_a_killed_demo_left_is_ended_by_the_next(self):
        first = self.start()
        self.read_until(first, r"circuit kill$")
        first.kill()
        first.wait(timeout=30)
        status, output = self.run_to_end("--once")
        self.assertEqual(status, 0, output)
        self.expect_no_process_left()


if __name__ == "__main__":
    unittest.main()
