#!/usr/bin/env bash
# Measures the pages of FlixList on the reference library of DESIGN section 8 and on one ten times as large, and prints
# a table of each in Markdown.
#
#   bench/run.sh [--quick]      6 seconds a row and 4 in the second table; with --quick 2, and no rows with gzip
#
# It builds nothing: `make bench` does. BENCH_SCALE says how many times as large the second library is (10; 0 leaves
# the second table out), BENCH_CATALOGUE names a folder with IMDb's files, such as bench/imdb.py makes, that are taken in
# first: the same library in a catalogue of millions. Within scripts/with-postgres.sh the reference library is copied to
# that server as well and measured there, its server on the same cores: a third table compares the two. FLIXLIST_BINARY
# names another program than .build/release/flixlist, BENCH_PORT another port than a free one; TMPDIR says on which disk
# the data lies. docs/benchmarks.md has the method.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'bench: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

seconds=6 large_seconds=4 encodings="identity gzip"
case "${1:-}" in
    '') ;;
    --quick) seconds=2 large_seconds=2 encodings=identity ;;
    *) fail "'$1' is not an option; there is only --quick." ;;
esac
[ "$#" -le 1 ] || fail "there is only one option, --quick."
readonly times=${BENCH_SCALE:-10}
[[ $times =~ ^[0-9]+$ ]] || fail "BENCH_SCALE must be a whole number."
readonly catalogue=${BENCH_CATALOGUE:-}
[ -z "$catalogue" ] || [ -e "$catalogue/title.basics.tsv.gz" ] || fail "there is no title.basics.tsv.gz in $catalogue."

readonly user=bench binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first, or 'make bench', which does both."
command -v wrk >/dev/null || fail "wrk is missing; 'make bench' installs it (or: apt-get install wrk)."
for tool in curl python3; do
    command -v "$tool" >/dev/null || fail "$tool is missing; please install it."
done

# Nothing of the caller's own site may get in.
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done

