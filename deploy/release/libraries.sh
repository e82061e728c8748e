#!/usr/bin/env bash
# Says which of Debian's packages a program needs beside it: a line each, name, version and architecture.
#
#   libraries.sh PROGRAM
set -euo pipefail

if [ "$#" -ne 1 ] || [ ! -f "$1" ]; then
    printf 'libraries: give a program\n' >&2
    exit 64
fi
mapfile -t files < <(ldd "$1" | sed -nE 's/.* => (\/[^ ]+) .*/\1/p' | xargs -r -n 1 readlink -f)
[ "${#files[@]}" -gt 0 ] || exit 0
# They lie below /usr, while some packages still say that theirs lie below /lib.
mapfile -t -O "${#files[@]}" files < <(printf '%s\n' "${files[@]}" | sed -n 's/^\/usr\//\//p')
# What no package has is Swift's own, where it is not linked in.
mapfile -t packages < <({ dpkg-query -S "${files[@]}" 2>/dev/null || true; } | cut -d : -f 1 | sort -u)
# shellcheck disable=SC2016  # dpkg's own variables
dpkg-query -W -f '${Package} ${Version} ${Architecture}\n' "${packages[@]}"
