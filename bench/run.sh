#!/usr/bin/env bash
# Measures the pages of FlixList on the reference library of DESIGN section 8 and prints a table in Markdown.
#
#   bench/run.sh [--quick]      10 seconds a row, with --quick 3
#
# It builds nothing: `make bench` does. FLIXLIST_BINARY names another program than .build/release/flixlist, BENCH_PORT
# another port than a free one; TMPDIR says on which disk the data lies. docs/benchmarks.md has the method.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'bench: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

seconds=10
case "${1:-}" in
    '') ;;
    --quick) seconds=3 ;;
    *) fail "'$1' is not an option; there is only --quick." ;;
esac
[ "$#" -le 1 ] || fail "there is only one option, --quick."

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
mkdir "$room/first"

export FLIXLIST_HOST=127.0.0.1 FLIXLIST_PORT=${BENCH_PORT:-0} FLIXLIST_METRICS_PORT=0 FLIXLIST_LOG_LEVEL=warning
export FLIXLIST_DATA=$room/data

now_us() {
    local now=$EPOCHREALTIME
    printf '%s\n' "${now/[.,]/}"
}

start() { # data folder: serves it; sets server, base and start_ms, the time until the first page was answered
    local from line='' tries=0
    from=$(now_us)
    FLIXLIST_DATA=$1 "$binary" serve >"$room/said" 2>"$room/log" &
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
    python3 - "$FLIXLIST_DATA/flixlist.sqlite" "$1" <<'PYTHON'
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
PYTHON
}

say "first start, with the starter catalogue"
start "$room/first"
first_start=$start_ms
stop_server

say "the reference library"
(umask 077 && python3 -c 'import secrets; print(secrets.token_urlsafe(24))' >"$room/password")
"$binary" user add "$user" <"$room/password" || fail "the account could not be made."
python3 bench/library.py "$FLIXLIST_DATA" --user "$user" --today "$(date -u +%F)" >&2
for repair in --repair ''; do # mend, then look again
    "$binary" doctor --recount ${repair:+"$repair"} >"$room/doctor" 2>&1 ||
        fail "the doctor is not content: $(grep '^wrong' "$room/doctor" | cut -c 1-300)"
done
read -r show season film < <(python3 bench/picks.py "$FLIXLIST_DATA" "$user" "$room/ticks" "$room/searches")
[ -n "${film:-}" ] || fail "the library has no show, season and film to ask for."

say "second start, three times"
for _ in 1 2 3; do
    start "$FLIXLIST_DATA"
    printf '%s\n' "$start_ms" >>"$room/starts"
    stop_server
done
second_start=$(sort -n "$room/starts" | sed -n 2p)

start "$FLIXLIST_DATA"
status=$(tr -d '\n' <"$room/password" | curl -sS -o /dev/null -c "$room/cookies" -w '%{http_code}' \
    -H "Origin: $base" --data-urlencode "username=$user" --data-urlencode password@- "$base/login")
cookie=$(awk '$6 == "flixlist" { print $6 "=" $7 }' "$room/cookies")
[ "$status" = 303 ] && [ -n "$cookie" ] || fail "logging in answered $status."

