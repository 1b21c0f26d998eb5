"""Answers on loopback as Kibana does: keeps spaces and objects, and refuses what does not fit."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from trustme import LeafCert
from views.kibana_contract import Asked, Broken, check_answer

Answer = tuple[int, Any]
ADDED = {
    "created_at": "2026-11-24T10:00:00.000Z",
    "updated_at": "2026-11-24T10:00:00.000Z",
    "version": "WzEyLDFd",
    "managed": False,
}
"""What an export adds to an object."""

MIGRATED = {"dashboard": "10.3.0", "lens": "10.1.0", "search": "10.9.0", "visualization": "10.0.0"}
"""Formats to which Kibana 9 brings the objects of 8.12."""


class Kibana:
    """What the server holds and how it answers; a test sets `refuse` to break one operation."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.key = "aWQ6Z2VoZWlt"
        self.spaces: dict[str, dict[str, Any]] = {"default": {"id": "default", "name": "Default"}}
        self.objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.refuse: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.broken: list[str] = []

    def answer(self, asked: Asked, authorization: str) -> Answer:
        self.asked.append(asked.operation)
        if asked.operation in self.refuse:
            return self.refuse[asked.operation]
        known = authorization == f"ApiKey {self.key}"
        if asked.operation == "status":
            return 200, self._status() if known else {"status": {"overall": {"level": "available"}}}
        if not known:
            return refused(401, "Unauthorized", "[security_exception]: unable to authenticate")
        handler = getattr(self, f"_{asked.operation}")
        answer: Answer = handler(asked)
        return answer

    def _status(self) -> dict[str, Any]:
        """8.12 and 9.x name the same parts; 9.x adds the flavour and the date."""
        version = {
            "number": self.version,
            "build_hash": "0" * 40,
            "build_number": 70088,
            "build_snapshot": False,
        }
        if self.version.startswith("9"):
            version |= {"build_flavor": "traditional", "build_date": "2026-10-01T08:00:00.000Z"}
        overall = {"level": "available", "summary": "All services and plugins are available"}
        return {"name": "kibana", "uuid": "u", "version": version, "status": {"overall": overall}}

    def _space(self, asked: Asked) -> Answer:
        found = self.spaces.get(asked.path["id"])
        return (200, found) if found else refused(404, "Not Found", "Not Found")

    def _createSpace(self, asked: Asked) -> Answer:
        if asked.body["id"] in self.spaces:
            return refused(409, "Conflict", "A space with this identifier already exists.")
        self.spaces[asked.body["id"]] = {"disabledFeatures": [], **asked.body}
        return 200, self.spaces[asked.body["id"]]

    def _import(self, asked: Asked) -> Answer:
        space, errors, taken = asked.path["id"], [], []
        given = {(one["type"], one["id"]) for one in asked.body["file"]}
        for one in asked.body["file"]:
            target = (space, one["type"], one["id"])
            points = {(r["type"], r["id"]) for r in one["references"]}
            away = [p for p in points - given if (space, *p) not in self.objects]
            if away:
                lost = [{"type": kind, "id": name} for kind, name in away]
                errors.append(_failed(one, {"type": "missing_references", "references": lost}))
            elif target in self.objects and asked.query.get("overwrite") != "true":
                errors.append(_failed(one, {"type": "conflict"}))
            else:
                self.objects[target] = self._migrated(one)
                taken.append({"type": one["type"], "id": one["id"], "managed": False})
        answer = {"success": not errors, "successCount": len(taken), "warnings": []}
        return 200, {
            **answer,
            **({"successResults": taken} if taken else {}),
            **({"errors": errors} if errors else {}),
        }

    def _export(self, asked: Asked) -> Answer:
        keys = [(asked.path["id"], one["type"], one["id"]) for one in asked.body["objects"]]
        away = [key for key in keys if key not in self.objects]
        if away:
            missing = {"statusCode": 404, "error": "Not Found", "message": "Saved object not found"}
            lost = [{"type": kind, "id": name, "error": missing} for _, kind, name in away]
            status, body = refused(400, "Bad Request", "Error fetching objects to export")
            return status, {**body, "attributes": {"objects": lost}}
        lines = [json.dumps({**self.objects[key], **ADDED}, ensure_ascii=False) for key in keys]
        return 200, "\n".join(lines)

    def _migrated(self, one: dict[str, Any]) -> dict[str, Any]:
        """Kibana 9 stores objects in formats of its own and completes them."""
        if self.version.startswith("8"):
            return one
        attributes = dict(one["attributes"])
        if one["type"] == "dashboard":
            group = {**attributes["controlGroupInput"], "showApplySelections": False}
            attributes["controlGroupInput"] = group
        version = MIGRATED.get(one["type"], one["typeMigrationVersion"])
        return {**one, "attributes": attributes, "typeMigrationVersion": version}


def refused(status: int, error: str, message: str) -> Answer:
    """An error in Kibana's form."""
    return status, {"statusCode": status, "error": error, "message": message}


def _failed(one: dict[str, Any], error: dict[str, Any]) -> dict[str, Any]:
    title = one["attributes"].get("title", "")
    return {"type": one["type"], "id": one["id"], "meta": {"title": title}, "error": error}


@contextmanager
def serving(kibana: Kibana, *, certificate: LeafCert | None = None) -> Iterator[str]:
    """The server at an address of its own; requests that broke the contract stand in `broken`."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                asked = Asked(self.command, self.path, self.headers, raw)
                status, body = kibana.answer(asked, self.headers.get("Authorization", ""))
                check_answer(asked.operation, status, body)
            except Broken as broken:
                kibana.broken.append(str(broken))
                status, body = refused(400, "Bad Request", f"contract: {broken}")
            self._send(status, body)

        do_GET = do_POST = do_PUT = do_DELETE = _handle

        def _send(self, status: int, body: Any) -> None:
            text = isinstance(body, str)
            raw = (body if text else json.dumps(body)).encode()
            kind = "application/ndjson" if text else "application/json; charset=utf-8"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("kbn-name", "kibana")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        start = "https://localhost" if certificate else "http://127.0.0.1"
        yield f"{start}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
