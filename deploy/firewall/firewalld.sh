#!/usr/bin/env bash
# The firewall of CentOS, RHEL and their likes: the zone "flixlist" with ssh, http and https becomes the default.
#
#   firewalld.sh [--ssh-port PORT ...]     makes the zone, or brings it up to date
#   firewalld.sh --remove                  takes it away; the zone that was the default before is it again
#
# Other zones stay as they are. firewalld must be running. How often one address may connect to ssh is not decided here
# but in ssh.nft.
set -euo pipefail

readonly zone=flixlist
readonly before=${FLIXLIST_FIREWALLD_BEFORE:-/etc/flixlist/firewalld.before}

say() { printf 'firewalld: %s\n' "$*"; }
fail() {
    printf 'firewalld: %s\n' "$*" >&2
    exit 1
}
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

permanent() { firewall-cmd --quiet --permanent "$@"; }
has_zone() { [[ " $(firewall-cmd --permanent --get-zones) " == *" $zone "* ]]; }

remove() {
    if ! has_zone; then
        say "there is no zone $zone: nothing to do."
        return
    fi
    local old=public
    [ ! -s "$before" ] || old=$(<"$before")
    if [ "$(firewall-cmd --get-default-zone)" = "$zone" ]; then
        firewall-cmd --quiet --set-default-zone="$old"
    fi
    permanent --delete-zone="$zone"
    firewall-cmd --quiet --reload
    rm -f "$before"
    say "the zone $zone is gone, and $old is the default one."
}

# Only what differs, so that a second run changes nothing.
permit() { # service or port, its name
    if permanent --zone="$zone" "--query-$1=$2"; then return; fi
    permanent --zone="$zone" "--add-$1=$2"
    changed=yes
}

install_zone() {
    local port service current changed=''
    if ! has_zone; then
        permanent --new-zone="$zone"
        changed=yes
    fi
    for service in http https dhcpv6-client; do permit service "$service"; done
    for port in "${ports[@]}"; do permit port "$port/tcp"; done
    [ -z "$changed" ] || firewall-cmd --quiet --reload
    current=$(firewall-cmd --get-default-zone)
    if [ "$current" != "$zone" ]; then
        printf '%s\n' "$current" >"$before"
        firewall-cmd --quiet --set-default-zone="$zone"
        changed=yes
    fi
    if [ -n "$changed" ]; then
        say "the zone $zone is the default one: ssh (${ports[*]}), http and https are open."
    else
        say "the zone $zone is as it should be."
    fi
    local active
    active=$(firewall-cmd --get-active-zones | grep -v '^[[:space:]]' | grep -vx "$zone" | tr '\n' ' ' || true)
    [ -z "${active// /}" ] ||
        say "look at these zones too, for interfaces or addresses are bound to them: $active"
}

ports=()
task=install_zone
while [ "$#" -gt 0 ]; do
    case "$1" in
        --ssh-port)
            [[ "${2:-}" =~ ^[0-9]{1,5}$ ]] || fail "--ssh-port wants a port."
            ports+=("$2")
            shift
            ;;
        --remove) task=remove ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "'$1' is not known; see --help." ;;
    esac
    shift
done
[ "${#ports[@]}" -gt 0 ] || ports=(22)

[ "$(id -u)" -eq 0 ] || fail "this must run as root."
command -v firewall-cmd >/dev/null || fail "there is no firewall-cmd: install firewalld."
firewall-cmd --quiet --state || fail "firewalld is not running: systemctl enable --now firewalld"
"$task"
