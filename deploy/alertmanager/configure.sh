#!/usr/bin/env bash
# Writes an alertmanager.yml with your addresses. Secrets are taken from files, never from the command line.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: configure.sh --to ADDRESS --from ADDRESS --relay HOST:PORT [options] OUTPUT

  --to ADDRESS               who is told
  --from ADDRESS             whom the mail is from
  --relay HOST:PORT          the mail server, with STARTTLS
  --user NAME                the account there (as --from unless said otherwise)
  --password-file FILE       where Alertmanager finds its password (/etc/alertmanager/secrets/smtp_password)
  --webhook-file FILE        holds a URL that pages are sent to as well
  --watchdog-file FILE       holds a URL that is called every five minutes while alerts work
  --help                     this text

OUTPUT is readable by all, unless it holds a URL: then by its owner and group only.
TEXT
}
say() { printf 'configure: %s\n' "$*"; }
fail() {
    printf 'configure: %s\n' "$*" >&2
    exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
to='' from='' relay='' user='' webhook='' watchdog='' output=''
password=/etc/alertmanager/secrets/smtp_password

url_in() { # file: the URL that it holds
    local url
    [ -r "$1" ] || fail "cannot read $1"
    url=$(tr -d '[:space:]' <"$1")
    [[ $url =~ ^https?://[^\'\"\\]+$ ]] || fail "$1 holds no URL"
    printf '%s' "$url"
}

while [ "$#" -gt 0 ]; do
    case "$1" in
        --help) usage; exit 0 ;;
        --to | --from | --relay | --user | --password-file | --webhook-file | --watchdog-file)
            [ "$#" -ge 2 ] || fail "$1 needs a value"
            case "$1" in
                --to) to=$2 ;;
                --from) from=$2 ;;
                --relay) relay=$2 ;;
                --user) user=$2 ;;
                --password-file) password=$2 ;;
                --webhook-file) webhook=$(url_in "$2") ;;
                --watchdog-file) watchdog=$(url_in "$2") ;;
            esac
            shift 2
            ;;
        -*) fail "unknown option $1; see --help" ;;
        *)
            [ -z "$output" ] || fail "one OUTPUT, not two: $output and $1"
            output=$1
            shift
            ;;
    esac
done

[ -n "$output" ] || fail "say where to write; see --help"
[[ $to =~ ^[^[:space:]\'\"]+@[^[:space:]\'\"]+$ ]] || fail "--to is no address: '$to'"
[[ $from =~ ^[^[:space:]\'\"]+@[^[:space:]\'\"]+$ ]] || fail "--from is no address: '$from'"
[[ $relay =~ ^[A-Za-z0-9.-]+:[0-9]+$ ]] || fail "--relay is not HOST:PORT: '$relay'"
user=${user:-$from}
for value in "$user" "$password"; do
    [[ $value != *[\'\"\\]* ]] || fail "quotes and backslashes cannot be used: $value"
done

line() { # line of the original: the line of the copy
    local indent=${1%%[! ]*}
    case "$1" in
        *smtp_smarthost:*) printf "%ssmtp_smarthost: '%s'\n" "$indent" "$relay" ;;
        *smtp_from:*) printf "%ssmtp_from: '%s'\n" "$indent" "$from" ;;
        *smtp_auth_username:*) printf "%ssmtp_auth_username: '%s'\n" "$indent" "$user" ;;
        *smtp_auth_password_file:*) printf "%ssmtp_auth_password_file: '%s'\n" "$indent" "$password" ;;
        *" to: "*) printf "%sto: '%s'\n" "$indent" "$to" ;;
        *'# page-webhook') [ -z "$webhook" ] || hook "$indent" "$webhook" true ;;
        *'# watchdog-webhook') [ -z "$watchdog" ] || hook "$indent" "$watchdog" false ;;
        '# Where alerts go.'*) printf '# Where alerts go. Written by configure.sh.\n' ;;
        *) printf '%s\n' "$1" ;;
    esac
}
hook() { # indent, URL, whether the end is told too
    printf "%swebhook_configs:\n%s  - url: '%s'\n%s    send_resolved: %s\n" "$1" "$1" "$2" "$1" "$3"
}

# Alertmanager takes the file as it is, and the login would fail with a line break in the password.
if [ -r "$password" ] && [ -s "$password" ] && [ -z "$(tail -c 1 "$password" | tr -d '\n')" ]; then
    fail "$password ends with a line break: write it with printf '%s', without one"
fi

umask 077
written=$(mktemp "$output.XXXXXX") || fail "cannot write beside $output"
trap 'rm -f "$written"' EXIT
while IFS= read -r original; do line "$original"; done <"$here/alertmanager.yml" >"$written"

if command -v amtool >/dev/null; then
    amtool check-config "$written" >/dev/null || fail "amtool does not take the result"
fi
if [ -n "$webhook$watchdog" ]; then chmod 640 "$written"; else chmod 644 "$written"; fi
mv "$written" "$output"
trap - EXIT
say "wrote $output"
[ -e "$password" ] || say "put the password of $user into $password, without a line break, readable by Alertmanager"