ask() { # path, encoding: "status bytes" of one answer
    curl -sS -o /dev/null -w '%{http_code} %{size_download}' -H "Cookie: $cookie" -H "Accept-Encoding: $2" "$base$1"
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

empty=
row() { # name, encoding, bytes, budget p99 or -, budget rate or -, then "p50 p99 rate requests errors"
    [ -n "$6" ] || fail "wrk gave no result for $1."
    local p50 p99 rate requests errors
    read -r p50 p99 rate requests errors <<<"$6"
    empty=${empty:-$rate}
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
        "$1" "$2" "$3" "$p50" "$p99" "$rate" "$empty" "$4" "$5" "$requests" "$errors" >>"$room/rows"
}

measure() { # name, path, budget p99, budget rate, encodings
    local encoding answer
    for encoding in $5; do
        say "$1 ($encoding)"
        answer=$(ask "$2" "$encoding")
        [ "${answer% *}" = 200 ] || fail "$2 answered ${answer% *}."
        load 1 "$base$2" -H "Accept-Encoding: $encoding" -- get >/dev/null
        row "$1" "$encoding" "${answer#* }" "$3" "$4" \
            "$(load "$seconds" "$base$2" -H "Accept-Encoding: $encoding" -- get)"
    done
}

measure "the empty answer" /healthz - - identity
measure home / 8 2000 "identity gzip"
measure "library of films by name, 50 a page" "/library?kind=movie&sort=name" 5 4000 "identity gzip"
measure "library of shows, with progress" "/library?kind=show&sort=name" 8 2500 "identity gzip"
measure "library by last watched, page 5" "/library?sort=watched&page=5" - - "identity gzip"
measure "title of a show" "/titles/$show" 5 4000 "identity gzip"
measure "season" "/titles/$show/seasons/$season" 5 4000 "identity gzip"
measure "title of a film" "/titles/$film" 5 4000 "identity gzip"
for encoding in identity gzip; do
    say "search as typed ($encoding)"
    most=0
    while read -r path; do
        answer=$(ask "$path" "$encoding")
        [ "${answer% *}" = 200 ] || fail "$path answered ${answer% *}."
        [ "${answer#* }" -le "$most" ] || most=${answer#* }
    done <"$room/searches"
    load 1 "$base" -H "Accept-Encoding: $encoding" -- paths "$room/searches" >/dev/null
    row "search as typed, 40 texts" "$encoding" "$most" 20 500 \
        "$(load "$seconds" "$base" -H "Accept-Encoding: $encoding" -- paths "$room/searches")"
done
measure history /history - - "identity gzip"
measure activity /activity - - "identity gzip"

say "ticks"
location=$(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' -H "Cookie: $cookie" -H "Origin: $base" \
    --data "$(tail -n 1 "$room/ticks" | cut -f 2)" "$base$(tail -n 1 "$room/ticks" | cut -f 1)")
[[ $location == 303*done=* ]] || fail "a tick answered $location."
before=$(query 'SELECT count(*) FROM plays')
result=$(load "$seconds" "$base" -H "Origin: $base" -H "Content-Type: application/x-www-form-urlencoded" \
    -- ticks "$room/ticks")
sleep 0.5 # for the last four, which wrk did not wait for
after=$(query 'SELECT count(*) FROM plays')
row "tick an episode, durable" identity 0 10 300 "$result"
read -r _ _ _ posted _ <<<"$result"
stored=$((after - before))
measure "the empty answer, again" /healthz - - identity

resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")
highest=$(awk '/^VmHWM/ { print $2 }' "/proc/$server/status")
titles=$(query 'SELECT count(*) FROM titles')
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
stop_server

printf '%s cores (%s), %s, data on %s, a 4 KB write with fdatasync takes %s ms; wrk -t2 -c4 -d%ss beside it.\n\n' \
    "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -sr | cut -d - -f 1)" \
    "$(stat -f -c %T "$room")" "$sync_ms" "$seconds"
awk -F '\t' '
    function budget(value, unit) { return value == "-" ? "–" : value unit }
    BEGIN {
        print "| page | KB | p50 ms | p99 ms | req/s | to the empty answer | budget p99 ms | budget req/s | |"
        print "|---|--:|--:|--:|--:|--:|--:|--:|---|"
    }
    {
        verdict = ""
        if ($8 != "-") {
            if ($5 > $8) verdict = verdict ", p99"
            if ($6 < $9) verdict = verdict ", req/s"
        }
        if ($3 > 100 * 1024) verdict = verdict ", size"
        if ($11 > 0) verdict = verdict ", " $11 " errors"
        verdict = verdict != "" ? "misses " substr(verdict, 3) : $8 == "-" ? "" : "ok"
        if (verdict ~ /^misses/) missed++; else if (verdict == "ok") ok++
        printf "| %s%s | %.1f | %.2f | %.2f | %.0f | %.3f | %s | %s | %s |\n", $1, $2 == "gzip" ? ", gzip" : "",
            $3 / 1024, $4, $5, $6, $6 / $7, budget($8, ""), budget($9, ""), verdict
    }
    END { printf "\n%d rows ok, %d miss their budget.\n\n", ok, missed }' "$room/rows"

verdict() { if [ "$1" -le "$2" ]; then echo ok; else echo misses; fi; }
cat <<MARKDOWN
| | measured | budget | |
|---|--:|--:|---|
| memory after the load (VmRSS) | $((resident / 1024)) MB | 96 MB | $(verdict "$resident" $((96 * 1024))) |
| memory at its highest (VmHWM; a login takes 32 MB) | $((highest / 1024)) MB | – | |
| first start to the first page, with the starter catalogue | $first_start ms | 2000 ms | $(verdict "$first_start" 2000) |
| second start to the first page (median of 3) | $second_start ms | 500 ms | $(verdict "$second_start" 500) |

Search was among $titles titles (the budget is for 1,000,000). $posted ticks were answered and $stored are in plays.
MARKDOWN
warnings=$(wc -l <"$room/log")
[ "$warnings" -eq 0 ] ||
    say "the program logged $warnings warnings, the last: $(tail -n 1 "$room/log" | cut -c 1-300)"
[ "$stored" -ge "$posted" ] && [ "$stored" -le $((posted + 4)) ] ||
    fail "$posted ticks were answered but $stored were recorded."
