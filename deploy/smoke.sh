#!/usr/bin/env bash
# Checks a FlixList that serves, from the outside, in at most 20 seconds.
set -euo pipefail

usage() {
    cat <<'END'
Usage: smoke.sh URL [options]

Checks a FlixList that serves, from the outside, in at most 20 seconds. Prints a line for each check: "ok", "wrong",
or "-" for what could not be checked, and why. It changes nothing but a session of its own, which it ends.

  URL                          such as https://films.example or http://127.0.0.1:8080
  --account NAME               also log in, search, export the record and log out
  --password-file FILE         the password of that account, on the first line
  --film WORDS                 what to search for (metropolis, which the starter catalogue has)
  --days N                     how many days the certificate has to hold at least (14)
  --ca FILE                    trust the certificates of this file and no others
  --connect-to H1:P1:H2:P2     speak to H2:P2 in place of H1:P1, such as before the name leads here; may come again
  --help                       print this

Ends with 0 when nothing is wrong, with 1 when something is, with 64 for a wrong use.
END
}

readonly limit=20         # seconds for everything
readonly request_limit=10 # seconds for one request
say() { printf '%s\n' "$*"; }
fail() {
    printf 'smoke: %s\n' "$*" >&2
    exit 64
}

passed=0 failed=0 left_out=0
ok() {
    say "ok     $1"
    passed=$((passed + 1))
}
wrong() { # what, what was found
    say "wrong  $1: $2"
    failed=$((failed + 1))
}
unchecked() { # what, why
    say "-      $1: not checked, $2"
    left_out=$((left_out + 1))
}
verdict() {
    say "$passed ok, $failed wrong, $left_out not checked, $SECONDS s"
    [ "$failed" = 0 ] || exit 1
    exit 0
}

# What is asked for

site='' account='' password_file='' film=metropolis days=14
curl_options=()
connections=()

read_arguments() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --help | -h)
                usage
                exit 0
                ;;
            --account | --password-file | --film | --days | --ca | --connect-to)
                [ $# -ge 2 ] || fail "$1 needs a value"
                take "$1" "$2"
                shift
                ;;
            -*) fail "there is no option $1; see --help" ;;
            *)
                [ -z "$site" ] || fail "one URL is enough; see --help"
                site=$1
                ;;
        esac
        shift
    done
}

take() {
    case "$1" in
        --account) account=$2 ;;
        --password-file) password_file=$2 ;;
        --film) film=$2 ;;
        --days) days=$2 ;;
        --ca)
            [ -r "$2" ] || fail "$2 cannot be read"
            curl_options+=(--cacert "$2")
            ;;
        --connect-to)
            curl_options+=(--connect-to "$2")
            connections+=("$2")
            ;;
    esac
}

read_site() {
    [ -n "$site" ] || fail "say which site; see --help"
    site=${site%/}
    local pattern='^(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:([0-9]{1,5}))?$'
    [[ $site =~ $pattern ]] || fail "$site is no address like https://films.example: FlixList needs the root of a host"
    scheme=${BASH_REMATCH[1]} host=${BASH_REMATCH[2]} port=${BASH_REMATCH[4]}
    [ -n "$port" ] || { [ "$scheme" = https ] && port=443 || port=80; }
    [[ $days =~ ^[0-9]+$ ]] || fail "--days takes a number"
    if [ -n "$account" ]; then
        [ -n "$password_file" ] || fail "--account needs --password-file"
        [ -r "$password_file" ] || fail "$password_file cannot be read"
    elif [ -n "$password_file" ]; then
        fail "--password-file needs --account"
    fi
    command -v curl >/dev/null || fail "curl is not installed"
}

# Requests

