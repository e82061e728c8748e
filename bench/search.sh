#!/usr/bin/env bash
# How well and how fast the search finds among a million titles: the queries of bench/search-quality.tsv, each with the
# title or person meant, and their beginnings as one types, at a fixed rate.
#
#   bench/search.sh [--small] [--rate N] [--seconds N] [--keep FOLDER]
#
# Beside the starter catalogue it takes in 1,000,000 invented titles with 1,500,000 other names (bench/imdb.py), or
# 20,000 and 30,000 with --small; that takes some minutes and 2 GB of TMPDIR. 500 searches a second for 20 seconds, on
# PostgreSQL 100. --keep FOLDER keeps the data there for another run. Within scripts/with-postgres.sh the site is on
# that server. It builds nothing: `make build` does. FLIXLIST_BINARY names another program than
# .build/release/flixlist. bench/search.py does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'search: %s\n' "$*" >&2
    exit 1
}

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first."
command -v python3 >/dev/null || fail "python3 is missing; please install it."

# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done
exec python3 bench/search.py --binary "$binary" "$@"
