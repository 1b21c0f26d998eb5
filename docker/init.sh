#!/bin/sh
# Prepares everything before the services start: tables, pools and DAGs of Airflow, then roles and
# keys, index templates and dashboards. Every step may be repeated; what a team changed stays.
set -eu

leumund check
airflow db migrate
pools=$(python -c '
from leumund.testing.airflow import POOLS
for name, (slots, description) in POOLS.items():
    print(name, slots, description)')
echo "$pools" | while read -r name slots description; do
  airflow pools get "$name" >/dev/null 2>&1 || airflow pools set "$name" "$slots" "$description"
done
airflow dags reserialize

leumund elastic setup
leumund schema apply
leumund kibana apply