code=000 version='' trouble=''
fetch() { # path or whole address, options of curl: sets code and version, leaves head and body in the work folder
    local address=$1 left=$((limit - SECONDS)) answer
    shift
    case "$address" in http://* | https://*) ;; *) address=$site$address ;; esac
    code=000 version='' trouble=''
    : >"$work/head"
    : >"$work/body"
    if [ "$left" -le 0 ]; then
        trouble="no time was left: $limit s are over"
        return 0
    fi
    [ "$left" -lt "$request_limit" ] || left=$request_limit
    if answer=$(curl -q --silent --show-error --path-as-is --max-time "$left" "${curl_options[@]}" \
        --dump-header "$work/head" --output "$work/body" --write-out '%{http_code} %{http_version}' \
        "$@" -- "$address" 2>"$work/trouble"); then
        code=${answer% *} version=${answer#* }
    else
        trouble=$(head -n 1 "$work/trouble")
    fi
    tr -d '\r' <"$work/head" >"$work/head.plain"
}

header() { # the value of a header of the last answer; nothing when it has none
    awk -v name="${1,,}" '
        { at = index($0, ":") }
        at && tolower(substr($0, 1, at - 1)) == name { value = substr($0, at + 1); sub(/^ +/, "", value); print value }
    ' "$work/head.plain"
}

said() { # what was answered, for a line that says what is wrong
    if [ "$code" = 000 ]; then say "${trouble:-no answer}"; else say "it answered $code"; fi
}

answers() { # what, the status wanted: the check of the last answer's status
    if [ "$code" = "$2" ]; then ok "$1"; else wrong "$1" "wanted $2, $(said)"; fi
}

has() { grep -qF -- "$1" "$work/body"; }

# The checks

check_reached() {
    fetch /healthz
    if [ "$code" = 000 ]; then
        wrong "the site answers" "${trouble:-no answer}"
        verdict
    fi
    first_version=$version
    if [ "$code" = 200 ] && [ "$(cat "$work/body")" = ok ]; then
        ok "/healthz: the process lives"
    else
        wrong "/healthz: the process lives" "wanted 200 and \"ok\", $(said)"
    fi
    fetch /readyz
    answers "/readyz: the database answers, its schema is current" 200
}

tls_address() { # where the certificate is asked for
    local each
    for each in "${connections[@]}"; do
        case "$each" in
            "$host:$port:"*)
                say "${each#"$host:$port:"}"
                return
                ;;
        esac
    done
    say "$host:$port"
}

check_certificate() {
    local what="the certificate holds for $days days more" end rest name=()
    if [ "$scheme" = http ]; then
        unchecked "the certificate" "the address is plain http"
        return
    fi
    if ! command -v openssl >/dev/null; then
        unchecked "$what" "openssl is not installed"
        return
    fi
    [[ $host =~ ^(\[.*\]|[0-9.]+)$ ]] || name=(-servername "$host")
    end=$(timeout "$request_limit" openssl s_client -connect "$(tls_address)" "${name[@]}" </dev/null 2>/dev/null |
        openssl x509 -noout -enddate 2>/dev/null) || end=''
    if [ -z "$end" ]; then
        wrong "$what" "openssl could not read it"
        return
    fi
    rest=$((($(date -d "${end#notAfter=}" +%s) - $(date +%s)) / 86400))
    if [ "$rest" -ge "$days" ]; then ok "$what ($rest)"; else wrong "$what" "it ends in $rest"; fi
}

check_http_redirects() {
    local what="http leads to https" path='/login?next=%2Fstats' to
    if [ "$scheme" = http ]; then
        unchecked "$what" "the address is plain http"
        return
    fi
    if [ "$port" != 443 ]; then
        unchecked "$what" "the site is on port $port, so its port for http is not known"
        return
    fi
    fetch "http://$host$path"
    to=$(header Location)
    case "$code" in
        301 | 308)
            if [ "$to" = "$site$path" ]; then ok "$what"; else wrong "$what" "it leads to ${to:-nowhere}"; fi
            ;;
        *) wrong "$what" "wanted 301 or 308, $(said)" ;;
    esac
}

