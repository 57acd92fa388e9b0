#!/bin/sh
# Installs the server's packages into this folder, for the architecture that the image is for, and npm's list of them beside
# this script. The server ends up among its packages as if it had been installed from the registry.
#
#     sh packages.sh <amd64|arm64> "<optional packages>"
set -eu
cpu=$1
test "$cpu" != amd64 || cpu=x64
container=$(dirname "$0")

node "$container/lock.mjs" /repository . --optional "$2"
cp /repository/.npmrc .
npm ci --omit=dev --os=linux --cpu="$cpu" --libc=glibc --ignore-scripts --no-audit --no-fund
npm sbom --sbom-format=cyclonedx --omit=dev --package-lock-only >"$container/npm.cdx.json"

rm node_modules/tintype node_modules/@tintype/url
mv packages/server node_modules/tintype
mv packages/url node_modules/@tintype/url
rm -rf packages package.json package-lock.json .npmrc node_modules/.bin node_modules/.package-lock.json
