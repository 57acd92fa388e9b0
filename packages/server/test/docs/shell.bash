# A reader's terminal, in which the commands of a page run one after another. Servers run behind, one at a time, until the
# page ends. What needs a cloud, a cluster or an engine of containers is noted and not run.
set -euo pipefail
server=

tintype() { "${TINTYPE[@]}" "$@"; }

stop() {
  [ -z "$server" ] && return
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}
trap stop EXIT

start() {
  stop
  # Not the function: a signal to its subshell would not reach the server.
  TINTYPE_HTTP_LAME_DUCK_DELAY=0 "${TINTYPE[@]}" "$@" >server.log 2>&1 &
  server=$!
  for _ in $(seq 300); do
    grep -qi listening server.log && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "expected a server that listens: $*" >&2
  cat server.log >&2
  return 1
}

# The command of the package, or of an install beside the page's files.
npx() {
  [ "$1" = tintype ] || { elsewhere "npx $*"; return; }
  shift
  case "$1" in
    serve | dev) start "$@" ;;
    *) tintype "$@" ;;
  esac
}

curl() { command curl --fail-with-body --silent --show-error --max-time 30 "$@"; }

elsewhere() { echo "$*" >>elsewhere.log; }

# In a clone, which the reader's folder is none of.
npm() {
  case "$1" in
    start) TINTYPE_DEVELOPMENT=true IMGPROXY_LOCAL_FILESYSTEM_ROOT=$CLONE/samples start serve ;;
    *) elsewhere npm "$@" ;;
  esac
}
node() {
  [ -f "$CLONE/$1" ] || { echo "expected a program of the clone, got $1" >&2; return 1; }
  elsewhere node "$@"
}
for name in aws docker docker-compose podman buildah helm kubectl nginx varnishd haproxy wrk kubeconform sudo git cosign; do
  eval "$name() { elsewhere $name \"\$@\"; }"
done
