#!/bin/sh
# Tells duckdns.org the address of this machine. For sh, not bash: the image of curl has no other.
set -eu

usage() {
    cat <<'EOF'
Usage: duckdns.sh [--once | --loop]

  --once   tell the address once (the default): for a timer
  --loop   stay, and tell it every five minutes: for a container

Settings, from the environment:
  DUCKDNS_DOMAINS      the names without .duckdns.org, separated by commas (needed)
  DUCKDNS_TOKEN_FILE   file with the token (/etc/flixlist/secrets/duckdns_token)
  DUCKDNS_IPV4         auto: the address that duckdns sees; off; or an address (auto)
  DUCKDNS_IPV6         auto: this machine's lasting global address, if it has one; off; or an address (auto)
  DUCKDNS_SECONDS      seconds between two updates with --loop (300)
  DUCKDNS_TRIES        tries before an update is given up (4), the pause doubled each time from DUCKDNS_PAUSE (5)
  DUCKDNS_TIMEOUT      seconds for one try (20)
  DUCKDNS_URL          https://www.duckdns.org

Ends with 0 when duckdns said OK, 1 when it said KO (a wrong name or token), 2 when it could not be reached or said
neither, 64 when a setting is wrong. With --loop only 64 ends it.
EOF
}

say() { printf 'duckdns: %s\n' "$*"; }
complain() { printf 'duckdns: %s\n' "$*" >&2; }
refuse() {
    complain "$*"
    exit 64
}

loop=no
case "${1:-}" in
    '' | --once) ;;
    --loop) loop=yes ;;
    --help | -h) usage && exit 0 ;;
    *) refuse "there is no option $1 (duckdns.sh --help lists them)" ;;
esac

domains=${DUCKDNS_DOMAINS:-}
token_file=${DUCKDNS_TOKEN_FILE:-/etc/flixlist/secrets/duckdns_token}
url=${DUCKDNS_URL:-https://www.duckdns.org}
tries=${DUCKDNS_TRIES:-4}
pause=${DUCKDNS_PAUSE:-5}
timeout=${DUCKDNS_TIMEOUT:-20}
seconds=${DUCKDNS_SECONDS:-300}

case "$domains" in
    '') refuse "DUCKDNS_DOMAINS is not set" ;;
    *.duckdns.org*) refuse "DUCKDNS_DOMAINS holds names without .duckdns.org" ;;
    *[!a-z0-9,-]*) refuse "DUCKDNS_DOMAINS holds a character that no name there has" ;;
esac
[ -r "$token_file" ] || refuse "there is no file $token_file that can be read: put the token of duckdns.org there"
token=$(tr -d '[:space:]' <"$token_file")
case "$token" in
    '') refuse "$token_file is empty" ;;
    *[!a-zA-Z0-9-]*) refuse "$token_file does not hold a token: it has letters, digits and hyphens only" ;;
esac
for address in "${DUCKDNS_IPV4:-auto}" "${DUCKDNS_IPV6:-auto}"; do
    case "$address" in
        auto | off) ;;
        *[!0-9a-fA-F.:]* | '') refuse "$address is not an address" ;;
    esac
done
command -v curl >/dev/null || refuse "curl is missing"

# The kernel's list has, a line each: address, interface, length, scope, flags, name. Global scope is 00; an address
# that is temporary (01), deprecated (20), tentative (40) or broken (08) does not last; fc and fd are private.
lasting_ipv6() {
    while read -r digits _ _ scope flags _; do
        [ "$scope" = 00 ] || continue
        case "$digits" in fc* | fd* | fe*) continue ;; esac
        [ $((0x$flags & 0x69)) -eq 0 ] || continue
        printf '%s\n' "$digits" | sed 's/..../&:/g; s/:$//'
        return
    done <"${DUCKDNS_IF_INET6:-/proc/net/if_inet6}"
}

# The token goes to curl by standard input: what is on its command line everybody can see.
ask() { # query
    printf 'url = "%s/update?domains=%s&token=%s&verbose=true%s"\n' "$url" "$domains" "$token" "$1" |
        curl --config - --silent --fail --connect-timeout 10 --max-time "$timeout" 2>/dev/null
}

tell() { # query: 0 OK, 1 KO, 2 neither
    try=1 wait=$pause
    while :; do
        code=0
        answer=$(ask "$1") || code=$?
        words=$(printf '%s' "$answer" | tr -d '\r' | tr '\n' ' ')
        case "$words" in
            OK*)
                say "OK $domains ${words#OK }"
                seen=$(printf '%s' "$answer" | tr -d '\r' | sed -n 2p)
                return 0
                ;;
            KO*)
                complain "KO: duckdns does not know the name $domains, or the token in $token_file is not its owner's"
                return 1
                ;;
        esac
        case "$code" in
            0) reason="an answer that is neither OK nor KO" ;;
            22) reason="an error of the server" ;;
            28) reason="no answer within $timeout seconds" ;;
            *) reason="curl's error $code" ;;
        esac
        if [ "$try" -ge "$tries" ]; then
            complain "given up after $try tries: $reason"
            return 2
        fi
        complain "$reason, next try in $wait seconds"
        sleep "$wait"
        try=$((try + 1)) wait=$((wait * 2))
    done
}

update() {
    ipv4=${DUCKDNS_IPV4:-auto} ipv6=${DUCKDNS_IPV6:-auto} seen=''
    if [ "$ipv6" = auto ]; then ipv6=$(lasting_ipv6 2>/dev/null || true); fi
    if [ "$ipv6" = off ]; then ipv6=''; fi
    case "$ipv4" in
        auto)
            # duckdns looks for the IPv4 address only where no other is told, so the other follows with what it saw.
            tell '&ip=' || return
            [ -n "$ipv6" ] || return 0
            case "$seen" in *[!0-9.]*) seen='' ;; esac
            ;;
        off) [ -n "$ipv6" ] || refuse "there is no address to tell: DUCKDNS_IPV4 is off and there is no IPv6" ;;
        *) seen=$ipv4 ;;
    esac
    tell "${seen:+&ip=$seen}${ipv6:+&ipv6=$ipv6}"
}

if [ "$loop" = no ]; then
    update
    exit
fi
pause_of=''
# shellcheck disable=SC2016
trap '[ -z "$pause_of" ] || kill "$pause_of" 2>/dev/null || true; exit 0' TERM INT
while :; do
    update || true
    sleep "$seconds" &
    pause_of=$!
    wait "$pause_of"
    pause_of=''
done
