#!/usr/bin/env bash
# Takes the backups of this machine elsewhere, with restic, and says when the newest is too old.
#
#   push.sh            sends what is new, drops what need not be kept, and checks the repository
#   push.sh --check    sends nothing: checks the repository, a part of its data, and the age of what is in it
#   push.sh --list     what is in the repository
#
# Settings, in /etc/flixlist/backup.env (lines NAME=value, 0600) or in the environment, which wins:
#
#   RESTIC_REPOSITORY       where to, as restic names it: /mnt/disk, sftp:user@host:/folder, s3:https://host/bucket,
#                           rest:https://host/, b2:bucket, rclone:remote:folder; besides, what that storage asks for
#                           (AWS_ACCESS_KEY_ID and the like)
#   RESTIC_PASSWORD_FILE    a file with the password that encrypts it; keep a copy of it elsewhere
#   FLIXLIST_BACKUPS        the folder of the backups; backups in FLIXLIST_DATA, or in /var/lib/flixlist
#   FLIXLIST_BACKUP_HOURS   the newest may be so old; 26
#   FLIXLIST_BACKUP_KEEP    what is kept; "--keep-daily 7 --keep-weekly 5 --keep-monthly 12"
#   FLIXLIST_BACKUP_SAMPLE  how much of the data each check reads; 5%
#
# It makes the repository when there is none. It ends with 0 when all is well, 64 for a wrong use, 69 when something is
# missing or the repository cannot be used, 70 when the newest backup is too old or the check found damage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly settings=${FLIXLIST_BACKUP_SETTINGS:-/etc/flixlist/backup.env}
readonly usage=64 unavailable=69 bad=70

# shellcheck source=deploy/backups/settings.sh
. "$here/settings.sh"

say() { printf 'push: %s\n' "$*"; }
fail() { # code, sentence
    local code=$1
    shift
    printf 'push: %s\n' "$*" >&2
    exit "$code"
}

age_in_hours() { # daily-2026-11-29T030000Z.flixlist.gz
    local stamp
    [[ $(basename "$1") =~ ^daily-([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2}) ]] || return 1
    stamp="${BASH_REMATCH[1]} ${BASH_REMATCH[2]}:${BASH_REMATCH[3]}:${BASH_REMATCH[4]} UTC"
    printf '%s\n' $((($(date -u +%s) - $(date -u -d "$stamp" +%s)) / 3600))
}

look_at_age() { # path of the newest, where
    local hours
    [ -n "$1" ] || fail "$bad" "there is no backup in $2: does a node serve, and is FLIXLIST_BACKUPS not off?"
    hours=$(age_in_hours "$1") || fail "$bad" "the newest backup in $2 has no time in its name: $1"
    [ "$hours" -le "$oldest" ] ||
        fail "$bad" "the newest backup in $2 is $hours hours old, $(basename "$1"); $oldest are allowed"
    say "the newest in $2 is $hours hours old, $(basename "$1")"
}

open_repository() {
    command -v restic >/dev/null || fail "$unavailable" "restic is missing: apt-get install restic"
    [ -n "${RESTIC_REPOSITORY:-}" ] || fail "$unavailable" "RESTIC_REPOSITORY is not set, in $settings or otherwise"
    [ -r "${RESTIC_PASSWORD_FILE:-}" ] ||
        fail "$unavailable" "RESTIC_PASSWORD_FILE must name a file that can be read here"
    [ -s "$RESTIC_PASSWORD_FILE" ] || fail "$unavailable" "$RESTIC_PASSWORD_FILE is empty"
    local said
    said=$(restic cat config 2>&1) && return 0
    # Only where there is surely none: a wrong password or a network that is away must not make a second one.
    case "$said" in
        *"s there a repository at the following location"*)
            restic init >/dev/null || fail "$unavailable" "no repository can be made at $RESTIC_REPOSITORY"
            say "made a repository at $RESTIC_REPOSITORY"
            ;;
        *) fail "$unavailable" "the repository at $RESTIC_REPOSITORY cannot be opened: ${said##*$'\n'}" ;;
    esac
}

send() {
    restic backup --quiet --host flixlist --tag flixlist --exclude '*.part' "$folder" ||
        fail "$unavailable" "sending failed; restic's own words stand above"
    say "sent $folder"
    local keep
    read -r -a keep <<<"${FLIXLIST_BACKUP_KEEP:---keep-daily 7 --keep-weekly 5 --keep-monthly 12}"
    restic forget --quiet --prune --host flixlist --tag flixlist "${keep[@]}" >/dev/null ||
        fail "$unavailable" "old snapshots could not be removed; restic's own words stand above"
}

check() {
    restic check --quiet --read-data-subset="${FLIXLIST_BACKUP_SAMPLE:-5%}" ||
        fail "$bad" "the repository is damaged: see \"Backups elsewhere\" in docs/operations.md"
    say "the repository is sound"
}

main() {
    local mode=${1:-push} there
    [ "$#" -le 1 ] || fail "$usage" "give at most one option; see --help"
    case "$mode" in
        push | --check | --list) ;;
        --help | -h)
            sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//'
            exit 0
            ;;
        *) fail "$usage" "there is no option \"$mode\"; see --help" ;;
    esac
    read_settings "$settings"
    folder=$(backups_folder)
    oldest=${FLIXLIST_BACKUP_HOURS:-26}
    open_repository
    case "$mode" in
        --list)
            restic snapshots --host flixlist --tag flixlist
            return
            ;;
        push)
            [ -d "$folder" ] || fail "$unavailable" "there is no folder $folder (FLIXLIST_BACKUPS)"
            # What is there is sent even when it is old: better than nothing.
            send
            ;;
    esac
    check
    there=$(newest_there) || true
    look_at_age "$there" "the repository"
    [ "$mode" != push ] || look_at_age "$(newest_in "$folder")" "$folder"
}

main "$@"
