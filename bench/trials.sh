#!/usr/bin/env bash
# The timed, statistical, violent and long trials: kill -9, errors of the disk, lasting and now and then, a full disk,
# 50 writers at once, login times, 10,000 random histories against the model.
#
#   bench/trials.sh [kill|errors|flaky|full|writers|login|model ...]      all of them, or only those that are named
#
# It builds nothing: `make trials` does, the debug build of the tests for `model` among it. FLIXLIST_BINARY names
# another program than .build/release/flixlist, BENCH_PORT another port than a free one; TMPDIR says on which disk the
# data lies. What this machine does not allow is skipped, and said. bench/trials.py does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'trials: %s\n' "$*" >&2
    exit 1
}

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first, or 'make trials', which does both."
command -v python3 >/dev/null || fail "python3 is missing; please install it."

# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done
exec python3 bench/trials.py --binary "$binary" --port "${BENCH_PORT:-0}" "$@"
