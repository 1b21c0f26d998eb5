"""docker-compose.yml keeps to the Compose specification and to rules of our own."""

from __future__ import annotations

import importlib.util
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from containers.composition import ROOT, broken_rules, filled_in, texts, variables

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
PG_CHECK = 'healthcheck:\n      test: ["CMD", "pg_isready"'
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
ENVIRONMENT = runpy.run_path(str(ROOT / "docker/env.py"))


def values() -> dict[str, str]:
    """What `make env` would write."""
    lines = ENVIRONMENT["filled"](EXAMPLE).splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]", line))


def specification(folder: Path, document: object) -> subprocess.CompletedProcess[str]:
    """The verdict of the Compose specification's JSON schema."""
    path = folder / "docker-compose.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    schema = ["--builtin-schema", "vendor.compose-spec"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_keeps_to_the_compose_specification(tmp_path: Path) -> None:
    verdict = specification(tmp_path, filled_in(DOCUMENT, values()))
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_the_specification_refuses_a_key_it_does_not_know(tmp_path: Path) -> None:
    document = filled_in(DOCUMENT, values())
    document["services"]["kibana"]["mem_limt"] = "1g"
    verdict = specification(tmp_path, document)
    assert verdict.returncode == 1
    assert "mem_limt" in verdict.stdout


def test_it_keeps_to_our_own_rules() -> None:
    assert broken_rules(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("postgres:17.11-bookworm", "postgres:latest", "postgres: image postgres:latest is not"),
        ("target: cuda", "target: gpu", "airflow-worker-gpu: image leumund:cuda is not named"),
        ('"127.0.0.1:${LEUMUND_KIBANA_PORT', '"${LEUMUND_KIBANA_PORT', "kibana: port"),
        ("REDIS_PASSWORD:?is", "REDIS_PASSWORD:-is", "$LEUMUND_REDIS_PASSWORD: a secret with"),
        ("JWT_SECRET:?is", "JWT_SECRET-is", "$LEUMUND_AIRFLOW_JWT_SECRET: neither a default"),
        ("  ELASTIC_PASSWORD: ", "  ELASTIC_PASSWORD: a", "ELASTIC_PASSWORD is written into"),
        ("://airflow:", "://airflow:a", "SQL_ALCHEMY_CONN is written into the file"),
        ("./docker/kibana.yml", "./docker/kibana.yaml", "kibana: ./docker/kibana.yaml does not"),
        ("kibana.yml:ro", "kibana.yml", "kibana: ./docker/kibana.yml may be written"),
        ("- kibana:/usr", "- kibaba:/usr", "kibana: volume kibaba is not declared"),
        ("      - kibana:/usr/share/kibana/data\n", "", "volume kibana is not used"),
        ("    mem_limit: 512m\n", "", "postgres: may take all the memory"),
        (PG_CHECK, f"x-{PG_CHECK}", "airflow-init: waits for the health of postgres, which"),
        (PG_CHECK, f"x-{PG_CHECK}", "postgres: nobody asks whether it lives"),
        ("profiles: [celery, gpu]", "profiles: [celery]", "airflow-worker-gpu: waits for redis"),
        ("    profiles: [celery]\n", "", "airflow-worker: waits for redis, which its profile"),
        ("redis: { condition", "rebis: { condition", "waits for rebis, which does not exist"),
        ('restart: "no"', "restart: always", "waits for the end of airflow-init, which is"),
        ("  init: true\n", "  privileged: true\n", "airflow-init: has the rights of the host"),
    ],
)
def test_each_rule_is_noticed_when_broken(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    assert any(problem in found for found in broken_rules(TEXT.replace(old, new)))


def test_every_variable_is_known_to_the_example_and_every_one_there_is_used() -> None:
    used = {one.name for value in texts(DOCUMENT) for one in variables(value)}
    known = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE, re.MULTILINE))
    assert known - {"COMPOSE_PROFILES"} == used  # that one is read by Compose itself


def test_a_missing_secret_stops_it_with_what_to_do() -> None:
    for name in re.findall(r"^([A-Z][A-Z0-9_]*)=$", EXAMPLE, re.MULTILINE):
        with pytest.raises(KeyError, match=rf"{name}.*make env"):
            filled_in(DOCUMENT, values() | {name: ""})


def test_kibana_finds_every_variable_of_its_settings() -> None:
    settings = yaml.safe_load((ROOT / "docker/kibana.yml").read_text("utf-8"))
    needed = {one.name for value in texts(settings) for one in variables(value)}
    assert needed == SERVICES["kibana"]["environment"].keys()
    assert settings["i18n.locale"] == "de-DE"


def test_no_setting_of_kibana_reaches_its_command_line() -> None:
    # the image turns SERVER_NAME into --server.name, and a list of processes shows the value
    prefixes = ("ELASTICSEARCH_", "XPACK_", "SERVER_", "I18N_", "TELEMETRY_")
    assert not [name for name in SERVICES["kibana"]["environment"] if name.startswith(prefixes)]


def test_elasticsearch_is_secure_and_on_the_free_licence() -> None:
    settings = SERVICES["elasticsearch"]["environment"]
    assert settings["xpack.license.self_generated.type"] == "basic"
    for key in ("xpack.security.enabled", "xpack.security.http.ssl.enabled"):
        assert settings[key] == "true"
    images = {SERVICES[name]["image"].rpartition(":")[2] for name in ("elasticsearch", "kibana")}
    assert len(images) == 1, "Elasticsearch and Kibana are of one version"


def test_every_airflow_setting_exists() -> None:
    spec = importlib.util.find_spec("airflow")
    assert spec is not None and spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    known = yaml.safe_load((folder / "config_templates/config.yml").read_text("utf-8"))
    known["celery"] = {"options": {"broker_url", "result_backend"}}  # of a provider not installed
    names = {
        name
        for service in SERVICES.values()
        for name in service.get("environment", {})
        if name.startswith("AIRFLOW__")
    }
    assert names
    for name in names:
        _, section, option = name.lower().split("__")
        assert option in known[section]["options"], name


def test_who_runs_tasks_sees_the_record_and_nobody_else() -> None:
    holders = {
        name
        for name, service in SERVICES.items()
        if any(mount.startswith("record:") for mount in service.get("volumes", ()))
    }
    assert holders == {"airflow-init", "airflow-scheduler", "airflow-worker", "airflow-worker-gpu"}


def test_the_administrator_password_reaches_only_those_who_set_up() -> None:
    holders = {
        name
        for name, service in SERVICES.items()
        if any("LEUMUND_ELASTICSEARCH_PASSWORD" in value for value in texts(service))
    }
    assert holders == {"elasticsearch", "kibana-login", "airflow-init"}
