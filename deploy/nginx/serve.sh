#!/usr/bin/env bash
# What nginx's container runs: writes the configuration, starts nginx, and reloads it when the certificate is another.
set -euo pipefail

case "${1:-}" in
    --help | -h)
        printf '%s\n' 'Usage: serve.sh' '' 'Settings as for render.sh, and' \
            'SERVE_WATCH_SECONDS (10): how often the certificate is looked at.'
        exit 0
        ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here out=${NGINX_OUT:-/etc/nginx}
readonly certificate=${NGINX_CERTIFICATE:-/etc/letsencrypt/live/${NGINX_SITE:-}/fullchain.pem}

state() { stat -L -c '%i %Y %s' "$certificate" 2>/dev/null || printf none; }

watch() {
    local before now
    before=$1
    while sleep "${SERVE_WATCH_SECONDS:-10}"; do
        now=$(state)
        [ "$now" != "$before" ] || continue
        before=$now
        # A certificate that is only half there makes nginx keep what it has.
        if "$here/render.sh" --out "$out" --check; then nginx -c "$out/nginx.conf" -s reload || true; fi
    done
}

"$here/render.sh" --out "$out" --check
watch "$(state)" &
exec nginx -c "$out/nginx.conf" -g 'daemon off;'
