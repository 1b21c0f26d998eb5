#!/bin/bash
# Makes a certificate authority of our own and the certificate of Elasticsearch, once.
# /certificates is for the server alone; /authority holds what everybody needs to check it.
set -euo pipefail
umask 027
cd /certificates

if [ ! -f ca/ca.crt ]; then
  rm -f ca.zip
  elasticsearch-certutil ca --silent --pem --days 3650 --out /certificates/ca.zip
  unzip -qo ca.zip && rm ca.zip
fi
if [ ! -f elasticsearch/elasticsearch.crt ]; then
  printf 'instances:\n  - name: elasticsearch\n    dns: [elasticsearch, localhost]\n    ip: ["127.0.0.1"]\n' >names.yml
  rm -f server.zip
  elasticsearch-certutil cert --silent --pem --days 1095 --in names.yml --out /certificates/server.zip \
    --ca-cert ca/ca.crt --ca-key ca/ca.key
  unzip -qo server.zip && rm server.zip
fi

chown -R root:root .
find . -type d -exec chmod 750 {} +
find . -type f -exec chmod 640 {} +
chmod 600 ca/ca.key
cp ca/ca.crt /authority/ca.crt
chmod 755 /authority
chmod 644 /authority/ca.crt
