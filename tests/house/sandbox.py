"""A directory with this checkout's scripts and a path on which some programs are replaced by small stand-ins."""
import os
import shutil
import tempfile


class Sandbox:
    """Copies `files` of the checkout `top`. close() removes it."""

    def __init__(self, top, files):
        self.path = os.path.realpath(tempfile.mkdtemp(prefix="circuit-house-"))
        self.stand_ins = os.path.join(self.path, "stand-ins")
        os.mkdir(self.stand_ins)
        for file in files:
            target = os.path.join(self.path, file)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(os.path.join(top, file), target)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("CIRCUIT_")}
        self.environment["PATH"] = self.stand_ins + ":" + self.environment["PATH"]

    def script(self, path, text):
        """Writes an executable bash script."""
        full = os.path.join(self.path, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write("#!/usr/bin/env bash\n" + text)
        os.chmod(full, 0o755)
        return full

    def stand_in(self, name, text):
        """Replaces the program `name`."""
        return self.script(os.path.join("stand-ins", name), text)

    def every_package_is_installed(self):
        self.stand_in("dpkg-query", "echo installed")
        self.stand_in("node", "echo v20.1.0")
        self.stand_in("npm", "true")
        self.stand_in("apt-get", "echo 'nothing may be installed here' >&2; exit 1")

    def close(self):
        shutil.rmtree(self.path)
