#!/usr/bin/env bash
# Holds that every SQL statement of FlixList is one that PostgreSQL understands too.
#
# The Swift tests leave two files in .build/pg (or $FLIXLIST_PG_DIR):
#   schema.sql       the tables, in PostgreSQL's spelling
#   statements.sql   every statement that was run, with a line "-- next" between two
# A throw-away server (a folder of its own, no network) takes the schema and then PREPAREs each statement.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly floor=30 # fewer statements than this means that the tests did not write them
readonly from=${FLIXLIST_PG_DIR:-.build/pg}
readonly schema=$from/schema.sql statements=$from/statements.sql

fail() { # passed, failed, sentence
    printf 'prepare-pg: %s\n' "$3" >&2
    printf 'prepare: %d passed, %d failed\n' "$1" "$2"
    exit 1
}

for file in "$schema" "$statements"; do
    [ -s "$file" ] || fail 0 1 "$file is missing or empty: the Swift tests write it, so run 'make unit' first."
done

# The newest PostgreSQL of this machine.
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    found=$(command -v initdb) || fail 0 1 "there is no PostgreSQL server here: run 'scripts/setup.sh test'."
    bin=$(dirname "$(readlink -f "$found")")
fi
for tool in initdb postgres psql; do
    [ -x "$bin/$tool" ] || fail 0 1 "$bin has no $tool: run 'scripts/setup.sh test'."
done

# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    if id postgres >/dev/null 2>&1; then owner=postgres; fi
    as=(setpriv "--reuid=$owner" "--regid=$(id -gn "$owner")" --clear-groups --inh-caps=-all)
fi

room=$(mktemp -d /tmp/flixlist-pg.XXXXXX)
server=
# shellcheck disable=SC2329  # the trap calls it
clean_up() {
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true # at once: nothing in it is worth keeping
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$room"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$room/data" "$room/socket" "$room/run"
if [ "${#as[@]}" -gt 0 ]; then
    chmod 711 "$room"
    chown "$owner" "$room/data" "$room/socket"
fi
chmod 700 "$room/data"

# From a folder that the server's user may enter, with none of the caller's PG* variables.
for name in $(compgen -e PG); do unset "$name"; done
(cd / && "${as[@]}" "$bin/initdb" -D "$room/data" -U flixlist -A trust -E UTF8 --locale=C --no-sync) \
    >"$room/run/initdb.log" 2>&1 ||
    fail 0 1 "initdb failed: $(tail -n 3 "$room/run/initdb.log")"

(cd / && exec "${as[@]}" "$bin/postgres" -D "$room/data" -k "$room/socket" -c listen_addresses= -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=16MB -c log_min_messages=fatal) \
    >"$room/run/server.log" 2>&1 &
server=$!

run_psql() { "$bin/psql" -X -h "$room/socket" -U flixlist -d postgres "$@"; }

ready=
for _ in $(seq 150); do # 30 seconds
    if run_psql -qAtc 'SELECT 1' >/dev/null 2>&1; then
        ready=yes
        break
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
[ -n "$ready" ] || fail 0 1 "PostgreSQL did not start: $(tail -n 3 "$room/run/server.log")"

# A file a statement, so that an open quote in one cannot swallow the next, and psql names the file in its errors.
awk -v room="$room/run" '
    function close_block() {
        sub(/[[:space:]]+$/, "", text)
        while (sub(/;[[:space:]]*$/, "", text)) {}
        if (text ~ /[^[:space:]]/) {
            count++
            file = room "/" count ".sql"
            printf "PREPARE s%d AS\n%s\n;\n", count, text >file
            close(file)
            printf "\\echo @ %d\n\\i %s\n", count, file >(room "/all.psql")
        }
        text = ""
    }
    /^-- next[[:space:]]*$/ { close_block(); next }
    { text = text $0 "\n" }
    END { close_block(); print count + 0 }
' "$statements" >"$room/run/count"
count=$(cat "$room/run/count")
[ "$count" -ge "$floor" ] ||
    fail 0 1 "$statements holds $count statements, and fewer than $floor cannot be all: did the Swift tests finish?"

if ! run_psql -q -v ON_ERROR_STOP=1 -f "$schema" >"$room/run/schema.out" 2>&1; then
    fail 0 "$count" "PostgreSQL refuses the schema: $(head -n 5 "$room/run/schema.out")"
fi

run_psql -v ON_ERROR_STOP=0 -f "$room/run/all.psql" >"$room/run/out" 2>"$room/run/errors" || true

# A statement passes when psql answered it with the one line "PREPARE" and nothing else.
awk -v count="$count" '
    function close_block() { if (number && answers == 1 && answer == "PREPARE") passed[number] = 1; answers = 0 }
    /^@ [0-9]+$/ { close_block(); number = $2; next }
    { answers++; answer = $0 }
    END {
        close_block()
        for (n = 1; n <= count; n++) if (!(n in passed)) print n
    }
' "$room/run/out" >"$room/run/failing"

failed=0
while read -r number; do
    failed=$((failed + 1))
    printf '\n--- statement %d of %d\n' "$number" "$count"
    sed -e '1d' -e '$d' "$room/run/$number.sql"
    awk -v mine="psql:$room/run/$number.sql:" '
        /^psql:/ { shown = index($0, mine) == 1; sub(/^psql:[^ ]* /, "") }
        shown { print; some = 1 }
        END { if (!some) print "ERROR:  PostgreSQL did not answer it as one statement." }
    ' "$room/run/errors"
done <"$room/run/failing"

[ "$failed" -eq 0 ] || echo
printf 'prepare: %d passed, %d failed\n' "$((count - failed))" "$failed"
[ "$failed" -eq 0 ]
