# shellcheck shell=bash
# What push.sh and drill.sh share; to be sourced.

# Exports the lines NAME=value of a file. The environment wins; what systemd has read for us need not be readable.
read_settings() { # file
    local line name value
    [ -r "$1" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*([A-Z][A-Z0-9_]*)=(.*)$ ]] || continue
        name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
        case "$value" in
            \"*\" | \'*\') value=${value:1:-1} ;;
        esac
        [ -n "${!name:-}" ] || export "$name=$value"
    done <"$1"
}

backups_folder() { printf '%s\n' "${FLIXLIST_BACKUPS:-${FLIXLIST_DATA:-/var/lib/flixlist}/backups}"; }

# The newest of those that are made by themselves: their names sort by time.
newest_in() { # folder
    find "$1" -type f -name 'daily-*.flixlist.gz' -printf '%f %p\n' 2>/dev/null | sort | tail -n 1 | cut -d ' ' -f 2-
}

# The same in the repository.
newest_there() {
    restic ls --quiet latest --host flixlist --tag flixlist 2>/dev/null |
        grep -E '/daily-[^/]*\.flixlist\.gz$' | sort | tail -n 1
}