room=$(mktemp -d "${TMPDIR:-/tmp}/flixlist-bench.XXXXXX")
server=
# shellcheck disable=SC2329  # the trap calls it
clean_up() {
    if [ -n "$server" ]; then
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$room"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

export FLIXLIST_HOST=127.0.0.1 FLIXLIST_PORT=${BENCH_PORT:-0} FLIXLIST_METRICS_PORT=0 FLIXLIST_LOG_LEVEL=warning
export FLIXLIST_DATA=

now_us() {
    local now=$EPOCHREALTIME
    printf '%s\n' "${now/[.,]/}"
}

start() { # serves FLIXLIST_DATA; sets server, base and start_ms, the time until the first page was answered
    local from line='' tries=0
    from=$(now_us)
    "$binary" serve >"$room/said" 2>"$room/log" &
    server=$!
    until [[ $line =~ ^FlixList\ serves\ .*:([0-9]+)$ ]]; do
        kill -0 "$server" 2>/dev/null || fail "the program did not start: $(tail -n 3 "$room/log")"
        tries=$((tries + 1))
        [ "$tries" -lt 12000 ] || fail "the program did not say that it serves within a minute."
        sleep 0.005
        line=''
        read -r line <"$room/said" || true
    done
    base=http://127.0.0.1:${BASH_REMATCH[1]}
    curl -fsS -o /dev/null "$base/" || fail "the first page was not answered."
    start_ms=$((($(now_us) - from) / 1000))
}

stop_server() {
    kill -TERM "$server"
    wait "$server" || fail "the program ended with $? when it was asked to stop: $(tail -n 3 "$room/log")"
    server=
}

query() { # SQL: the first value, read beside the running program
    if [ -n "${FLIXLIST_DATABASE:-}" ]; then
        "$TEST_POSTGRES_BIN/psql" -XAtq "$FLIXLIST_DATABASE" -c "$1"
        return
    fi
    python3 - "$FLIXLIST_DATA/flixlist.sqlite" "$1" <<'PYTHON'
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
PYTHON
}

change() { # SQL: a change beside the running program
    if [ -n "${FLIXLIST_DATABASE:-}" ]; then
        "$TEST_POSTGRES_BIN/psql" -Xq "$FLIXLIST_DATABASE" -c "$1"
        return
    fi
    python3 - "$FLIXLIST_DATA/flixlist.sqlite" "$1" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    database.execute(sys.argv[2])
PYTHON
}

fill() { # scale: the library in FLIXLIST_DATA, and what is asked for
    local repair from
    (umask 077 && python3 -c 'import secrets; print(secrets.token_urlsafe(24))' >"$room/password")
    "$binary" user add "$user" <"$room/password" || fail "the account could not be made."
    if [ -n "$catalogue" ]; then
        say "the titles of $catalogue"
        "$binary" catalogue import imdb --from "$catalogue" --kinds film,show,special,short,video,pilot --quiet \
            >"$room/imported" 2>&1 || fail "the import failed: $(tail -n 1 "$room/imported")"
    fi
    python3 bench/library.py "$FLIXLIST_DATA" --user "$user" --today "$(date -u +%F)" --scale "$1" >&2
    from=$(now_us)
    for repair in --repair ''; do # mend, then look again
        "$binary" doctor --recount ${repair:+"$repair"} >"$room/doctor" 2>&1 ||
            fail "the doctor is not content: $(grep '^wrong' "$room/doctor" | cut -c 1-300)"
        if [ -n "$repair" ]; then recount_ms=$((($(now_us) - from) / 1000)); fi
    done
    read -r show season film list person genre < <(
        python3 bench/picks.py "$FLIXLIST_DATA" "$user" "$room/ticks" "$room/searches")
    [ -n "${genre:-}" ] || fail "the library has no show, season and film to ask for."
}

log_in() {
    local status
    status=$(tr -d '\n' <"$room/password" | curl -sS -o /dev/null -c "$room/cookies" -w '%{http_code}' \
        -H "Origin: $base" --data-urlencode "username=$user" --data-urlencode password@- "$base/login")
    cookie=$(awk '$6 == "flixlist" { print $6 "=" $7 }' "$room/cookies")
    [ "$status" = 303 ] && [ -n "$cookie" ] || fail "logging in answered $status."
}

ask() { # path, encoding: "status bytes seconds" of one answer
    curl -sS -o /dev/null -w '%{http_code} %{size_download} %{time_total}' \
        -H "Cookie: $cookie" -H "Accept-Encoding: $2" "$base$1"
}

load() { # seconds, URL, wrk's options and, after --, the script's: "p50 p99 rate requests errors"
    local time=$1 url=$2 options=()
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    wrk -t2 -c4 "-d${time}s" --timeout 10s --latency -s bench/load.lua -H "Cookie: $cookie" "${options[@]}" \
        "$url" "$@" >"$room/wrk" || fail "wrk failed: $(tail -n 3 "$room/wrk")"
    sed -n 's/^RESULT //p' "$room/wrk"
}

row() { # name, encoding, bytes, budget p99 or -, budget rate or -, then "p50 p99 rate errors", what it is
    [ -n "$6" ] || fail "wrk gave no result for $1."
    local p50 p99 rate errors
    read -r p50 p99 rate errors <<<"$6"
    empty=${empty:-$rate}
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
        "$1" "$2" "$3" "$p50" "$p99" "$rate" "$empty" "$4" "$5" "$errors" "$7" >>"$rows"
}

loaded() { # wrk's "p50 p99 rate requests errors": what a row takes
    awk '{ print $1, $2, $3, $5 }' <<<"$1"
}

# A page may not be there yet: then its row says so and the run goes on. A filter that the program does not know would
# measure the page without it, so a nonsensical value of it must be refused first.
is_there() { # name, path, budgets, an address that must be answered by 422 or nothing
    local status
    status=$(ask "$2" identity)
    status=${status%% *}
    if [ "$status" = 200 ] && { [ -z "$5" ] || [[ $(ask "$5" identity) == 422* ]]; }; then return 0; fi
    say "$1: $2 is not there ($status)"
    case $status in 200 | 404) status=missing ;; *) status="answers $status" ;; esac
    row "$1" identity 0 "$3" "$4" "0 0 0 0" "$status"
    return 1
}

