#!/bin/sh
# Becomes dist/fbuild.sh, and dist/fbuild where there is no C compiler: finds Node and hands over. No process is started on
# the usual path but Node itself.
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=${self%/*}/$target ;;
  esac
done
case $self in
  */*) dist=${self%/*} ;;
  *) dist=. ;;
esac

node=${FBUILD_NODE:-}
if [ -z "$node" ]; then
  # By its package too: npm before 11 does not always make the link.
  for node in "$dist"/../node_modules/.bin/node "$dist"/../node_modules/node-linux-*/bin/node node; do
    [ ! -x "$node" ] || break
  done
fi
if ! command -v "$node" >/dev/null; then
  echo "fbuild: Node 22.19 or newer not found. Run npm ci in fbuild's folder, or let FBUILD_NODE name a node executable" >&2
  exit 3
fi
use=${FBUILD_DAEMON:-on}
for word; do
  [ "$word" != --no-daemon ] || use=off
done
# launcher.cjs asks the daemon, and goes on with start.cjs where it cannot; start.cjs refuses a Node that is too old.
if [ "$use" != off ] || [ "${1:-}" = daemon ]; then
  exec "$node" "$dist/launcher.cjs" "$@"
fi
# The young generation as large as a build needs it: collecting less often spares a tenth of a cold build's own time. Not
# larger either: with ten thousand sources it would grow to 130 MB and be no faster.
exec "$node" --min-semi-space-size=16 --max-semi-space-size=16 "$dist/start.cjs" "$@"
