"""Where the socket of the embedded server lives, and whether somebody listens on it."""

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from app.database.binaries import Binaries

PORT = 5432  # names the socket file only: no TCP port is opened
SOCKET = f".s.PGSQL.{PORT}"
_PATH_LIMIT = 103  # the smallest sun_path of the supported systems (macOS), less its NUL


def answers(folder: Path) -> bool:
    """Whether a server takes connections on the socket in `folder`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(folder / SOCKET))
        except OSError:
            return False
    return True


def socket_folder(cluster: Path, binaries: Binaries) -> Path:
    """A folder for the socket, cleared of stale ones; no server may be running.

    It is the cluster's own folder, or a private one in /tmp when that cannot hold a socket.
    """
    _clear(cluster)
    if _can_hold_socket(cluster):
        return cluster
    folder = _private_folder(cluster, binaries)
    folder.chmod(0o700)
    binaries.give(folder)
    _clear(folder)
    return folder


def _clear(folder: Path) -> None:
    for name in (SOCKET, f"{SOCKET}.lock"):
        (folder / name).unlink(missing_ok=True)


def _can_hold_socket(folder: Path) -> bool:
    """Long paths cannot, and neither can some shared folders of virtual machines."""
    path = folder / SOCKET
    if len(os.fsencode(path)) > _PATH_LIMIT:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
    path.unlink()
    return True


def _private_folder(cluster: Path, binaries: Binaries) -> Path:
    """The same for every start, unless another user has taken the name in the shared /tmp."""
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"seedbed-{os.geteuid()}-{digest}"
    if not folder.is_symlink():
        folder.mkdir(mode=0o700, exist_ok=True)
        owners = {os.geteuid(), binaries.user.uid if binaries.user else os.geteuid()}
        if folder.stat().st_uid in owners:
            return folder
    return Path(tempfile.mkdtemp(prefix="seedbed-"))
