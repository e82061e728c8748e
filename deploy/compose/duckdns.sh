#!/bin/sh
# Tells duckdns.org this machine's address every five minutes, and leaves a mark when that went well, which the health
# check looks at. Without a name to tell there is nothing to do. For sh, not bash: the image of curl has no other.
set -eu

updater=${DUCKDNS_UPDATER:-/opt/flixlist/duckdns/duckdns.sh}
mark=${DUCKDNS_MARK:-/tmp/told}

if [ -z "${DUCKDNS_DOMAINS:-}" ]; then echo "duckdns: DUCKDNS_DOMAINS names nothing, so nothing is told"; fi
trap 'kill $! 2>/dev/null; exit 0' TERM INT
while :; do
    if [ -z "${DUCKDNS_DOMAINS:-}" ] || "$updater" --once; then touch "$mark"; fi
    sleep "${DUCKDNS_SECONDS:-300}" &
    wait $!
done
