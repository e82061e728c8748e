#!/bin/sh
# Gets the site's certificate with certbot by way of a file that nginx serves, and renews it. For sh, not bash: the
# image of certbot has no other.
set -eu

usage() {
    cat <<'EOF'
Usage: obtain.sh [options] NAME [OTHER NAME …] [-- OPTIONS OF CERTBOT]

The names must lead to this machine, and nginx must run: it answers the certificate authority on port 80.
Safe to repeat: a certificate that is not due is left alone.

  --email ADDRESS   where the certificate authority writes when something is wrong
  --webroot FOLDER  where nginx takes the answers from (/var/www/flixlist-acme)
  --server URL      another certificate authority (ACME directory)
  --staging         a trial at Let's Encrypt: no browser trusts the result
  --dry-run         a trial that keeps nothing; the way to find out whether names and firewall are right
  --hook FILE       run after each new certificate (deploy-hook.sh beside this script, where nginx is installed)
  --loop            stay, and renew twice a day: for a container
EOF
}

say() { printf 'certificate: %s\n' "$*"; }
fail() {
    printf 'certificate: %s\n' "$*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
email='' webroot=/var/www/flixlist-acme server='' staging=no dry=no hook='' loop=no site='' names=''
while [ $# -gt 0 ]; do
    case "$1" in
        --email | --webroot | --server | --hook)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case "$1" in
                --email) email=$2 ;;
                --webroot) webroot=$2 ;;
                --server) server=$2 ;;
                --hook) hook=$2 ;;
            esac
            shift
            ;;
        --staging) staging=yes ;;
        --dry-run) dry=yes ;;
        --loop) loop=yes ;;
        --help | -h) usage && exit 0 ;;
        --)
            shift
            break
            ;;
        -*) fail "there is no option $1 (obtain.sh --help lists them)" ;;
        *)
            case "$1" in *[!a-z0-9.-]*) fail "$1 is not a name such as films.example" ;; esac
            [ -n "$site" ] || site=$1
            names="$names -d $1"
            ;;
    esac
    shift
done
[ -n "$site" ] || fail "which name? obtain.sh --email you@films.example films.example"
command -v certbot >/dev/null || fail "certbot is missing"
[ -d "$webroot" ] || fail "there is no folder $webroot: start nginx with its configuration first (render.sh)"
if [ -z "$hook" ] && command -v nginx >/dev/null; then hook=$here/deploy-hook.sh; fi

# From here on "$@" is what certbot is given; what stood behind -- is in it already.
set -- "$@" --non-interactive
if [ -n "$server" ]; then set -- "$@" --server "$server"; fi
if [ "$staging" = yes ]; then set -- "$@" --staging; fi
if [ "$dry" = yes ]; then set -- "$@" --dry-run; fi

obtain() {
    if [ -n "$email" ]; then
        set -- "$@" --email "$email"
    else
        set -- "$@" --register-unsafely-without-email
    fi
    if [ -n "$hook" ]; then set -- "$@" --deploy-hook "$hook"; fi
    # shellcheck disable=SC2086 # names holds words without blanks, each to be its own
    certbot certonly --webroot -w "$webroot" --cert-name "$site" $names --key-type ecdsa --keep-until-expiring \
        --expand --agree-tos "$@"
}

if [ "$loop" = no ]; then
    obtain "$@" || fail "there is no certificate. Look whether $site leads to this machine (and its IPv6 address too, \
if it has one), whether port 80 is open, and whether nginx runs; try with --dry-run until it works"
    say "$site: done"
    exit 0
fi

pause_of=''
# shellcheck disable=SC2016
trap '[ -z "$pause_of" ] || kill "$pause_of" 2>/dev/null || true; exit 0' TERM INT
while :; do
    if obtain "$@"; then
        pause=${OBTAIN_PAUSE:-43200}
    else
        # Let's Encrypt allows five failures an hour.
        pause=${OBTAIN_RETRY:-1800}
        say "$site: no certificate yet, next try in $pause seconds" >&2
    fi
    sleep "$pause" &
    pause_of=$!
    wait "$pause_of"
    pause_of=''
done
