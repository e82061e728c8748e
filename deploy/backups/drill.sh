#!/usr/bin/env bash
# Proves a backup: brings it back into an empty folder, starts a FlixList on it and looks whether all is there. Nothing
# of the running site is touched.
#
#   drill.sh                    the newest backup in FLIXLIST_BACKUPS
#   drill.sh --restic           the newest of the repository that push.sh fills, fetched first
#   drill.sh FILE               this one
#
#   --program FILE    the program; /opt/flixlist/current/flixlist
#   --user NAME       who runs the trial, when this is run as root
#   --room FOLDER     where the trial lies meanwhile; /var/tmp. It needs some five times the size of the backup
#
# Settings as in push.sh. It ends with 0 when the backup is good, 64 for a wrong use, 69 when there is none or something
# is missing, 70 when the backup cannot be trusted.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly settings=${FLIXLIST_BACKUP_SETTINGS:-/etc/flixlist/backup.env}
readonly usage=64 unavailable=69 bad=70
program=/opt/flixlist/current/flixlist
base=/var/tmp
user=
room=
server=

# shellcheck source=deploy/backups/settings.sh
. "$here/settings.sh"

say() { printf 'drill: %s\n' "$*"; }
fail() { # code, sentence
    local code=$1
    shift
    printf 'drill: %s\n' "$*" >&2
    exit "$code"
}

# shellcheck disable=SC2329  # the trap calls it
clean_up() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    [ -z "$room" ] || rm -rf "$room"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

from_restic() { # fetches the newest file of the newest snapshot
    local path
    command -v restic >/dev/null || fail "$unavailable" "restic is missing: apt-get install restic"
    path=$(newest_there) || fail "$unavailable" "there is no backup in the repository, or it cannot be opened"
    restic restore --quiet latest --host flixlist --tag flixlist --include "$path" --target "$room/fetched" >&2 ||
        fail "$bad" "the repository did not give $path back; restic's own words stand above"
    newest_in "$room/fetched"
}

# The trial knows nothing of the site: its own data, no proxy, no token, no backups of its own.
become() {
    local as=()
    if [ -n "$user" ]; then
        as=(setpriv "--reuid=$user" "--regid=$(id -gn "$user")" --init-groups --inh-caps=-all)
    fi
    exec "${as[@]}" env -i PATH="$PATH" HOME="$room" FLIXLIST_DATA="$room/data" FLIXLIST_BACKUPS=off \
        FLIXLIST_HOST=127.0.0.1 FLIXLIST_PORT=0 FLIXLIST_METRICS_PORT=0 FLIXLIST_LOG_LEVEL=error \
        "$program" "$@" </dev/null
}

flixlist() { (become "$@"); }

rows_of() { # file, table: as the backup itself says
    gzip -dc "$1" | awk -v table="{\"table\":\"$2\"," -F '[:,]' '
        index($0, "{\"table\":") == 1 { inside = index($0, table) == 1 }
        inside && index($0, "{\"rows\":") == 1 { print $2 }'
}

bring_back() { # file
    local said
    said=$(flixlist restore "$1" 2>&1) || fail "$bad" "it cannot be brought back: ${said##*$'\n'}"
    say "brought back: ${said##*$'\n'}"
}

start() {
    local end=$((SECONDS + 120)) port
    : >"$room/said"
    (become serve) >"$room/said" 2>"$room/log" &
    server=$!
    while [ "$SECONDS" -lt "$end" ]; do
        port=$(sed -nE 's/^FlixList serves .*:([0-9]+)\/?$/\1/p' "$room/said")
        [ -z "$port" ] || break
        kill -0 "$server" 2>/dev/null || fail "$bad" "no server starts on it: $(tail -n 1 "$room/log")"
        sleep 0.2
    done
    [ -n "${port:-}" ] || fail "$bad" "no server starts on it within 2 minutes"
    url=http://127.0.0.1:$port
}

page() { # path
    curl --silent --fail --output /dev/null --max-time 20 --noproxy '*' "$url$1" ||
        fail "$bad" "the server on it does not answer $1"
}

look_at_pages() {
    page /readyz
    page /login
    page /about
    say "a server starts on it; /readyz, /login and /about answer"
}

look_at_counts() { # file
    local wanted found
    # Table and command count the same, each in its own way.
    wanted=$(rows_of "$1" users)
    found=$(flixlist user list | grep -c .) || found=0
    [ "${wanted:-none}" = "$found" ] || fail "$bad" "the backup has ${wanted:-no} accounts, the server $found"
    say "$found accounts, $(rows_of "$1" plays) plays, $(rows_of "$1" titles) titles"
}

stop() {
    kill -TERM "$server"
    wait "$server" || fail "$bad" "the server on it did not end in order"
    server=
}

recount() {
    local said
    said=$(flixlist doctor --recount --offline 2>&1) ||
        fail "$bad" "doctor finds something: $(grep '^wrong' <<<"$said" | head -n 3)"
    say "doctor --recount finds nothing wrong: every shelf is what its plays say"
}

file=
from=folder
while [ "$#" -gt 0 ]; do
    case "$1" in
        --restic) from=restic ;;
        --program | --room | --user)
            [ "$#" -gt 1 ] || fail "$usage" "$1 needs a value"
            case "$1" in
                --program) program=$2 ;;
                --room) base=$2 ;;
                --user) user=$2 ;;
            esac
            shift
            ;;
        --help | -h)
            sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//'
            exit 0
            ;;
        -*) fail "$usage" "there is no option $1; see --help" ;;
        *)
            [ -z "$file" ] || fail "$usage" "give one file; see --help"
            file=$1
            ;;
    esac
    shift
done
read_settings "$settings"
[ -x "$program" ] || fail "$unavailable" "there is no program at $program; name it with --program"
command -v curl >/dev/null || fail "$unavailable" "curl is missing: apt-get install curl"
room=$(mktemp -d "$base/flixlist-drill.XXXXXX")
chmod 700 "$room"
if [ -z "$file" ]; then
    if [ "$from" = restic ]; then
        file=$(from_restic)
    else
        file=$(newest_in "$(backups_folder)")
    fi
fi
if [ -n "$user" ]; then chown -R "$user:" "$room" || fail "$unavailable" "there is no user $user"; fi
[ -r "$file" ] || fail "$unavailable" "there is no backup to try${file:+ at $file}"
say "trying $file ($(stat -c %s "$file") bytes)"
began=$SECONDS
bring_back "$file"
start
look_at_pages
look_at_counts "$file"
stop
recount
say "this backup is good: in $((SECONDS - began)) s a site could go on from $(basename "$file")"
