#!/usr/bin/env bash
# Runs a command beside a PostgreSQL that lives only as long: in a folder of its own, reached by a socket in it.
#
#   scripts/with-postgres.sh COMMAND [ARGUMENT ...]
#
# The command finds TEST_POSTGRES=postgres://flixlist@/postgres?host=SOCKET, TEST_PGBOUNCER, the same through a
# PgBouncer in transaction mode where there is one, and the server's programs in TEST_POSTGRES_BIN. POSTGRES_OPTIONS adds options of the server, such as "-c fsync=on".
set -euo pipefail

fail() {
    printf 'with-postgres: %s\n' "$*" >&2
    exit 1
}

[ "$#" -gt 0 ] || fail "say which command to run."

# The newest that is installed.
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(readlink -f "$(command -v initdb || true)")")
[ -x "$bin/initdb" ] && [ -x "$bin/psql" ] || fail "there is no PostgreSQL here: run 'make setup SET=test'."

# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    if id postgres >/dev/null 2>&1; then owner=postgres; fi
    as=(setpriv "--reuid=$owner" "--regid=$(id -gn "$owner")" --clear-groups --inh-caps=-all)
fi

room=$(mktemp -d /tmp/flixlist-pg.XXXXXX)
server=
bouncer=
# shellcheck disable=SC2329  # the trap calls it
clean_up() {
    if [ -n "$bouncer" ]; then
        kill -INT "$bouncer" 2>/dev/null || true
        wait "$bouncer" 2>/dev/null || true
    fi
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true # at once: nothing in it is worth keeping
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$room"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$room/data" "$room/socket"
if [ "${#as[@]}" -gt 0 ]; then
    chmod 711 "$room"
    chown "$owner" "$room/data" "$room/socket"
fi
chmod 700 "$room/data"

# From a folder that the server's user may enter, with none of the caller's PG* variables.
for name in $(compgen -e PG); do unset "$name"; done
(cd / && "${as[@]}" "$bin/initdb" -D "$room/data" -U flixlist -A trust -E UTF8 --locale=C --no-sync) \
    >"$room/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 3 "$room/initdb.log")"

options=(-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300
    -c shared_buffers=128MB -c max_wal_size=4GB -c checkpoint_timeout=1h -c log_min_messages=fatal)
read -r -a more <<<"${POSTGRES_OPTIONS:-}"
(cd / && exec "${as[@]}" "$bin/postgres" -D "$room/data" -k "$room/socket" "${options[@]}" "${more[@]}") \
    >"$room/server.log" 2>&1 &
server=$!

ready=
for _ in $(seq 150); do # 30 seconds
    if "$bin/psql" -X -h "$room/socket" -U flixlist -d postgres -qAtc "SELECT 1" >"$room/psql.log" 2>&1; then
        ready=yes
        break
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
[ -n "$ready" ] || fail "PostgreSQL did not start: $(tail -n 3 "$room/server.log" "$room/psql.log" 2>&1)"

program=$(command -v pgbouncer || true)
[ -n "$program" ] || program=$(compgen -G '/usr/sbin/pgbouncer' || true)
if [ -n "$program" ]; then
    printf '"flixlist" ""\n' >"$room/users"
    cat >"$room/bouncer.ini" <<END
[databases]
* = host=$room/socket
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $room/socket
auth_type = trust
auth_file = $room/users
pool_mode = transaction
default_pool_size = 3
ignore_startup_parameters = extra_float_digits
END
    (cd / && exec "${as[@]}" "$program" -q "$room/bouncer.ini") >"$room/bouncer.log" 2>&1 &
    bouncer=$!
    for _ in $(seq 50); do
        [ ! -S "$room/socket/.s.PGSQL.6432" ] || break
        sleep 0.1
    done
    [ -S "$room/socket/.s.PGSQL.6432" ] || fail "PgBouncer did not start: $(tail -n 3 "$room/bouncer.log")"
    export TEST_PGBOUNCER="postgres://flixlist@/postgres?port=6432&host=$room/socket"
fi

export TEST_POSTGRES="postgres://flixlist@/postgres?host=$room/socket"
export TEST_POSTGRES_BIN=$bin
"$@"
