#!/usr/bin/env bash
# Says under which address the site is watched from outside: writes site.yml into a folder of targets.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: site.sh DOMAIN FOLDER [BLACKBOX]

  DOMAIN     the site's name, such as films.example
  FOLDER     Prometheus' targets, such as /etc/prometheus/targets
  BLACKBOX   where the blackbox exporter answers; blackbox:9115 when FOLDER ends in compose, else 127.0.0.1:9115
TEXT
}
say() { printf 'site: %s\n' "$*"; }
fail() {
    printf 'site: %s\n' "$*" >&2
    exit 1
}

[ "${1:-}" != --help ] || { usage; exit 0; }
if [ "$#" -lt 2 ] || [ "$#" -gt 3 ]; then usage >&2; exit 1; fi
domain=$1 folder=${2%/} through=${3:-}
[[ $domain =~ ^[A-Za-z0-9.-]+(:[0-9]+)?$ ]] || fail "no name of a host: $domain"
[ -d "$folder" ] || fail "there is no folder $folder"
if [ -z "$through" ]; then
    case "$folder" in
        *compose) through=blackbox:9115 ;;
        *) through=127.0.0.1:9115 ;;
    esac
fi

# Whole or not at all: Prometheus may read it at any moment.
written=$(mktemp "$folder/.site.XXXXXX")
printf "%s\n" "- targets: ['https://$domain/readyz']" "  labels: {through: '$through'}" >"$written"
chmod 644 "$written"
mv "$written" "$folder/site.yml"
say "wrote $folder/site.yml"
