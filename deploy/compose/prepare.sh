#!/usr/bin/env bash
# Makes what compose.yml needs and the repository must not hold: the settings (.env) and the secrets.
#
#   compose/prepare.sh --domain NAME --email ADDRESS [--profile simple|full] [--tmdb-token-file FILE]
#                      [--duckdns NAME --duckdns-token-file FILE] [--user NAME]
#
#   --profile            simple (the default) or full
#   --tmdb-token-file    a file with the token of The Movie Database; can be set in the browser later, too
#   --duckdns            the name at duckdns.org, without ".duckdns.org", with the token in a file
#   --user               who may look at /grafana/ and /prometheus/ (admin); the password is printed once
#
# What is there already is kept: nothing is overwritten, and a second run only adds what is missing.
set -euo pipefail
umask 077

say() { printf 'prepare: %s\n' "$*"; }
fail() {
    printf 'prepare: %s\n' "$*" >&2
    exit 1
}

help() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
settings=$here/../.env
secrets=$here/secrets
domain='' email='' profile='' tmdb='' duckdns='' duckdns_token='' user=admin

while [ "$#" -gt 0 ]; do
    option=$1
    case "$option" in
        -h | --help)
            help
            exit 0
            ;;
        --domain | --email | --profile | --tmdb-token-file | --duckdns | --duckdns-token-file | --user)
            [ "$#" -ge 2 ] || fail "$option wants a value; --help tells more."
            case "$option" in
                --domain) domain=$2 ;;
                --email) email=$2 ;;
                --profile) profile=$2 ;;
                --tmdb-token-file) tmdb=$2 ;;
                --duckdns) duckdns=$2 ;;
                --duckdns-token-file) duckdns_token=$2 ;;
                --user) user=$2 ;;
            esac
            shift 2
            ;;
        *) fail "$option is not an option; --help lists them." ;;
    esac
done

check() {
    command -v openssl >/dev/null || fail "there is no openssl here: install it first."
    local name='[a-z0-9]([a-z0-9-]*[a-z0-9])?'
    domain=${domain,,}
    [[ $domain =~ ^($name\.)+[a-z]([a-z0-9-]*[a-z0-9])$ ]] ||
        fail "--domain has to be a host name such as films.example, not '$domain'."
    [[ ${email,,} =~ ^[a-z0-9._%+-]+@($name\.)+[a-z0-9-]+$ ]] ||
        fail "--email has to be an address such as robin@films.example, not '$email'."
    [[ ${profile:=simple} =~ ^(simple|full)$ ]] || fail "--profile is simple or full, not '$profile'."
    [[ -z $duckdns || $duckdns =~ ^$name(,$name)*$ ]] || fail "--duckdns is a name such as films, not '$duckdns'."
    [[ $user =~ ^[A-Za-z0-9._-]+$ ]] || fail "--user has to be of letters, digits, '.', '_' and '-', not '$user'."
    local file
    for file in "$tmdb" "$duckdns_token"; do
        [ -z "$file" ] || [ -r "$file" ] || fail "there is no file $file that can be read."
    done
    [ -z "$duckdns" ] || [ -n "$duckdns_token" ] || fail "--duckdns needs the token, by --duckdns-token-file."
}

write_settings() {
    if [ -e "$settings" ]; then
        say "kept the settings, .env"
        return
    fi
    local text
    text=$(sed -E -e "s/^COMPOSE_PROFILES=.*/COMPOSE_PROFILES=$profile/" -e "s/^DOMAIN=.*/DOMAIN=$domain/" \
        -e "s/^EMAIL=.*/EMAIL=$email/" "$here/env.example")
    [ -z "$duckdns" ] || text=$(sed -E "s/^#DUCKDNS_DOMAINS=.*/DUCKDNS_DOMAINS=$duckdns/" <<<"$text")
    printf '%s\n' "$text" >"$settings"
    say "wrote the settings, .env: look at them"
}

# A secret from standard input. Others cannot enter the folder; in a container it is for whatever user runs there.
keep() { # name
    local path=$secrets/$1
    if [ -e "$path" ]; then
        cat >/dev/null
        return
    fi
    cat >"$path.new"
    chmod 0444 "$path.new"
    mv "$path.new" "$path"
    say "made secrets/$1"
}

write_secrets() {
    install -d -m 0700 "$secrets"
    local password
    openssl rand -hex 32 | keep flixlist_secret
    openssl rand -hex 24 | keep postgres_password
    openssl rand -hex 24 | keep postgres_flixlist_password
    openssl rand -hex 24 | keep postgres_monitor_password
    printf 'postgres://flixlist:%s@postgres/flixlist\n' "$(<"$secrets/postgres_flixlist_password")" |
        keep flixlist_database
    openssl rand -hex 24 | keep grafana_password
    if [ ! -e "$secrets/monitoring_htpasswd" ]; then
        password=$(openssl rand -base64 18)
        printf '%s:%s\n' "$user" "$(openssl passwd -6 -stdin <<<"$password")" | keep monitoring_htpasswd
        say "/grafana/ and /prometheus/ (profile full) let in '$user' with the password $password"
        say "only its hash is kept: write it down now"
    fi
    # Those that may stay empty have to be there all the same.
    keep tmdb_token <"${tmdb:-/dev/null}"
    keep duckdns_token <"${duckdns_token:-/dev/null}"
    keep smtp_password </dev/null
}

# Prometheus looks at the site from outside, once it knows where that is.
write_target() {
    local profiles
    profiles=$(sed -n 's/^COMPOSE_PROFILES=//p' "$settings")
    if [[ ,$profiles, == *,full,* && -x $here/../prometheus/site.sh ]]; then
        "$here/../prometheus/site.sh" "$(sed -n 's/^DOMAIN=//p' "$settings")" "$here/../prometheus/targets/compose"
    fi
}

check
write_settings
write_secrets
write_target
say "ready. Next: docker compose up --detach --wait"
