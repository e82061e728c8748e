#!/usr/bin/env bash
# Sends a release to a server and has flixlist-deploy bring it in, over SSH.
#
#   push.sh [OPTIONS] USER@HOST deploy ARCHIVE [stop]   flixlist-VERSION-linux-KIND.tar.gz, as a release has it
#   push.sh [OPTIONS] USER@HOST rollback                back to the release before
#   push.sh [OPTIONS] USER@HOST status                  what runs there
#
#   --known-hosts FILE   the host's own key, one line as of ssh-keyscan, compared by you; needed, for nothing is
#                        believed on first sight
#   --identity FILE      the key to log in with; else what ssh would take
#   --port N             22
#   --sums FILE          SHA256SUMS in which the archive must be, before it is sent
#
# It ends as flixlist-deploy does: 0 done, 64 a wrong use, 65 not the archive that was announced, 69 nothing was
# touched, 70 the release was taken back, 71 that only in part, 75 another deploy is under way; 255 when there was no
# connection, or it broke off: then "status" says how it ended.
set -euo pipefail

fail() {
    printf 'push: %s\n' "$*" >&2
    exit 64
}

show_help() { sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//'; }

known_hosts=
identity=
port=22
sums=
arguments=()
while [ "$#" -gt 0 ]; do
    case "$1" in
        --known-hosts | --identity | --port | --sums)
            [ "$#" -gt 1 ] || fail "$1 needs a value"
            case "$1" in
                --known-hosts) known_hosts=$2 ;;
                --identity) identity=$2 ;;
                --port) port=$2 ;;
                --sums) sums=$2 ;;
            esac
            shift
            ;;
        --help | -h)
            show_help
            exit 0
            ;;
        -*) fail "there is no option $1; see --help" ;;
        *) arguments+=("$1") ;;
    esac
    shift
done
[ "${#arguments[@]}" -ge 2 ] || fail "say where to and what to do; see --help"
target=${arguments[0]} what=${arguments[1]}
[[ $target =~ ^[A-Za-z0-9._-]+@[A-Za-z0-9.:-]+$ ]] || fail "the server is given as USER@HOST, not \"$target\""
[[ $port =~ ^[0-9]{1,5}$ ]] || fail "the port is a number, not \"$port\""
[ -s "$known_hosts" ] || fail "--known-hosts must name a file with the host's key"

# Nothing of the caller's own settings: who is believed, and which key is shown, stands here.
ssh=(ssh -F none -p "$port" -o BatchMode=yes -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$known_hosts"
    -o GlobalKnownHostsFile=none -o UpdateHostKeys=no -o CheckHostIP=no -o ConnectTimeout=15
    -o ServerAliveInterval=10 -o ServerAliveCountMax=6 -o ForwardAgent=no -o ClearAllForwardings=yes -T)
[ -z "$identity" ] || ssh+=(-o IdentitiesOnly=yes -i "$identity")

case "$what" in
    rollback | status)
        [ "${#arguments[@]}" -eq 2 ] || fail "$what takes nothing more"
        exec "${ssh[@]}" "$target" "$what" </dev/null
        ;;
    deploy) ;;
    *) fail "there is deploy, rollback and status, not \"$what\"" ;;
esac

archive=${arguments[2]:-}
mode=${arguments[3]:-}
[ -f "$archive" ] || fail "there is no archive \"$archive\""
[ -z "$mode" ] || [ "$mode" = stop ] || fail "after the archive there may be \"stop\""
name=$(basename "$archive")
[[ $name =~ ^flixlist-([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?)-linux-(amd64|arm64)\.tar\.gz$ ]] ||
    fail "an archive is named flixlist-VERSION-linux-amd64.tar.gz or -arm64.tar.gz, not \"$name\""
version=${BASH_REMATCH[1]}
sum=$(sha256sum "$archive")
sum=${sum%% *}
if [ -n "$sums" ]; then
    grep -qxE "$sum [ *]${name//./\\.}" "$sums" || fail "$name is not in $sums with the sum that it has"
fi
size=$(stat -c %s "$archive")
exec "${ssh[@]}" "$target" "deploy $version $sum $size${mode:+ $mode}" <"$archive"
