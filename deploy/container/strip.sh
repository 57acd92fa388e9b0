#!/bin/sh
# Takes the names of functions out of a program of any architecture.
#
#     sh strip.sh <amd64|arm64> <file>
set -eu
case $1 in
  amd64) package=x86-64-linux-gnu tool=x86_64-linux-gnu-strip ;;
  arm64) package=aarch64-linux-gnu tool=aarch64-linux-gnu-strip ;;
  *) echo "expected amd64 or arm64, got $1" >&2 && exit 1 ;;
esac
apt-get update -qq
apt-get install -y -qq --no-install-recommends "binutils-$package" >/dev/null
"$tool" "$2"