measure() { # name, path, budget p99, budget rate, encodings, an address that must be answered by 422 or nothing
    local encoding answer
    is_there "$1" "$2" "$3" "$4" "${6:-}" || return 0
    for encoding in $5; do
        say "$1 ($encoding)"
        load 1 "$base$2" -H "Accept-Encoding: $encoding" -- get >/dev/null
        answer=$(ask "$2" "$encoding") # weighed when warm
        read -r _ bytes _ <<<"$answer"
        row "$1" "$encoding" "$bytes" "$3" "$4" \
            "$(loaded "$(load "$row_seconds" "$base$2" -H "Accept-Encoding: $encoding" -- get)")" load
    done
}

tick() { # number: posts one of the last ticks of the list, and says how it was answered
    local path body
    IFS=$'\t' read -r path body < <(tail -n "$1" "$room/ticks" | head -n 1)
    curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' -H "Cookie: $cookie" -H "Origin: $base" \
        --data "$body" "$base$path"
}

measure_single() { # name, path, how many times, "changed" for a tick before each: median and slowest
    local turn status bytes time
    is_there "$1" "$2" - - "" || return 0
    say "$1, $3 times"
    : >"$room/times"
    for turn in $(seq 1 "$3"); do
        if [ "${4:-}" = changed ]; then
            [[ $(tick $((turn + 1))) == 303* ]] || fail "a tick was not answered by 303."
        fi
        read -r status bytes time < <(ask "$2" identity; echo)
        [ "$status" = 200 ] || fail "$2 answered $status."
        printf '%s\n' "$time" >>"$room/times"
    done
    row "$1" identity "$bytes" - - "$(sort -n "$room/times" |
        awk '{ all[NR] = $1 * 1000 } END { print all[int((NR + 1) / 2)], all[NR], 0, 0 }')" single
}

measure_search() { # encodings
    local encoding answer bytes most path
    for encoding in $1; do
        say "search as typed ($encoding)"
        most=0
        while read -r path; do
            answer=$(ask "$path" "$encoding")
            read -r status bytes _ <<<"$answer"
            [ "$status" = 200 ] || fail "$path answered $status."
            [ "$bytes" -le "$most" ] || most=$bytes
        done <"$room/searches"
        load 1 "$base" -H "Accept-Encoding: $encoding" -- paths "$room/searches" >/dev/null
        row "search as typed, 40 texts" "$encoding" "$most" 20 500 \
            "$(loaded "$(load "$row_seconds" "$base" -H "Accept-Encoding: $encoding" -- paths "$room/searches")")" load
    done
}

