#!/usr/bin/env bash
# Packs a program and what an operator needs beside it as a release: flixlist-VERSION-linux-KIND.tar.gz.
#
#   pack.sh PROGRAM FOLDER      the archive is put into FOLDER, which is made
#
# The same program and the same tree give the same bytes. It prints the path of the archive.
set -euo pipefail

fail() {
    printf 'pack: %s\n' "$*" >&2
    exit 1
}

case "${1:-}" in
    --help | -h)
        sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//'
        exit 0
        ;;
esac
[ "$#" -eq 2 ] || fail "give the program and a folder; see --help"
program=$1 folder=$2
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$("$program" --version) || fail "$program does not start"
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "$program says that its version is \"$version\""
# What the program was made for, not what this machine is.
case "$(od -An -j 18 -N 2 -t x1 "$program" | tr -d ' ')" in
    3e00) kind=amd64 ;;
    b700) kind=arm64 ;;
    *) fail "$program is made for a kind of processor that there is no release for" ;;
esac

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
name=flixlist-$version
mkdir -p "$room/$name/docs" "$folder"
install -m 0755 "$program" "$room/$name/flixlist"
strip --strip-unneeded "$room/$name/flixlist"
cp "$tree/LICENSE" "$tree/README.md" "$tree/CHANGELOG.md" "$room/$name/"
cp "$tree"/docs/{configuration,deploying,install,monitoring,operations}.md "$room/$name/docs/"
cp -r "$tree/deploy" "$room/$name/"
# What an operator made in the tree stays there.
rm -rf "$room/$name/deploy/.env" "$room/$name/deploy/compose/secrets"
find "$room/$name" -name __pycache__ -type d -prune -exec rm -rf {} +
chmod -R u=rwX,go=rX "$room/$name"
archive=$folder/$name-linux-$kind.tar.gz
tar -c --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -C "$room" "$name" |
    gzip -9n >"$archive"
printf '%s\n' "$archive"
