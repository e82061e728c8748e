#!/usr/bin/env bash
# certbot runs this after each new certificate: nginx takes it, and no request under way is broken off.
set -euo pipefail

case "${1:-}" in
    --help | -h)
        printf '%s\n' 'Usage: deploy-hook.sh' '' \
            'Writes the configuration of nginx anew, tests it, and reloads nginx where it runs.'
        exit 0
        ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here out=${NGINX_OUT:-/etc/nginx}

"$here/../nginx/render.sh" --out "$out" --check
if systemctl is-active --quiet nginx 2>/dev/null; then
    systemctl reload nginx
else
    pid=$(sed -n 's/^pid \(.*\);$/\1/p' "$out/nginx.conf")
    if [ -s "$pid" ]; then nginx -c "$out/nginx.conf" -s reload; fi
fi
