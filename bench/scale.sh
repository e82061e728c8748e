#!/usr/bin/env bash
# How FlixList on PostgreSQL stands to the number of people: the same load with few and with many, two nodes
# against one, and where the time goes.
#
#   bench/scale.sh [--keep] [--rounds N] [--seconds N] [--parts PART,...] [USERS ...]
#
# 1000 and 100000 users of 300 plays each, or as many as are named; the first is what the others are compared with. The
# parts are compare, spread, profile and nodes. It builds nothing: `make build` does. The server is a throw-away one
# with fsync and synchronous_commit on (scripts/with-postgres.sh), or the one of TEST_POSTGRES where this runs within
# that script; there --keep leaves the databases for another run. 100,000 users take some 30 GB of /tmp, and 10 more
# while they are made. FLIXLIST_BINARY names another program than .build/release/flixlist. bench/scale.py does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'scale: %s\n' "$*" >&2
    exit 1
}

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first."
for tool in python3 wrk; do
    command -v "$tool" >/dev/null || fail "$tool is missing; please install it."
done

# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done
if [ -n "${TEST_POSTGRES:-}" ]; then exec python3 bench/scale.py --binary "$binary" "$@"; fi

# Memory for 23 GB of it; everything of durability as it comes. Indexes that are built write no log (wal_level).
export POSTGRES_OPTIONS="-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=4GB
    -c effective_cache_size=12GB -c maintenance_work_mem=1GB -c max_wal_size=8GB -c checkpoint_timeout=15min
    -c wal_level=minimal -c max_wal_senders=0"
POSTGRES_OPTIONS=${POSTGRES_OPTIONS//$'\n'/ }
exec scripts/with-postgres.sh python3 bench/scale.py --binary "$binary" "$@"
