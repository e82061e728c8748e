#!/usr/bin/env bash
# An hour, or so many minutes, of pages and ticks at half of what the machine can do: memory must stay as it is.
#
#   bench/soak.sh [MINUTES]
#
# It builds nothing: `make build` does. FLIXLIST_BINARY names another program than .build/release/flixlist.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || {
    echo "soak: there is no program at $binary; run 'make build' first." >&2
    exit 1
}
# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done
exec python3 bench/soak.py --binary "$binary" "$@"
