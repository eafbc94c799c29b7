"""Where Chromium is, for the browser tests; `python tests/chromium.py --install` brings it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ADVICE = "Chromium is missing: install Debian's package chromium to run the browser tests"


def find() -> Path | None:
    """The browser's program, or None where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found else None


def install() -> None:
    """Install Debian's package where that is possible: on Debian, as root."""
    apt = shutil.which("apt-get")
    if find() or apt is None or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run([apt, "--quiet", *arguments], env=environment, check=False)


if __name__ == "__main__":
    if "--install" in sys.argv:
        install()
    if find() is None:
        sys.stderr.write(ADVICE + "; they will be skipped.\n")