make_edges() { # what the daily job of similar titles makes, now instead of ten minutes after the start
    local tries=0
    say "edges between titles"
    until [ "$(query "SELECT count(*) FROM jobs WHERE name = 'similar'")" = 1 ]; do sleep 0.2; done
    change "UPDATE jobs SET due_at = 0 WHERE name = 'similar'"
    until [ "$(query "SELECT count(*) FROM site WHERE name = 'edges-at'")" = 1 ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail "the job of similar titles was not done within two minutes."
        sleep 0.2
    done
}

measure_ticks() {
    local location before after result
    local form=(-H "Origin: $base" -H "Content-Type: application/x-www-form-urlencoded")
    say "ticks"
    location=$(tick 1)
    [[ $location == 303*done=* ]] || fail "a tick answered $location."
    # Warm like the pages: on PostgreSQL each connection prepares its statements with its first tick.
    load 1 "$base" "${form[@]}" -- ticks "$room/ticks" >/dev/null
    sleep 0.5 # for the last four, which wrk did not wait for
    before=$(query 'SELECT count(*) FROM plays')
    result=$(load "$row_seconds" "$base" "${form[@]}" -- ticks "$room/ticks")
    sleep 0.5
    after=$(query 'SELECT count(*) FROM plays')
    row "tick an episode, durable" identity 0 10 300 "$(loaded "$result")" load
    read -r _ _ _ posted _ <<<"$result"
    stored=$((after - before))
}

measure_all() { # encodings
    local filter="/library?decade=nonsense" diary="/history?kind=nonsense" year
    year=$(($(date -u +%Y) - 1))
    measure "the empty answer" /healthz - - identity
    measure home / 8 2000 "$1"
    measure "library of films by name, 50 a page" "/library?kind=movie&sort=name" 5 4000 "$1"
    measure "library of shows, with progress" "/library?kind=show&sort=name" 8 2500 "$1"
    measure "library by last watched, page 5" "/library?sort=watched&page=5" - - "$1"
    measure "library of a genre" "/library?genre=$genre" - - "$1" "$filter"
    measure "library of a decade" "/library?decade=1990" - - "$1" "$filter"
    measure "library with a person" "/library?person=$person" - - "$1" "$filter"
    measure "library as a table" "/library?view=table" - - "$1" "$filter"
    measure "title of a show" "/titles/$show" 5 4000 "$1"
    measure "season" "/titles/$show/seasons/$season" 5 4000 "$1"
    measure "title of a film" "/titles/$film" 5 4000 "$1"
    measure "person" "/people/$person" - - "$1"
    measure_search "$1"
    measure "discover, for you" /discover 20 100 "$1"
    measure "history" /history - - "$1"
    measure "history of films" "/history?kind=movie" - - "$1" "$diary"
    measure "history of what was imported" "/history?source=import" - - "$1" "$diary"
    measure "activity" /activity - - "$1"
    measure "calendar, agenda" /calendar - - "$1"
    measure "calendar, month" "/calendar?view=month" - - "$1"
    measure "lists" /lists - - "$1"
    measure "list, the longest" "/lists/$list" - - "$1"
    measure "statistics, figures kept" /stats 40 100 "$1"
    measure "year in review, figures kept" "/stats/$year" 40 100 "$1"
    measure_ticks
    measure "the empty answer, again" /healthz - - identity
    measure_single "statistics after a change, one at a time" /stats 12 changed
}

run() { # folder, scale, seconds a row, encodings: the rows, memory and starts of one library
    local status_file
    FLIXLIST_DATA=$1 rows=$1.rows row_seconds=$3 empty=
    say "the library, $2 times the reference"
    fill "$2"
    say "second start, three times"
    : >"$room/starts"
    for _ in 1 2 3; do
        start
        printf '%s\n' "$start_ms" >>"$room/starts"
        stop_server
    done
    second_start=$(sort -n "$room/starts" | sed -n 2p)
    start
    log_in
    make_edges
    measure_all "$4"
    status_file=/proc/$server/status
    resident=$(awk '/^VmRSS/ { print $2 }' "$status_file")
    measure_single "export of record.json, one at a time" /export/record.json 5
    highest=$(awk '/^VmHWM/ { print $2 }' "$status_file")
    titles=$(query 'SELECT count(*) FROM titles')
    database_mb=$(($(stat -c %s "$FLIXLIST_DATA/flixlist.sqlite") >> 20))
    stop_server
    warnings=$(wc -l <"$room/log")
    [ "$warnings" -eq 0 ] ||
        say "the program logged $warnings warnings, the last: $(tail -n 1 "$room/log" | cut -c 1-300)"
    [ "$stored" -ge "$posted" ] && [ "$stored" -le $((posted + 4)) ] ||
        fail "$posted ticks were answered but $stored were recorded."
}

run_postgres() { # folder, seconds a row: the same library from a PostgreSQL
    local from
    FLIXLIST_DATA=$1 rows=$1.postgres row_seconds=$2 empty=
    FLIXLIST_DATABASE=${TEST_POSTGRES/\/postgres?//bench?}
    FLIXLIST_SECRET=$(cat "$1/secret")
    export FLIXLIST_DATABASE FLIXLIST_SECRET
    "$TEST_POSTGRES_BIN/psql" -Xq "$TEST_POSTGRES" -c 'CREATE DATABASE bench'
    say "the copy to PostgreSQL"
    from=$(now_us)
    "$binary" copy --from "sqlite://$1/flixlist.sqlite" --to "$FLIXLIST_DATABASE" >"$room/copied" ||
        fail "the copy failed: $(tail -n 1 "$room/copied")"
    copy_ms=$((($(now_us) - from) / 1000))
    "$TEST_POSTGRES_BIN/psql" -Xq "$FLIXLIST_DATABASE" -c 'VACUUM ANALYZE'
    start
    log_in
    make_edges
    measure_all identity
    resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
    stop_server
    unset FLIXLIST_DATABASE FLIXLIST_SECRET
}

compare() { # rows of SQLite, rows of PostgreSQL
    awk -F '\t' -f bench/compare.awk "$1" "$2"
    tail -n 1 "$room/copied" | sed "s/^Everything is there: /The copy of /; s/\\.\$/ took $copy_ms ms, compared table by table;/"
    echo "the node took $((resident / 1024)) MB."
}

table() { # rows, and the rows of the table to compare with
    awk -F '\t' -f bench/table.awk "${@:2}" "$1"
}

verdict() { if [ "$1" -le "$2" ]; then echo ok; else echo misses; fi; }

facts() { # first start or nothing: memory and starts as a table
    cat <<MARKDOWN
| | measured | budget | |
|---|--:|--:|---|
| memory after the load (VmRSS) | $((resident / 1024)) MB | 96 MB | $(verdict "$resident" $((96 * 1024))) |
| memory at its highest (VmHWM; a login takes 32 MB; with the export) | $((highest / 1024)) MB | – | |
MARKDOWN
    [ -z "$1" ] ||
        echo "| first start to the first page, with the starter catalogue | $1 ms | 2000 ms | $(verdict "$1" 2000) |"
    cat <<MARKDOWN
| second start to the first page (median of 3) | $second_start ms | 500 ms | $(verdict "$second_start" 500) |
| the whole recount by the doctor | $recount_ms ms | – | |
| the database | $database_mb MB | – | |

Search was among $titles titles (the budget is for 1,000,000). $posted ticks were answered and $stored are in plays.
MARKDOWN
}

began=$SECONDS
say "first start, with the starter catalogue"
mkdir "$room/first"
FLIXLIST_DATA=$room/first
start
first_start=$start_ms
stop_server

sync_ms=$(python3 - "$room/sync" <<'PYTHON'
import os, statistics, sys, time
file, times = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), []
for place in range(300):
    start = time.perf_counter()
    os.pwrite(file, b"x" * 4096, place * 4096)
    os.fdatasync(file)
    times.append(time.perf_counter() - start)
print(f"{statistics.median(times) * 1000:.2f}")
PYTHON
)

run "$room/data" 1 "$seconds" "$encodings"
printf '%s cores (%s), %s, data on %s, a 4 KB write with fdatasync takes %s ms; wrk -t2 -c4 -d%ss beside it.\n\n' \
    "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -sr | cut -d - -f 1)" \
    "$(stat -f -c %T "$room")" "$sync_ms" "$seconds"
table "$room/data.rows"
facts "$first_start"
if [ -n "${TEST_POSTGRES:-}" ]; then
    run_postgres "$room/data" "$seconds"
    printf '\nThe same library on PostgreSQL %s, by a socket, its server on the same cores:\n\n' \
        "$("$TEST_POSTGRES_BIN/psql" -XAtq "$TEST_POSTGRES" -c 'SHOW server_version' | cut -d ' ' -f 1)"
    compare "$room/data.rows" "$room/data.postgres"
fi
if [ "$times" -gt 0 ]; then
    rm -rf "$room/data"
    run "$room/large" "$times" "$large_seconds" identity
    printf '\nAt %s times the library, -d%ss:\n\n' "$times" "$large_seconds"
    table "$room/large.rows" "$room/data.rows"
    facts ''
fi
say "done in $((SECONDS - began)) seconds"
