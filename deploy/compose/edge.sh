#!/bin/sh
# Puts nginx's folder together in memory: the files of deploy/nginx, and the function that the server has written.
set -eu
for file in /nginx/*; do
  case $file in */cache) ;; *) cp -R "$file" /edge/ ;; esac
done
cp /function/edge.js /edge/
exec nginx -e stderr -p /edge -c nginx.conf
