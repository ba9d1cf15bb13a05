"""Which Chromium the browser tests drive: the machine's own if it has one, else one that this module installs.

    python -m tests.browser.chromium     installs one if need be, prints which it is

As root on a machine with Debian packages it installs `chromium-headless-shell`, the same engine without the parts that
draw windows (the tests then take two thirds of the processor's time), or else `chromium`; anywhere else it is
Playwright's own download, which needs no root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "chromium")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def system_browser() -> str | None:
    """The path of the machine's Chromium or Chrome; None when there is none and Playwright's own is to be used."""
    found = (shutil.which(name) for name in NAMES)
    installed = (path for path in APPLICATIONS if Path(path).is_file())
    return next((path for path in (*found, *installed) if path), None)


def install_package() -> bool:
    """Installs Debian's package, where that is possible. Returns whether a browser is there now."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    for package in PACKAGES:
        subprocess.run(["apt-get", "install", "-y", "-qq", package], env=quiet, check=False)
        if system_browser():
            return True
    return False


def install_download() -> None:
    """Lets Playwright download its own Chromium; does nothing when it already has.

    Raises:
        subprocess.CalledProcessError: the download failed.
    """
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> None:
    """Makes sure that there is a browser and prints which."""
    if not system_browser() and not install_package():
        install_download()
    print(f"browser: {system_browser() or 'the one of Playwright'}")


if __name__ == "__main__":
    main()
