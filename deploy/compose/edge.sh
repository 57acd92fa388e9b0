#!/bin/sh
# Puts nginx's folder together in memory: the files of deploy/nginx, and the function that the server has written. Ends with 1
# while that is not there; Compose then starts it again.
set -eu
if ! test -f /function/edge.js; then
  echo 'The function is not written yet.' >&2
  sleep 1
  exit 1
fi
for file in /nginx/*; do
  case $file in */cache) ;; *) cp -R "$file" /edge/ ;; esac
done
cp /function/edge.js /edge/
exec nginx -e stderr -p /edge -c nginx.conf
