#!/usr/bin/env bash
# The trials of FlixList on PostgreSQL: nodes and servers that are killed, a fail-over to a replica, too few
# connections, readers that go away, a server that hangs, a full disk, PgBouncer, a show that everybody has, ten nodes
# that start at once.
#
#   bench/reliability.sh [--keep] [TRIAL ...]       all of them, or only those that are named: node-kill server-kill
#                                                   slow-disk failover connections departure pause
#                                                   disk-full bouncer crowd start
#
# It builds nothing: `make build` does. FLIXLIST_BINARY names another program than .build/release/flixlist; TMPDIR says
# on which disk the data lies, --keep leaves it there. What this machine does not allow is skipped, and said.
# bench/reliability.py does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'reliability: %s\n' "$*" >&2
    exit 1
}

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first."
command -v python3 >/dev/null || fail "python3 is missing; please install it."

# The newest PostgreSQL that is installed.
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(readlink -f "$(command -v initdb || true)")")
[ -x "$bin/initdb" ] && [ -x "$bin/psql" ] || fail "there is no PostgreSQL here: run 'make setup SET=test'."

# Nothing of the caller's own site or server may get in.
for name in $(compgen -e FLIXLIST_ || true) $(compgen -e PG || true); do unset "$name"; done
exec python3 bench/reliability.py --binary "$binary" --postgres "$bin" "$@"
