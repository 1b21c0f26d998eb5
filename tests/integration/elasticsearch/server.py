"""Starts a real Elasticsearch on the loopback for tests, without Docker, and stops it again.

Each start gets a folder of its own for settings, data and logs; nothing is left of it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from elasticsearch import ApiError, Elasticsearch, TransportError
from integration.elasticsearch.distribution import find_java, unpacked

from leumund.testing.airflow import free_ports, until

NOBODY = 65534
WITHIN, STOP = 300.0, 30.0

QUICK = ("-XX:TieredStopAtLevel=1",)  # up in half the time, slower afterwards
OPEN = {"xpack.security.enabled": "false"}
TLS = {
    "xpack.security.enabled": "true",
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.key": "http.key",
    "xpack.security.http.ssl.certificate": "http.crt",
}

# Ends the server and clears up when we close the pipe, and so also when we are killed.
WATCHED = """
exec 3<&0
"$0" & server=$!
{
  read -r _ <&3
  kill "$server"
  while kill -0 "$server"; do sleep 0.2; done
  rm -rf "$1"
} 2>/dev/null &
wait "$server"
"""


class Broken(Exception):
    """The server did not come up; says why."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An Elasticsearch that answers: where, and with which certificate authority and password."""

    url: str
    ca_file: Path | None = None
    password: str = ""
    user: str = "elastic"

    def client(self, **options: Any) -> Elasticsearch:
        """A client with all rights; `options` are those of `Elasticsearch` and win over ours."""
        if self.ca_file:
            ours = {"ca_certs": str(self.ca_file), "basic_auth": (self.user, self.password)}
            options = {**ours, **options}
        return Elasticsearch(self.url, **{"request_timeout": 60, **options})


@contextmanager
def running(
    *,
    security: bool = False,
    heap: str = "512m",
    java_options: Sequence[str] = QUICK,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """A server of our own, with TLS and users on request; gone at the end with all its files.

    Args:
        security: switch TLS and users on.
        heap: memory of the server, as Java writes it.
        java_options: () for one that compiles as in production, to measure with.
        settings: further lines of elasticsearch.yml.

    Raises:
        Missing: no JDK, no Maven, or Maven could not fetch the server.
        Broken: it did not come up; ends with the last lines of its log.
    """
    java, program = find_java(), unpacked()
    folder = Path(tempfile.mkdtemp(prefix="leumund-elasticsearch-"))
    [port], password = free_ports(1), secrets.token_hex(8) if security else ""
    lines = {**_settings(folder, port), **(TLS if security else OPEN), **(settings or {})}
    url = f"{'https' if security else 'http'}://localhost:{port}"
    cluster = Cluster(url, folder / "ca.crt" if security else None, password)
    try:
        _lay_out(folder, program, lines=lines, java=[f"-Xms{heap}", f"-Xmx{heap}", *java_options])
        if security:
            _certify(folder)
        _give_away(folder)
        if security:
            _set_password(folder, program, java, password)
        with _process(folder, program, java) as process:
            with cluster.client(request_timeout=5, max_retries=0) as client:
                log = folder / "start.log"
                until(lambda: _answers(client, process, log), within=WITHIN, what="its start")
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "cluster.name": "leumund-test",
        "network.host": "127.0.0.1",
        "http.port": str(port),
        "transport.port": "0",
        "discovery.type": "single-node",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
    }


def _lay_out(folder: Path, program: Path, *, lines: Mapping[str, str], java: Sequence[str]) -> None:
    """Settings, and the empty folders that a start expects."""
    config = folder / "config"
    shutil.copytree(program / "config", config)
    for path in (config / "jvm.options.d", folder / "data", folder / "logs", folder / "tmp"):
        path.mkdir()
    written = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (config / "elasticsearch.yml").write_text(written, "utf-8")
    (config / "jvm.options.d" / "our.options").write_text("\n".join(java), "utf-8")


def _certify(folder: Path) -> None:
    """A certificate for the loopback, and the authority that signed it as `ca.crt`."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1", key_type=trustme.KeyType.RSA)
    issued.private_key_pem.write_to_path(str(folder / "config" / "http.key"))
    chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
    (folder / "config" / "http.crt").write_bytes(chain)
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))


def _give_away(folder: Path) -> None:
    """Elasticsearch refuses to run as root, so root steps down and hands over the files."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def _user() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _environment(folder: Path, java: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(folder / "config"),
        "ES_TMPDIR": str(folder / "tmp"),
    }


def _set_password(folder: Path, program: Path, java: Path, password: str) -> None:
    """Through standard input: a command line can be read by everybody on the machine."""
    tool = {"CLI_NAME": "keystore", "CLI_LIBS": "lib/tools/keystore-cli"}
    subprocess.run(
        [program / "bin" / "elasticsearch-cli", "add", "-x", "-f", "bootstrap.password"],
        env={**_environment(folder, java), **tool},
        input=password.encode(),
        capture_output=True,
        check=True,
        **_user(),
    )


@contextmanager
def _process(folder: Path, program: Path, java: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server, asked to stop at the end and killed where it does not."""
    with (folder / "start.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", WATCHED, program / "bin" / "elasticsearch", folder],
            env=_environment(folder, java),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
            **_user(),
        )
    assert process.stdin
    try:
        yield process
    finally:
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(client: Elasticsearch, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise Broken(f"Elasticsearch has ended: {log.read_text('utf-8', 'replace')[-2000:]}")
    with suppress(TransportError, ApiError):
        return bool(client.cluster.health(wait_for_status="yellow"))
    return False
