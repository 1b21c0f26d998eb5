"""Starts a complete Airflow on this machine with our DAGs loaded: what `make airflow` runs."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

import leumund
from leumund import config
from leumund.errors import LeumundError, Misconfigured, Unavailable

DAGS = ("alert", "publish", "reputation", "enrich", "maintain", "collect")
"""Ours, downstream first: whoever listens is awake before anybody speaks."""

POOLS = {"gpu": (1, "Slots for tasks that hold a model"), "sources": (4, "Sources asked at once")}
USER = "admin"
LOG = "standalone.log"
WITHIN, STOP, PAUSE = 300.0, 30.0, 0.5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """A running Airflow: where it listens, who may log in, where its files lie."""

    url: str
    folder: Path
    password: str
    session: httpx2.Client
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer of the REST API below /api/v2.

        Raises:
            Unavailable: another answer than success.
        """
        answer = self.session.request(method, f"/api/v2/{path}", json=body)
        if answer.is_error:
            raise Unavailable(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return dict(answer.json())

    def trigger(self, dag: str) -> str:
        """Starts a run of a DAG; returns its name."""
        return str(self.ask("POST", f"dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"])

    def wake(self, *dags: str) -> None:
        """Lets DAGs run, in the order given."""
        for dag in dags:
            self.ask("PATCH", f"dags/{dag}?update_mask=is_paused", {"is_paused": False})


@contextmanager
def running(
    home: Path, *, settings: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """An Airflow with our pools and DAGs, the heads still paused; stopped with all its processes.

    Args:
        home: LEUMUND_HOME; Airflow keeps its own files below it, in `airflow/`.
        settings: the leumund.toml that the tasks read.
        environment: further variables, which win over ours.

    Raises:
        Misconfigured: Airflow or the DAGs are not there, or it runs already in this home.
        Unavailable: it did not come up; names the log.
    """
    folder = home.resolve() / "airflow"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # Airflow keeps its keys and the password there
    port, *others = free_ports(3)
    variables = {**os.environ, **_variables(folder, settings, port, *others), **(environment or {})}
    with _locked(folder) as lock, (folder / LOG).open("wb") as log:
        # a session of its own: a background child of a shell ignores SIGINT, and one signal
        # has to reach the children too
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [_program(), "standalone"],
            env=variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock],
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as session:
                yield _ready(session, process, folder)
        finally:
            _stop(process)


def until(found: Callable[[], T], *, within: float, what: str) -> T:
    """The first answer of `found` that is not empty, asked again and again.

    A busy Airflow on SQLite answers 500 now and then, so that is no answer yet.

    Raises:
        Unavailable: none came within that many seconds; says what was wrong last.
    """
    end, last = time.monotonic() + within, ""
    while time.monotonic() < end:
        try:
            if answer := found():
                return answer
        except Unavailable as error:
            last = f" ({error})"
        time.sleep(PAUSE)
    raise Unavailable(f"{what}: not within {within:.0f} s{last}")


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """A lock that also the child holds: two Airflows in one folder would fight over its tasks."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(f"Airflow runs already in {folder}") from None
        yield lock.fileno()


def _program() -> str:
    program = Path(sys.executable).with_name("airflow")
    if not program.exists():
        raise Misconfigured(f"{program} is missing; `make airflow` installs it")
    return str(program)


def _dags() -> Path:
    folder = Path(leumund.__file__).parents[2] / "dags"
    if not folder.is_dir():
        raise Misconfigured(f"{folder} is missing; start Airflow from a checkout of the repository")
    return folder


def _variables(folder: Path, settings: Path, port: int, *logs: int) -> dict[str, str]:
    """The environment of Airflow and its tasks; each of the three addresses must name the port."""
    url = f"http://127.0.0.1:{port}"
    airflow = {
        "CORE__DAGS_FOLDER": _dags(),
        "CORE__LOAD_EXAMPLES": False,
        "CORE__PARALLELISM": 4,
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": folder / "password.json",
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__BASE_URL": url,
        "LOGGING__WORKER_LOG_SERVER_PORT": logs[0],
        "LOGGING__TRIGGER_LOG_SERVER_PORT": logs[1],
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    paths = [str(Path(leumund.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {
        **{f"AIRFLOW__{key}": str(value) for key, value in airflow.items()},
        "AIRFLOW_HOME": str(folder),
        "LEUMUND_HOME": str(folder.parent),
        "LEUMUND_CONFIG": str(settings.resolve()),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def _ready(session: httpx2.Client, process: subprocess.Popen[bytes], folder: Path) -> Server:
    """The server once it is healthy, has our pools and knows our DAGs."""
    until(lambda: _healthy(session, process, folder), within=WITHIN, what="start of Airflow")
    password = str(json.loads((folder / "password.json").read_text("utf-8"))[USER])
    token = session.post("/auth/token", json={"username": USER, "password": password})
    session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    server = Server(str(session.base_url), folder, password, session, process)
    there = {pool["name"] for pool in server.ask("GET", "pools")["pools"]}
    for name, (slots, description) in POOLS.items():
        if name not in there:
            body = {"name": name, "slots": slots, "description": description}
            server.ask("POST", "pools", body)
    until(lambda: _parsed(server), within=WITHIN, what="reading of the DAGs")
    return server


def _healthy(session: httpx2.Client, process: subprocess.Popen[bytes], folder: Path) -> bool:
    if process.poll() is not None:
        raise Unavailable(f"Airflow has ended; {folder / LOG} says why")
    try:
        answer = session.get("/api/v2/monitor/health")
    except httpx2.TransportError:
        return False
    return answer.is_success and all(part["status"] == "healthy" for part in answer.json().values())


def _parsed(server: Server) -> bool:
    for error in server.ask("GET", "importErrors")["import_errors"]:
        raise Misconfigured(f"{error['filename']}: {error['stack_trace']}")
    return {dag["dag_id"] for dag in server.ask("GET", "dags")["dags"]} >= set(DAGS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it with all its processes; tasks have groups of their own and need a second look."""
    import psutil  # type: ignore[import-untyped]

    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP)
    _, alive = psutil.wait_procs(family, timeout=STOP)
    for one in alive:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.kill()
    process.wait()


def main() -> None:
    """Run until Ctrl-C, with all DAGs awake."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = Path(os.environ.get("LEUMUND_CONFIG") or "leumund.toml")
    say = sys.stdout.write
    try:
        config.load(settings)
        say("Airflow starts, about half a minute …\n")
        with running(config.home(), settings=settings) as server:
            server.wake(*DAGS)
            say(f"{server.url}  login: {USER}, password: {server.password}  (Ctrl-C stops it)\n")
            sys.stdout.flush()
            server.process.wait()
    except KeyboardInterrupt:
        say("stopped\n")
    except LeumundError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
