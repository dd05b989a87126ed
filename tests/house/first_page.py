#!/usr/bin/env python3
"""Checks what an app gets with #include <circuit/circuit.hpp>: the files that the compiler reads for it.

    first_page.py COMPILER TOP

Ends with 1 if it reaches a header of Beast, OpenSSL, ZooKeeper, Dear ImGui or libcbor, or one of Circuit that is not
public: an app would have to find them too, and would pay for them in every file.
"""
import os
import re
import subprocess
import sys

HIDDEN = {
    "Beast": r"/boost/beast[/.]",
    "OpenSSL": r"/openssl/|/boost/asio/ssl[/.]",
    "ZooKeeper": r"/zookeeper",
    "Dear ImGui": r"/imgui",
    "libcbor": r"/cbor(\.h|/)",
    "a private part of Circuit": r"/core/src/",
}


def headers_behind(compiler, top, header):
    """The files that the compiler reads for `header`."""
    include = os.path.join(top, "core", "include")
    run = subprocess.run([compiler, "-std=c++20", "-M", "-x", "c++", "-I", include, os.path.join(include, header)],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{header} does not compile with the public headers alone:\n{run.stderr}")
    return run.stdout.replace("\\\n", " ").split(":", 1)[1].split()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    compiler, top = sys.argv[1:]
    reached = headers_behind(compiler, top, "circuit/circuit.hpp")
    breaches = [f"circuit/circuit.hpp reaches {name}: {path}" for name, pattern in HIDDEN.items()
                for path in reached if re.search(pattern, path)]
    print("\n".join(breaches) or f"circuit/circuit.hpp reaches {len(reached)} files, all of them an app's.")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
