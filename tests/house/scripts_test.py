#!/usr/bin/env python3
"""The scripts at the top, without a build: their help, their refusals, the launcher, and the package lists."""
import json
import os
import subprocess
import sys
import unittest

from sandbox import Sandbox

TOP = sys.argv.pop(1) if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../..")
SCRIPTS = ["circuit", "demo.sh", "test.sh", ".ci/run", "tests/debootstrap.sh"]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=30,
                          **options)


class Scripts(unittest.TestCase):
    def test_each_is_sound_bash_and_executable(self):
        for script in SCRIPTS + ["cmake/packages.sh"]:
            path = os.path.join(TOP, script)
            self.assertEqual(run(["bash", "-n", path]).stderr, "", script)
            self.assertEqual(os.access(path, os.X_OK), script in SCRIPTS, script)

    def test_help_teaches_every_option(self):
        for script, options in {"demo.sh": ["--once", "--port", "--dir"],
                                "test.sh": ["--fast", "--asan", "--tsan", "-R", "--long"]}.items():
            result = run([os.path.join(TOP, script), "--help"])
            self.assertEqual(result.returncode, 0)
            for option in options:
                self.assertIn(option, result.stdout)

    def test_an_unknown_option_is_refused_by_name(self):
        for script in ["demo.sh", "test.sh"]:
            result = run([os.path.join(TOP, script), "--wings"])
            self.assertEqual(result.returncode, 2)
            self.assertIn("--wings is not an option", result.stderr)

    def test_a_wrong_value_is_refused_with_the_value(self):
        for arguments, part in ([["--port", "70000"], '"70000"'], [["--port"], '""'], [["--dir", "/no/where"], "/no/where"]):
            result = run([os.path.join(TOP, "demo.sh"), *arguments])
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(part, result.stderr)
        self.assertEqual(run([os.path.join(TOP, "test.sh"), "--asan", "--tsan"]).returncode, 2)
        self.assertEqual(run([os.path.join(TOP, "test.sh"), "-R"]).returncode, 2)

    def test_each_top_folder_says_what_it_is(self):
        for folder in ["core", "agents", "cli", "gui", "web", "examples", "tests", "bench", "docs", "cmake"]:
            self.assertTrue(os.path.isfile(os.path.join(TOP, folder, "README.md")), folder)


class Launcher(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox(TOP, ["circuit"])
        self.addCleanup(self.sandbox.close)

    def launch(self, **environment):
        return run([os.path.join(self.sandbox.path, "circuit"), "ls"], env={**self.sandbox.environment, **environment})

    def build(self, preset, age_s):
        program = self.sandbox.script(f"build/{preset}/bin/circuit", f'echo {preset} "$@" "${{CIRCUIT_DIR-none}}"')
        os.utime(program, (1_700_000_000 - age_s, 1_700_000_000 - age_s))

    def write_agent(self, pid):
        os.makedirs(os.path.join(self.sandbox.path, "build/demo-state"), exist_ok=True)
        with open(os.path.join(self.sandbox.path, "build/demo-state/agent.json"), "w", encoding="utf-8") as file:
            json.dump({"instance": "x", "pid": pid, "epoch": 7}, file)

    def test_without_a_build_it_says_how_to_make_one(self):
        result = self.launch()
        self.assertEqual(result.returncode, 127)
        self.assertIn("./demo.sh", result.stderr)

    def test_it_runs_the_last_build_with_the_arguments(self):
        self.build("dev", 100)
        self.build("release", 200)
        self.assertEqual(self.launch().stdout, "dev ls none\n")

    def test_it_speaks_to_the_demo_while_its_agent_lives(self):
        self.build("dev", 100)
        self.build("release", 200)
        agent = os.path.join(self.sandbox.path, "build/release/bin/agent")
        # A copy, since of a link the kernel would show what it points to.
        with open("/bin/sleep", "rb") as source, open(agent, "wb") as target:
            target.write(source.read())
        os.chmod(agent, 0o755)
        process = subprocess.Popen([agent, "60"])
        try:
            self.write_agent(process.pid)
            self.assertEqual(self.launch().stdout, f"release ls {self.sandbox.path}/build/demo-state\n")
            self.assertEqual(self.launch(CIRCUIT_DIR="/own").stdout, "dev ls /own\n")
        finally:
            process.kill()
            process.wait()
        self.assertEqual(self.launch().stdout, "dev ls none\n")

    def test_a_reused_pid_is_not_taken_for_the_agent(self):
        self.build("dev", 100)
        self.write_agent(os.getpid())
        self.assertEqual(self.launch().stdout, "dev ls none\n")


class Packages(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox(TOP, ["cmake/packages.sh"])
        self.addCleanup(self.sandbox.close)
        self.sandbox.every_package_is_installed()

    def shell(self, text):
        return run(["bash", "-c", f"source cmake/packages.sh; {text}"], cwd=self.sandbox.path,
                   env=self.sandbox.environment)

    def test_nothing_is_done_when_all_are_here(self):
        result = self.shell("circuit_install_packages build test browser")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_the_other_choice_counts_when_it_is_installed(self):
        self.sandbox.stand_in("dpkg-query", '[[ ${*: -1} == *1.81* ]] || echo installed')
        self.assertEqual(self.shell("circuit_missing_packages build").stdout, "")

    def test_an_old_node_is_not_enough(self):
        self.sandbox.stand_in("node", "echo v16.20.0")
        self.assertEqual(self.shell("circuit_missing_packages build").stdout, "nodejs\n")

    def test_a_user_who_cannot_install_is_told_which_packages(self):
        self.sandbox.stand_in("dpkg-query", '[[ ${*: -1} == libcbor-dev || ${*: -1} == libboost1* ]] || echo installed')
        self.sandbox.stand_in("id", "echo 1000")
        self.sandbox.stand_in("sudo", "exit 1")
        result = self.shell("circuit_install_packages build")
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt-get install -y --no-install-recommends libboost1.81-dev libcbor-dev)", result.stderr)

    def test_root_installs_what_is_missing_and_no_more(self):
        self.sandbox.stand_in("dpkg-query", '[[ ${*: -1} == libcbor-dev || ${*: -1} == libboost1* ]] || echo installed')
        self.sandbox.stand_in("id", "echo 0")
        self.sandbox.stand_in("apt-get", 'echo "apt-get $*"')
        self.sandbox.stand_in("apt-cache", '[[ $2 == libboost1.83-dev ]]')
        result = self.shell("circuit_install_packages build")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.splitlines()[-1],
                         "apt-get install -y -q --no-install-recommends libboost1.83-dev libcbor-dev")


if __name__ == "__main__":
    unittest.main()
