#!/bin/sh
# What every container of ours does first: it joins the team's leumund.toml with the addresses that
# only the containers know, writes Airflow's login where one is handed in, and becomes the command.
set -eu

lacks() {
  ! grep -Eq "^[[:space:]]*\[$1\]" "$LEUMUND_TEAM_SETTINGS"
}

if [ -n "${LEUMUND_TEAM_SETTINGS:-}" ]; then
  cat "$LEUMUND_TEAM_SETTINGS" >"$LEUMUND_CONFIG"
  if lacks elasticsearch; then
    cat >>"$LEUMUND_CONFIG" <<TABLE

[elasticsearch]
url = "https://elasticsearch:9200"
ca_file = "/etc/leumund/ca/ca.crt"
TABLE
  fi
  if lacks kibana; then
    cat >>"$LEUMUND_CONFIG" <<TABLE

[kibana]
url = "http://kibana:5601"
public_url = "$LEUMUND_KIBANA_PUBLIC_URL"
TABLE
  fi
fi

if [ -n "${LEUMUND_AIRFLOW_PASSWORD:-}" ]; then
  (
    umask 077
    python -c 'import json, os; print(json.dumps({"admin": os.environ["LEUMUND_AIRFLOW_PASSWORD"]}))' \
      >"$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
  )
fi

exec "$@"
