#!/usr/bin/env bash
# Writes nginx's configuration for FlixList from the templates beside this script: the same on a server of its own and
# in a container. Safe to repeat: it changes nothing where nothing changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

usage() {
    cat <<'EOF'
Usage: render.sh [--out FOLDER] [--settings FILE] [--check]

Writes nginx.conf and the folder flixlist/ into FOLDER (/etc/nginx).

  --out FOLDER      where to write
  --settings FILE   lines NAME=value, taken where the environment has none (/etc/flixlist/nginx.env)
  --check           let nginx test the result (nginx -t)

Settings:
  NGINX_SITE            the name of the site, films.example (needed)
  NGINX_ALIASES         other names of it, which lead to the first
  NGINX_NODES           FlixList's nodes (127.0.0.1:8081)
  NGINX_HTTP            addresses for http (80, and [::]:80 where there is IPv6)
  NGINX_HTTPS           addresses for https (443, and [::]:443 where there is IPv6)
  NGINX_CERTIFICATE     certificate with its chain (/etc/letsencrypt/live/SITE/fullchain.pem)
  NGINX_CERTIFICATE_KEY its key (/etc/letsencrypt/live/SITE/privkey.pem). While one of the two is not
                        there, a certificate made here and signed by nobody is used
  NGINX_CHAIN           the issuers, for OCSP stapling (chain.pem beside the certificate)
  NGINX_RESOLVER        DNS server, for OCSP stapling and for nodes whose address changes
  NGINX_ACME            webroot for the certificate authority's questions (/var/www/flixlist-acme)
  NGINX_CACHE           folder for cached files and uploads under way (/var/cache/nginx/flixlist)
  NGINX_ACCESS_LOG      /var/log/nginx/access.log
  NGINX_ERROR_LOG       /var/log/nginx/error.log
  NGINX_PID             /run/nginx.pid
  NGINX_USER            user of the workers (www-data or nginx); not used when nginx is not started by root
  NGINX_CONNECTIONS     connections of a worker (16384)
  NGINX_STATUS          address of /stub_status (127.0.0.1:8090)
  NGINX_STATUS_ALLOW    who else may ask it: addresses or networks
  NGINX_BROTLI          auto, on or off (auto: where the module is there)
  NGINX_MONITORING      on: /grafana/ and /prometheus/ behind a password (off)
  NGINX_GRAFANA, NGINX_PROMETHEUS, NGINX_HTPASSWD
                        grafana:3000, prometheus:9090, /etc/flixlist/secrets/monitoring_htpasswd
EOF
}

say() { printf 'render: %s\n' "$*"; }
fail() {
    printf 'render: %s\n' "$*" >&2
    exit 1
}

readonly known=(SITE ALIASES NODES HTTP HTTPS CERTIFICATE CERTIFICATE_KEY CHAIN RESOLVER ACME CACHE ACCESS_LOG
    ERROR_LOG PID USER CONNECTIONS STATUS STATUS_ALLOW BROTLI MONITORING GRAFANA PROMETHEUS HTPASSWD)
declare -A setting=() value=()

