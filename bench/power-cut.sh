#!/usr/bin/env bash
# Cuts the power under the program while episodes are ticked, 30 times: what was answered must still be there.
#
#   bench/power-cut.sh [N]      N cuts instead of 30
#
# The program runs in a guest of user-mode Linux, on a disk that is a file; the cut kills the guest. It builds nothing:
# run 'make build' first. FLIXLIST_BINARY names another program than .build/release/flixlist; TMPDIR says where the disk
# lies. Wanted are python3, user-mode-linux, e2fsprogs and util-linux, with eatmydata for the second control, and the
# right to make a namespace of processes. bench/power-cut.py does the work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin:/sbin

fail() {
    printf 'power-cut: %s\n' "$*" >&2
    exit 1
}

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first."
for need in python3:python3 linux.uml:user-mode-linux mkfs.ext4:e2fsprogs e2fsck:e2fsprogs debugfs:e2fsprogs \
    unshare:util-linux setpriv:util-linux; do
    command -v "${need%:*}" >/dev/null || fail "${need%:*} is missing; please install it (apt-get install ${need#*:})."
done

# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done
exec python3 bench/power-cut.py --binary "$binary" "$@"