check_http2() {
    if [ "$scheme" = http ]; then
        unchecked "HTTP/2" "the address is plain http"
    elif [[ ! $(curl --version) =~ HTTP2 ]]; then
        unchecked "HTTP/2" "this curl does not speak it"
    elif [[ $first_version =~ ^[23] ]]; then
        ok "HTTP/2"
    else
        wrong "HTTP/2" "it speaks HTTP/$first_version"
    fi
}

check_transport_security() {
    local value age
    if [ "$scheme" = http ]; then
        unchecked "Strict-Transport-Security" "the address is plain http"
        return
    fi
    value=$(header Strict-Transport-Security)
    [[ $value =~ max-age=\"?([0-9]+) ]] && age=${BASH_REMATCH[1]} || age=0
    if [ "$age" -ge 15552000 ] && [ "$(say "$value" | wc -l)" = 1 ]; then
        ok "Strict-Transport-Security, $((age / 86400)) days"
    else
        wrong "Strict-Transport-Security" "wanted one of half a year at least, found ${value:-none}"
    fi
}

check_security_headers() { # of which answer
    local pair name wanted value trouble=()
    for pair in X-Content-Type-Options=nosniff Referrer-Policy=same-origin Cross-Origin-Opener-Policy=same-origin \
        Cross-Origin-Resource-Policy=same-origin; do
        name=${pair%%=*} wanted=${pair#*=} value=$(header "$name")
        [ "$value" = "$wanted" ] || trouble+=("$name is ${value:-missing}")
    done
    [ -n "$(header Permissions-Policy)" ] || trouble+=("Permissions-Policy is missing")
    value=$(header Content-Security-Policy)
    case "$value" in
        *$'\n'*) trouble+=("there is more than one Content-Security-Policy") ;;
        *unsafe-*) trouble+=("Content-Security-Policy allows unsafe-…") ;;
        "default-src 'none'"*"frame-ancestors 'none'"*) ;;
        *) trouble+=("Content-Security-Policy is ${value:-missing}") ;;
    esac
    if [ ${#trouble[@]} = 0 ]; then
        ok "security headers of $1"
    else
        wrong "security headers of $1" "$(printf '%s; ' "${trouble[@]}")"
    fi
}

check_pages() {
    fetch /login
    if [ "$code" = 200 ] && has '<form class="stack" method="post" action="/login"' && has '</html>'; then
        ok "the login page is whole"
    else
        wrong "the login page is whole" "wanted 200 and its form, $(said)"
    fi
    style=$(grep -oE '/assets/app\.[0-9a-f]+\.css' "$work/body" | head -n 1) || style=''
    check_security_headers "a page"
    check_transport_security
    fetch /smoke/is/not/here
    answers "a wrong path is 404" 404
    check_security_headers "an error page"
}

check_assets() {
    local what="the style sheet" caching
    if [ -z "$style" ]; then
        wrong "$what is served" "the login page names none"
        return
    fi
    fetch "$style" --header 'Accept-Encoding: br, gzip'
    answers "$what is served" 200
    caching=$(header Cache-Control)
    case "$caching" in
        *max-age=31536000*immutable* | *immutable*max-age=31536000*) ok "$what may be kept for ever" ;;
        *) wrong "$what may be kept for ever" "Cache-Control is ${caching:-missing}" ;;
    esac
    case "$(header Content-Encoding)" in
        gzip | br | zstd) ok "$what is compressed ($(header Content-Encoding))" ;;
        *) wrong "$what is compressed" "Content-Encoding is $(header Content-Encoding)" ;;
    esac
}