read_settings() { # file: takes the lines whose names are known and that the environment does not have
    local line name from_environment
    if [ -e "$1" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            case "$line" in '' | '#'*) continue ;; esac
            name=${line%%=*}
            [[ " ${known[*]/#/NGINX_} " == *" $name "* ]] ||
                fail "$1: there is no setting $name (render.sh --help lists them)"
            setting[${name#NGINX_}]=${line#*=}
        done <"$1"
    fi
    for name in "${known[@]}"; do
        from_environment=NGINX_$name
        [ -z "${!from_environment:-}" ] || setting[$name]=${!from_environment}
        # Nothing of nginx's language may come in with a value.
        [[ ${setting[$name]:-} =~ ^[][A-Za-z0-9._:/\ -]*$ ]] || fail "NGINX_$name has a character that none may have"
    done
}

get() { printf '%s' "${setting[$1]:-$2}"; }

version_of_nginx() { # as 1022001; 0 when it cannot be told
    local text
    text=$(nginx -v 2>&1 || true)
    [[ $text =~ nginx/([0-9]+)\.([0-9]+)\.([0-9]+) ]] || {
        printf 0
        return
    }
    printf '%d%03d%03d' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
}

listen() { # addresses, words behind each
    local address
    for address in $1; do printf '    listen %s%s;\n' "$address" "${2:+ $2}"; done
}

worker_user() {
    local user
    [ "$(id -u)" = 0 ] || return 0
    user=$(get USER "")
    if [ -z "$user" ]; then
        user=nginx
        ! id www-data >/dev/null 2>&1 || user=www-data
    fi
    printf 'user %s;' "$user"
}

choose_certificate() { # sets CERTIFICATE and CERTIFICATE_KEY: the real ones, or ones made here
    local live=/etc/letsencrypt/live/$site own=$out/flixlist/self-signed for=DNS:$site alias
    value[CERTIFICATE]=$(get CERTIFICATE "$live/fullchain.pem")
    value[CERTIFICATE_KEY]=$(get CERTIFICATE_KEY "$live/privkey.pem")
    if [ -s "${value[CERTIFICATE]}" ] && [ -s "${value[CERTIFICATE_KEY]}" ]; then return; fi
    value[CERTIFICATE]=$own.pem
    value[CERTIFICATE_KEY]=$own.key
    for alias in $(get ALIASES ""); do for+=,DNS:$alias; done
    if [ -s "$own.pem" ] && [ "$(cat "$own.names" 2>/dev/null)" = "$for" ]; then return; fi
    command -v openssl >/dev/null || fail "openssl is missing: it makes the first certificate"
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=FlixList before its certificate" -addext "subjectAltName=$for" \
        -keyout "$own.key" -out "$own.pem" 2>/dev/null) || fail "openssl could not make the first certificate"
    printf '%s\n' "$for" >"$own.names"
    say "there is no certificate yet: made one that no browser trusts, $own.pem"
}

stapling() { # only for a certificate that names a responder, which those of Let's Encrypt do no more
    local chain
    openssl x509 -in "${value[CERTIFICATE]}" -noout -ocsp_uri 2>/dev/null | grep -q . || return 0
    chain=$(get CHAIN "$(dirname "${value[CERTIFICATE]}")/chain.pem")
    [ -s "$chain" ] || return 0
    printf 'ssl_stapling on;\nssl_stapling_verify on;\nssl_trusted_certificate %s;\n' "$chain"
}

curves() { # with the one that is safe from quantum computers where OpenSSL has it, from 3.5 on
    local text
    text=$(nginx -V 2>&1 || true)
    # The one it runs with stands behind the one it was built with.
    [[ $text =~ (.*)with\ OpenSSL\ ([0-9]+)\.([0-9]+) ]] || return 0
    if [ $((BASH_REMATCH[2] * 1000 + BASH_REMATCH[3])) -ge 3005 ]; then printf 'X25519MLKEM768:'; fi
}

brotli_module() { # the path of the module, where brotli is wanted and there
    local path
    [ "$(get BROTLI auto)" != off ] || return 0
    path=$(nginx -V 2>&1 | sed -nE 's/.*--modules-path=([^ ]+).*/\1/p')
    path=${path:-/usr/lib/nginx/modules}/ngx_http_brotli_filter_module.so
    if [ -e "$path" ]; then
        printf '%s' "$path"
    elif [ "$(get BROTLI auto)" = on ]; then
        fail "NGINX_BROTLI is on, and there is no $path"
    fi
}

server_of() { # address, more words; a name is looked up again only by nginx 1.27.3 or newer
    local words=${2:+ $2}
    if [ "$version" -ge 1027003 ] && [ -n "$(get RESOLVER "")" ] && ! [[ $1 =~ ^[0-9.]+:|^\[ ]]; then
        words+=' resolve'
    fi
    printf 'server %s%s;\n' "$1" "$words"
}

upstream() {
    local node
    for node in $(get NODES 127.0.0.1:8081); do server_of "$node" 'max_fails=2 fail_timeout=5s'; done
}

write() { # file in the out folder, its text; only when it is another
    local target=$out/$1
    if [ -e "$target" ] && [ "$(cat "$target")" = "$2" ]; then return; fi
    printf '%s\n' "$2" >"$target.new"
    mv "$target.new" "$target"
    changed+=("$1")
}

fill() { # template: puts the values in
    local text name
    text=$(cat "$here/$1")
    for name in "${!value[@]}"; do text=${text//@"$name"@/"${value[$name]}"}; done
    if [[ $text =~ @[A-Z_]+@ ]]; then fail "$1: nothing stands for ${BASH_REMATCH[0]}"; fi
    printf '%s\n' "$text"
}

listens() { # what depends on nginx's version: http2 is a word of listen up to 1.25.0, and a line of its own since
    local http https status http2=' http2' line='' v6=''
    if [ -s /proc/net/if_inet6 ]; then v6=yes; fi
    http=$(get HTTP "80${v6:+ [::]:80}")
    https=$(get HTTPS "443${v6:+ [::]:443}")
    status=$(get STATUS 127.0.0.1:8090)
    if [ "$version" -ge 1025001 ]; then
        http2=''
        line=$'\n    http2 on;'
    fi
    value[LISTEN_HTTP]=$(listen "$http" "")
    value[LISTEN_HTTP_DEFAULT]=$(listen "$http" default_server)
    value[LISTEN_HTTPS]=$(listen "$https" "ssl$http2")$line
    value[LISTEN_HTTPS_DEFAULT]=$(listen "$https" "ssl$http2 default_server")$line
    value[LISTEN_STATUS]=$(listen "$status" default_server)
    https=${https%% *}
    https=${https##*:}
    value[ORIGIN]=https://$site
    [ "$https" = 443 ] || value[ORIGIN]+=:$https
}

collect() { # the values that the templates name
    local module allowed name
    value[OUT]=$out
    value[SITE]=$site
    value[ALIASES]=$(get ALIASES "")
    value[ACME]=$(get ACME /var/www/flixlist-acme)
    value[CACHE]=$(get CACHE /var/cache/nginx/flixlist)
    value[ACCESS_LOG]=$(get ACCESS_LOG /var/log/nginx/access.log)
    value[ERROR_LOG]=$(get ERROR_LOG /var/log/nginx/error.log)
    value[PID]=$(get PID /run/nginx.pid)
    value[USER_LINE]=$(worker_user)
    value[CONNECTIONS]=$(get CONNECTIONS 16384)
    # A request holds a connection to its client and one to a node.
    value[FILES]=$((value[CONNECTIONS] * 2 + 512))
    value[HTPASSWD]=$(get HTPASSWD /etc/flixlist/secrets/monitoring_htpasswd)
    value[GRAFANA]=$(server_of "$(get GRAFANA grafana:3000)" '')
    value[PROMETHEUS]=$(server_of "$(get PROMETHEUS prometheus:9090)" '')
    value[CURVES]=$(curves)X25519:prime256v1:secp384r1
    value[RESOLVER]=''
    [ -z "$(get RESOLVER "")" ] || value[RESOLVER]="resolver $(get RESOLVER "") valid=10s;"
    value[STATUS_ALLOW]=''
    for allowed in $(get STATUS_ALLOW ""); do value[STATUS_ALLOW]+="        allow $allowed;"$'\n'; done
    for name in LOAD_MODULES BROTLI_MAP BROTLI_INCLUDE MONITORING_INCLUDE MONITORING_MAPS MONITORING_POLICY; do
        value[$name]=''
    done
    module=$(brotli_module)
    if [ -n "$module" ]; then
        value[LOAD_MODULES]="load_module $module;"
        value[BROTLI_MAP]='    "~*\bbr\b" "";'
        value[BROTLI_INCLUDE]='    include flixlist/brotli.conf;'
    fi
    choose_certificate
    value[STAPLING]=$(stapling)
    listens
    value[ALIAS_SERVER]=''
    [ -z "${value[ALIASES]}" ] || value[ALIAS_SERVER]=$(fill flixlist/alias.conf)
    if [ "$(get MONITORING off)" = on ]; then
        value[MONITORING_POLICY]='    include flixlist/monitoring-policy.conf;'
        value[MONITORING_MAPS]='include flixlist/monitoring-http.conf;'
        value[MONITORING_INCLUDE]='    include flixlist/monitoring.conf;'
    fi
}

render() {
    local file text
    # What the distribution put there is kept once, beside it.
    file=$out/nginx.conf
    if [ -e "$file" ] && ! grep -q 'render.sh' "$file"; then mv "$file" "$file.before-flixlist"; fi
    text=$(fill nginx.conf)
    write nginx.conf "$text"
    for file in http site tls headers proxy node brotli monitoring monitoring-http monitoring-policy; do
        text=$(fill "flixlist/$file.conf")
        write "flixlist/$file.conf" "$text"
    done
    # A deployment takes nodes out of it for a moment, with the word down: as long as the nodes are the same, it stays.
    file=$out/flixlist/upstream.conf
    text=$(upstream)
    if [ ! -e "$file" ] || [ "$(sed 's/ down\b//' "$file")" != "$text" ]; then write flixlist/upstream.conf "$text"; fi
    for file in "$here"/pages/*; do
        text=$(cat "$file")
        write "flixlist/pages/${file##*/}" "$text"
    done
}

out=/etc/nginx settings=/etc/flixlist/nginx.env check=no changed=()
while [ $# -gt 0 ]; do
    case "$1" in
        --out) out=${2:?--out needs a folder} && shift ;;
        --settings) settings=${2:?--settings needs a file} && shift ;;
        --check) check=yes ;;
        --help | -h) usage && exit 0 ;;
        *) fail "there is no option $1 (render.sh --help lists them)" ;;
    esac
    shift
done
[[ $out =~ ^/[A-Za-z0-9._/-]+$ ]] || fail "--out must be an absolute path"
command -v nginx >/dev/null || fail "nginx is missing"
read_settings "$settings"
site=$(get SITE "")
[[ $site =~ ^[a-z0-9.-]+$ ]] || fail "NGINX_SITE must be the site's name in small letters, such as films.example"
version=$(version_of_nginx)

umask 022
mkdir -p "$out/flixlist/pages"
mkdir -p "$(get ACME /var/www/flixlist-acme)" 2>/dev/null || true
mkdir -p "$(get CACHE /var/cache/nginx/flixlist)"
collect
render
if [ ${#changed[@]} -eq 0 ]; then say "$out is as it should be"; else say "wrote ${#changed[@]} files in $out"; fi
if [ "$check" = yes ]; then nginx -t -q -c "$out/nginx.conf" && say "nginx accepts it"; fi
