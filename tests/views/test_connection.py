"""Whatever is wrong with a server or a key ends in one sentence that says what to do."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import pytest
import trustme
from pytest_httpserver import HTTPServer

from leumund.errors import LeumundError, Misconfigured, Unavailable
from leumund.views import connection

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
INFO = {"version": {"number": "9.4.3"}, "tagline": "You Know, for Search"}
PIPELINE = Path(__file__).parents[2] / "pipeline"
SECRET = "c2VjcmV0LWtleQ=="


@contextmanager
def _served(authority: trustme.LeafCert) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_cert(context)
    with HTTPServer(ssl_context=context) as server:
        server.expect_request("/").respond_with_json(INFO, headers=PRODUCT)
        yield server


def _said(url: str, *, ca_file: str = "", fingerprint: str = "") -> LeumundError:
    with (
        pytest.raises(LeumundError) as caught,
        closing(
            connection.opened(url, ca_file=ca_file, fingerprint=fingerprint, api_key=SECRET)
        ) as client,
    ):
        connection.version(client)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert "\n" not in str(caught.value)
    return caught.value


def _saved(authority: trustme.CA, folder: Path) -> str:
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "elasticsearch", None)
    with pytest.raises(Misconfigured, match=r"pip install 'leumund\[elastic\]'"):
        connection.opened("http://localhost:9200")


def test_the_base_install_can_import_all_that_uses_elasticsearch() -> None:
    names = ["blueprint", "connection", "differences", "generations", "indices", "places", "roles"]
    code = "import sys; sys.modules['elasticsearch'] = sys.modules['elastic_transport'] = None; "
    code += "; ".join(f"import leumund.views.{name}" for name in names)
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(PIPELINE)})


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("localhost:9200", {}, "must look like https://host:9200"),
        ("https://localhost:geheim", {}, "must look like https://host:9200"),
        ("https://[::1", {}, "must look like https://host:9200"),
        ("https://elastic:geheim@localhost:9200", {}, "holds a name or password"),
        ("http://localhost:9200", {"fingerprint": "a" * 64}, "need an .* https://"),
        ("https://localhost:9200", {"fingerprint": "geheim"}, "64 hex digits"),
        ("https://localhost:9200", {"ca_file": "/nowhere/ca.pem"}, "/nowhere/ca.pem is not there"),
        ("https://localhost:9200", {"api_key": "geheim ü"}, "blanks or umlauts"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_and_not_shown(
    url: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said) as caught:
        connection.opened(
            url,
            ca_file=options.get("ca_file", ""),
            fingerprint=options.get("fingerprint", ""),
            api_key=options.get("api_key", ""),
        )
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate", encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"ca\.pem is not there or no certificate"):
        connection.opened("https://localhost:9200", ca_file=str(path))


def test_a_server_that_is_away_is_asked_again() -> None:
    with create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    assert isinstance(_said(f"http://localhost:{port}"), Unavailable)


def test_a_server_that_does_not_answer_in_time_is_asked_again() -> None:
    with create_server(("localhost", 0)) as silent:
        url = f"http://localhost:{silent.getsockname()[1]}"
        with (
            pytest.raises(Unavailable, match="did not answer in time"),
            closing(connection.opened(url, timeout=0.2)) as client,
        ):
            connection.version(client)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_when_it_wants(httpserver: HTTPServer, status: int) -> None:
    headers = {**PRODUCT, "Retry-After": "7"}
    httpserver.expect_request("/").respond_with_data("", status=status, headers=headers)
    error = _said(httpserver.url_for(""))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, {"type": "security_exception", "reason": "no"}, "unknown or wrong"),
        (
            401,
            {
                "type": "security_exception",
                "reason": "no",
                "additional_unsuccessful_credentials": "API key: api key is expired",
            },
            "has expired",
        ),
        (
            403,
            {"type": "security_exception", "reason": "action [indices:admin/delete] is not ours"},
            r"may not do this .*\(indices:admin/delete\)",
        ),
        (404, {"type": "index_not_found_exception", "reason": "no such index [x]"}, "schema apply"),
        (400, {"type": "media_type_header_exception", "reason": "9"}, "another version"),
        (400, {"type": "illegal_argument_exception", "reason": "a bad b"}, "refused .*a bad b"),
    ],
)
def test_what_a_person_must_put_right_is_said(
    httpserver: HTTPServer, status: int, error: dict[str, str], said: str
) -> None:
    body = {"error": {"root_cause": [error], **error}, "status": status}
    httpserver.expect_request("/").respond_with_json(body, status=status, headers=PRODUCT)
    found = _said(httpserver.url_for(""))
    assert isinstance(found, Misconfigured)
    with pytest.raises(Misconfigured, match=said):
        raise found


@pytest.mark.parametrize("status", [403, 429])
def test_a_full_disk_is_waited_for(httpserver: HTTPServer, status: int) -> None:
    error = {"type": "cluster_block_exception", "reason": "flood stage"}
    httpserver.expect_request("/").respond_with_json(
        {"error": error}, status=status, headers=PRODUCT
    )
    found = _said(httpserver.url_for(""))
    assert isinstance(found, Unavailable)
    assert "disk is full" in str(found)


def test_what_is_no_elasticsearch_is_told_from_an_old_one(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/").respond_with_json(INFO)
    assert "no Elasticsearch 9" in str(_said(httpserver.url_for("")))
    httpserver.expect_ordered_request("/").respond_with_json(
        {"version": {"number": "8.19.3"}}, headers=PRODUCT
    )
    assert "another version (8.19.3)" in str(_said(httpserver.url_for("")))


def test_a_certificate_is_believed_by_its_authority_or_fingerprint(tmp_path: Path) -> None:
    root = trustme.CA()
    between = root.create_child_ca()
    leaf = between.issue_cert("localhost")
    shown = [ssl.PEM_cert_to_DER_cert(one.bytes().decode()) for one in leaf.cert_chain_pems]
    prints = [hashlib.sha256(one).hexdigest() for one in shown]
    spelled = ":".join(prints[0][at : at + 2] for at in range(0, 64, 2)).upper()
    ways = [(_saved(root, tmp_path), ""), *(("", one) for one in (spelled, *prints))]
    with _served(leaf) as server:
        for ca_file, fingerprint in ways:
            url = server.url_for("")
            opened = connection.opened(url, ca_file=ca_file, fingerprint=fingerprint)
            with closing(opened) as client:
                assert connection.version(client) == "9.4.3"


def test_a_certificate_that_is_not_believed_is_described(tmp_path: Path) -> None:
    ours, other = trustme.CA(), trustme.CA()
    old = ours.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    named = ours.issue_cert("elsewhere.example")
    for leaf, said in (
        (other.issue_cert("localhost"), "authority that is not believed"),
        (old, "out of date"),
        (named, "made out to another name"),
    ):
        with _served(leaf) as server:
            error = _said(server.url_for(""), ca_file=_saved(ours, tmp_path))
            assert isinstance(error, Misconfigured)
            assert said in str(error)
    with _served(other.issue_cert("localhost")) as server:
        error = _said(server.url_for(""), fingerprint="0" * 64)
        assert isinstance(error, Misconfigured)
        assert "another fingerprint" in str(error)


def test_http_and_https_taken_for_each_other_are_told_apart(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    error = _said(httpserver.url_for("").replace("http://", "https://"))
    assert isinstance(error, Misconfigured)
    assert "does not speak TLS" in str(error)
    with _served(trustme.CA().issue_cert("localhost")) as server:
        assert "write https://" in str(_said(server.url_for("").replace("https://", "http://")))


def test_a_key_may_be_given_as_id_and_secret(httpserver: HTTPServer) -> None:
    expected = {"Authorization": "ApiKey aWQ6c2VjcmV0"}
    httpserver.expect_request("/", headers=expected).respond_with_json(INFO, headers=PRODUCT)
    for key in ("id:secret", "aWQ6c2VjcmV0\n"):
        with closing(connection.opened(httpserver.url_for(""), api_key=key)) as client:
            assert connection.version(client) == "9.4.3"
