#!/bin/bash
# Makes a certificate authority of our own and the certificate of Elasticsearch, once.
# /certificates is for the server alone; /authority holds what everybody needs to check it.
set -euo pipefail
umask 027
here=/certificates # the tool looks for relative paths elsewhere
cd "$here"

if [ ! -f ca/ca.crt ]; then
  rm -f ca.zip
  elasticsearch-certutil ca --silent --pem --days 3650 --out "$here/ca.zip"
  unzip -qo ca.zip && rm ca.zip
fi
if [ ! -f elasticsearch/elasticsearch.crt ]; then
  rm -f server.zip
  elasticsearch-certutil cert --silent --pem --days 1095 --out "$here/server.zip" \
    --name elasticsearch --dns elasticsearch,localhost --ip 127.0.0.1 \
    --ca-cert "$here/ca/ca.crt" --ca-key "$here/ca/ca.key"
  unzip -qo server.zip && rm server.zip
fi

chown -R root:root .
find . -type d -exec chmod 750 {} +
find . -type f -exec chmod 640 {} +
chmod 600 ca/ca.key
cp ca/ca.crt /authority/ca.crt
chmod 755 /authority
chmod 644 /authority/ca.crt
