#!/usr/bin/env bash
# Installs what is missing to run, test, bench or document FlixList, and says which and why.
# When nothing is missing it changes nothing and needs no rights.
#
#   scripts/setup.sh [run|test|bench|trials|docs]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly swift_floor=6.2
readonly python_packages=(axe-playwright-python==0.1.8 icalendar==7.3.0 playwright==1.65.2 pytest==9.2.0 requests==2.34.2)

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

missing=() # Debian package names
need() {   # package, why: notes the package when it is not installed
    say "missing: $1 ($2)"
    missing+=("$1")
}

on_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }
on_ubuntu() { grep -qs '^ID=ubuntu$' /etc/os-release; }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

library() { # package, header, why
    if on_debian; then
        installed "$1" || need "$1" "$3"
    elif [ ! -e "/usr/include/$2" ]; then
        need "$1" "$3"
    fi
}

has_postgres() {
    command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

has_browser() { # a Chromium that is not a snap, which cannot read a test's folders
    local name path
    for name in chromium google-chrome google-chrome-stable; do
        path=$(command -v "$name") || continue
        path=$(readlink -f "$path")
        case "$path" in
            /snap/* | /usr/bin/snap) ;;
            *) return 0 ;;
        esac
    done
    return 1
}

has_font() { compgen -G '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' >/dev/null || installed fonts-dejavu-core; }

check_swift() {
    command -v swift >/dev/null ||
        fail "there is no 'swift' in PATH. FlixList needs Swift $swift_floor or newer:" \
            "https://www.swift.org/install/linux/"
    local version
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)+).*/\1/p' | head -n 1)
    [ -n "$version" ] || fail "'swift --version' did not say its version: is the Swift in PATH complete?"
    [ "$(printf '%s\n' "$swift_floor" "$version" | sort -V | head -n 1)" = "$swift_floor" ] ||
        fail "this is Swift $version, and FlixList needs $swift_floor or newer: https://www.swift.org/install/linux/"
}

want_run() {
    command -v git >/dev/null || need git "SwiftPM fetches the libraries with it"
    library libsqlite3-dev sqlite3.h "the embedded database"
    library libpq-dev postgresql/libpq-fe.h "the client of PostgreSQL"
    command -v pkg-config >/dev/null || need pkg-config "says where the client of PostgreSQL is"
    library zlib1g-dev zlib.h "compressed answers"
    [ -e /usr/share/zoneinfo/Europe/Berlin ] || need tzdata "the time zones people live in"
}

want_test() {
    want_run
    has_postgres || need postgresql "the tests run on it too"
    command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || need pgbouncer "the tests run through it too"
    has_font || need fonts-dejavu-core "letters in the browser tests"
    python3 -c 'import venv, ensurepip' 2>/dev/null || need python3-venv "the browser tests are in Python"
    if ! has_browser; then
        if on_ubuntu; then
            fail "the browser tests need Google Chrome here: Ubuntu's chromium package only installs a snap," \
                "which cannot read the tests' folders. Install google-chrome-stable from Google and try again."
        fi
        need chromium "the browser tests drive it"
    fi
}

want_bench() {
    want_run
    has_postgres || need postgresql "the benchmark runs on it too"
    command -v wrk >/dev/null || need wrk "the load of the benchmark"
    command -v python3 >/dev/null || need python3 "the report of the benchmark"
}

want_trials() {
    want_test
    command -v strace >/dev/null || need strace "errors of the disk are made with it"
    [ -x /usr/bin/linux.uml ] || need user-mode-linux "power cuts are made in it"
    command -v debugfs >/dev/null || [ -x /usr/sbin/debugfs ] || need e2fsprogs "looks at a disk after a power cut"
}

want_docs() {
    command -v plantuml >/dev/null || need plantuml "draws docs/*.puml"
    command -v dot >/dev/null || need graphviz "plantuml lays out diagrams with it"
}

install_missing() {
    [ "${#missing[@]}" -gt 0 ] || return 0
    on_debian ||
        fail "this system has no apt-get, so please install what stands above by hand (the names are Debian's)."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "you are not root and there is no sudo. As root run:" \
                "apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q ||
        say "apt-get update failed; going on with the package lists that are here"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
        fail "apt-get could not install ${missing[*]}; its own words stand above."
}

python_environment() { # .venv, made anew when the wanted versions or its Python changed
    local stamp=.venv/flixlist-packages
    if [ "$(cat "$stamp" 2>/dev/null)" = "${python_packages[*]}" ] && .venv/bin/python -c '' 2>/dev/null; then
        return 0
    fi
    say "making .venv with ${python_packages[*]}"
    rm -rf .venv
    python3 -m venv .venv || fail "python3 could not make .venv; its own words stand above."
    .venv/bin/python -m pip install -q --disable-pip-version-check "${python_packages[@]}" ||
        fail "pip could not install ${python_packages[*]} into .venv; its own words stand above."
    printf '%s\n' "${python_packages[*]}" >"$stamp"
}

[ "$#" -le 1 ] || fail "give at most one of: run, test, bench, trials, docs."
set_name=${1:-run}
case "$set_name" in
    run | test | bench | trials)
        check_swift
        "want_$set_name"
        ;;
    docs) want_docs ;;
    *) fail "'$set_name' is not one of: run, test, bench, trials, docs." ;;
esac
install_missing
[ "$set_name" != test ] || python_environment
