#!/usr/bin/env python3
"""Builds the README's app outside of the tree, in each of the three ways that the README names, and runs it.

    installed_library.py TOP BUILD COMPILER

Ends with 1, and what went wrong, if one of them does not work, or if the app costs more to compile than it may.
"""
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# What one file with the README's app may take to compile. The time is ten times what is aimed at, for a busy machine.
SECONDS = 30
MEBIBYTES = 400


def run(command, **options):
    """Runs a command that has to succeed; returns what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def listing(top, language):
    """The README's first listing in that language."""
    with open(os.path.join(top, "README.md"), encoding="utf-8") as file:
        found = re.search(rf"```{language}\n(.*?)```", file.read(), re.DOTALL)
    return found[1] if found else sys.exit(f"README.md has no {language} listing")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def expect_greeting(app, prefix, directory):
    """Runs the app on a host of its own, and ends that."""
    state = os.path.join(directory, "state")
    environment = {**os.environ, "CIRCUIT_DIR": state, "PATH": os.path.join(prefix, "bin") + ":" + os.environ["PATH"]}
    environment.pop("CIRCUIT_PROGRAM", None)
    try:
        greeting = run([app], env=environment)
    finally:
        with open(os.path.join(state, "keeper.lock"), encoding="utf-8") as lock:
            keeper = int(lock.read())
        os.kill(keeper, signal.SIGTERM)
        while os.path.exists(f"/proc/{keeper}"):
            time.sleep(0.01)
        shutil.rmtree(state)
    if greeting != "Hello world\n":
        sys.exit(f"{app} says {greeting!r}")
    print(f"{os.path.relpath(app, directory)} says {greeting.strip()!r}.")


def by_find_package(top, prefix, directory):
    project = os.path.join(directory, "by_find_package")
    write(os.path.join(project, "app.cpp"), listing(top, "cpp"))
    write(os.path.join(project, "CMakeLists.txt"), listing(top, "cmake"))
    build = os.path.join(project, "build")
    run(["cmake", "-S", project, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"])
    run(["cmake", "--build", build])
    return os.path.join(build, "app")


def by_pkg_config(top, prefix, directory, compiler):
    project = os.path.join(directory, "by_pkg_config")
    source, thing, app = (os.path.join(project, name) for name in ("app.cpp", "app.o", "app"))
    write(source, listing(top, "cpp"))
    lib = run(["find", prefix, "-name", "circuit.pc"]).strip()
    environment = {**os.environ, "PKG_CONFIG_PATH": os.path.dirname(lib)}
    flags = run(["pkg-config", "--cflags", "circuit"], env=environment).split()
    libraries = run(["pkg-config", "--libs", "circuit"], env=environment).split()
    started = time.monotonic()
    run([compiler, "-std=c++20", "-O2", *flags, "-c", source, "-o", thing])
    seconds = time.monotonic() - started
    # In KiB; of the largest child so far, which a compiler is.
    mebibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"The app compiles in {seconds:.1f} s and {mebibytes:.0f} MiB.")
    if seconds > SECONDS or mebibytes > MEBIBYTES:
        sys.exit(f"It may take {SECONDS} s and {MEBIBYTES} MiB.")
    run([compiler, thing, "-o", app, *libraries])
    return app


def by_add_subdirectory(top, directory):
    project = os.path.join(directory, "by_add_subdirectory")
    write(os.path.join(project, "app.cpp"), listing(top, "cpp"))
    text = listing(top, "cmake").replace("find_package(Circuit REQUIRED)", f"add_subdirectory({top} circuit)")
    write(os.path.join(project, "CMakeLists.txt"), text)
    build = os.path.join(project, "build")
    # Neither optimised nor with names: the whole library is built anew here.
    run(["cmake", "-S", project, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE="])
    run(["cmake", "--build", build, "--target", "app"])
    return os.path.join(build, "app")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip())
    top, build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="circuit-install-") as directory:
        prefix = os.path.join(directory, "prefix")
        run(["cmake", "--install", build, "--prefix", prefix])
        # First, while no larger program has run.
        app = by_pkg_config(top, prefix, directory, compiler)
        expect_greeting(app, prefix, directory)
        expect_greeting(by_find_package(top, prefix, directory), prefix, directory)
        expect_greeting(by_add_subdirectory(top, directory), prefix, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
