"""A PostgreSQL server on loopback in a folder of its own, without fsync, gone with its tests."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import program

USER, PASSWORD = "timebooks", "canary-password"


@dataclass(frozen=True)
class Server:
    """Where it listens; `programs`: the folder of its programs."""

    port: int
    folder: Path
    programs: Path

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"books_{secrets.token_hex(4)}"
        self.sql(f"create database {name}", "postgres")
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def sql(self, text: str, database: str) -> str:
        """What psql answers, without decoration."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", database]
        done = subprocess.run(
            [self.programs / "psql", *where, "-qAtc", text],
            env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, check=True)
        return done.stdout.strip()


def _as_other(folder: Path) -> list[str]:
    """PostgreSQL refuses root: then the account postgres, or nobody, gets the folder."""
    if os.getuid():
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, account)
    return [program("setpriv"), f"--reuid={account}", "--clear-groups"]


def _found() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return (folders[-1] if folders else Path(program("postgres")).resolve()).parent


@contextmanager
def server():
    """A running server, trusting nobody without the password. Without PostgreSQL the tests skip; on CI they fail."""
    programs = _found()
    folder = Path(tempfile.mkdtemp(prefix="tb-pg-", dir="/tmp"))   # the path of a socket has to be short
    as_other = _as_other(folder)
    word = folder / "word"
    word.write_text(PASSWORD, encoding="utf-8")
    word.chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(name: str, *given: object) -> None:
        subprocess.run([*as_other, programs / name, "-D", folder / "data", *map(str, given)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    try:
        run("initdb", "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}", "--no-sync", "--no-locale", "-E", "UTF8")
        given = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        run("pg_ctl", "-w", "-l", folder / "log", "-o", given, "start")
        try:
            yield Server(port, folder, programs)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