check_closed() {
    fetch /metrics
    case "$code" in
        401 | 403 | 404)
            if has flixlist_; then
                wrong "/metrics is not public" "the figures are in the answer"
            else
                ok "/metrics is not public ($code)"
            fi
            ;;
        *) wrong "/metrics is not public" "wanted 404, $(said)" ;;
    esac
    fetch / --request TRACE
    case "$code" in
        400 | 403 | 404 | 405 | 501) ok "TRACE is refused ($code)" ;;
        *) wrong "TRACE is refused" "wanted 405, $(said)" ;;
    esac
    fetch /logout --request POST --header 'Sec-Fetch-Site: cross-site' --data ''
    answers "a form of another site is refused" 403
    fetch /library
    case "$code $(header Location)" in
        "303 /login"*) ok "a visitor is sent to the login" ;;
        *) wrong "a visitor is sent to the login" "wanted 303 to /login, $(said)" ;;
    esac
}

# With an account. The password goes to curl by its input, the cookie by a file: neither is in a list of processes.

check_login() {
    local password what="$account logs in" cookie closed="the cookie is for https and this host alone"
    local apart="the cookie is out of reach of scripts and other sites"
    IFS= read -r password <"$password_file" || [ -n "$password" ] || fail "$password_file is empty"
    fetch /login --cookie-jar "$work/jar" --header 'Sec-Fetch-Site: same-origin' \
        --data-urlencode "username=$account" --data-urlencode password@- < <(printf '%s' "$password")
    case "$code" in
        303) ok "$what" ;;
        422)
            wrong "$what" "the name or the password is wrong"
            return 1
            ;;
        429)
            wrong "$what" "too many tries; again in $(header Retry-After) s"
            return 1
            ;;
        *)
            wrong "$what" "wanted 303, $(said)"
            return 1
            ;;
    esac
    cookie=$(header Set-Cookie | head -n 1)
    case "$scheme $cookie" in
        "https __Host-flixlist="*"; HttpOnly; SameSite=Lax; Secure") ok "$closed" ;;
        https*) wrong "$closed" "its name or attributes are others; is FLIXLIST_PUBLIC_URL set?" ;;
        *"; HttpOnly; SameSite=Lax"*) ok "$apart" ;;
        *) wrong "$apart" "its attributes are others" ;;
    esac
}

is_record() { # whether the body is JSON of the format; 2 when nothing here can tell
    if command -v jq >/dev/null; then
        jq -e '.format == "flixlist-record" and (.titles | type == "array")' "$work/body" >/dev/null 2>&1
    elif command -v python3 >/dev/null; then
        python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)["format"] != "flixlist-record")' \
            <"$work/body" 2>/dev/null
    else
        return 2
    fi
}

check_account() {
    local state=0
    if [ -z "$account" ]; then
        unchecked "login, search, export, logout" "no --account was given"
        return
    fi
    check_login || return 0
    fetch / --cookie "$work/jar"
    if [ "$code" = 200 ] && has 'action="/logout"'; then
        ok "home is theirs"
    else
        wrong "home is theirs" "wanted 200 and a way to log out, $(said)"
    fi
    fetch /search --get --cookie "$work/jar" --data suggest=1 --data-urlencode "q=$film"
    if [ "$code" = 200 ] && has 'data-href="/titles/'; then
        ok "search finds $film"
    else
        wrong "search finds $film" "$(said), without a title"
    fi
    fetch /export/record.json --cookie "$work/jar"
    is_record || state=$?
    case "$code $state" in
        "200 0") ok "record.json is whole" ;;
        "200 2") unchecked "record.json is whole" "neither jq nor python3 is installed" ;;
        *) wrong "record.json is whole" "$(said), not with a record" ;;
    esac
    fetch /logout --request POST --cookie "$work/jar" --header 'Sec-Fetch-Site: same-origin' --data ''
    answers "logout" 303
    fetch /library --cookie "$work/jar"
    case "$code $(header Location)" in
        "303 /login"*) ok "the session is over after it" ;;
        *) wrong "the session is over after it" "wanted 303 to /login, $(said)" ;;
    esac
}

read_arguments "$@"
read_site
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SECONDS=0
check_reached
check_certificate
check_http_redirects
check_http2
check_pages
check_assets
check_closed
check_account
verdict
