#!/bin/bash
# Gives the user kibana_system its password. Both passwords go through a pipe, so that no list of
# processes shows them.
set -euo pipefail

answer=$(
  curl --silent --show-error --cacert /authority/ca.crt --config - <<SETTINGS
url = "https://elasticsearch:9200/_security/user/kibana_system/_password"
user = "elastic:$LEUMUND_ELASTICSEARCH_PASSWORD"
header = "Content-Type: application/json"
data = "{\"password\": \"$LEUMUND_KIBANA_PASSWORD\"}"
SETTINGS
)
if [ "$answer" != "{}" ]; then
  echo "Kibana's password was not accepted: $answer" >&2
  echo "If LEUMUND_ELASTICSEARCH_PASSWORD was changed in .env: it counts only at the very first start." >&2
  exit 1
fi
