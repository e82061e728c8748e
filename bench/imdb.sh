#!/usr/bin/env bash
# How fast `flixlist catalogue import imdb` is, beside the shell of the database that copies the same rows into tables
# with the same columns, indexes and, on PostgreSQL, foreign keys, and how much memory it takes.
#
#   bench/imdb.sh [--small] [--from FOLDER] [--keep FOLDER]
#
# Without --from it makes files of IMDb's shape (bench/imdb.py): 1,000,000 titles, 2,000,000 episodes and 1,500,000 other
# names, with --small 20,000, 40,000 and 30,000. --keep says where everything lies and leaves it there. The embedded
# database is measured, and PostgreSQL too where this runs within scripts/with-postgres.sh. The shells are given the
# rows as they are to be stored, in one transaction, and make neither choices nor comparisons; the import must reach half
# their rate. It builds nothing: `make build` does. FLIXLIST_BINARY names another program than .build/release/flixlist.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'imdb: %s\n' "$*" >&2
    exit 1
}

small=
from=
keep=
while [ "$#" -gt 0 ]; do
    case "$1" in
    --small) small=--small ;;
    --from) from=${2:?"--from needs a folder"}; shift ;;
    --keep) keep=${2:?"--keep needs a folder"}; shift ;;
    *) fail "unknown option $1" ;;
    esac
    shift
done

binary=${FLIXLIST_BINARY:-.build/release/flixlist}
[ -x "$binary" ] || fail "there is no program at $binary; run 'make build' first."
for tool in python3 sqlite3; do
    command -v "$tool" >/dev/null || fail "$tool is missing; please install it."
done
for name in $(compgen -e FLIXLIST_ || true); do unset "$name"; done

if [ -n "$keep" ]; then
    room=$keep
    mkdir -p "$room"
else
    room=$(mktemp -d /tmp/flixlist-imdb.XXXXXX)
    trap 'rm -rf "$room"' EXIT
fi
if [ -z "$from" ]; then
    from=$room/files
    [ -e "$from/title.akas.tsv.gz" ] || python3 bench/imdb.py --out "$from" $small >"$room/made.log"
fi

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }

# import NAME: imports, says how long that took, and the most memory that it had.
import() {
    local name=$1 start process peak=0 seen
    "$binary" catalogue stats >/dev/null # the schema and the starter catalogue are there before
    start=$(now)
    "$binary" catalogue import imdb --from "$from" --adult --kinds film,show,special,short,video,pilot --quiet \
        --until-free 0 >"$room/$name.log" 2>&1 &
    process=$!
    while kill -0 "$process" 2>/dev/null; do
        seen=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null || true)
        [ "${seen:-0}" -le "$peak" ] || peak=$seen
        sleep 0.1
    done
    wait "$process" || fail "the import failed: $(tail -n 3 "$room/$name.log")"
    seconds=$(since "$start")
    memory=$((peak / 1024))
}

# report ENGINE ROWS SECONDS SHELL_SECONDS MEMORY
report() {
    awk -v e="$1" -v n="$2" -v a="$3" -v b="$4" -v m="$5" 'BEGIN {
        printf "%s: %d rows; import %.1f s, %d rows/s; shell %.1f s, %d rows/s; ratio %.2f; peak memory %d MB\n",
            e, n, a, n / a, b, n / b, b / a, m
    }'
}

# The columns that the import writes.
declare -A columns=(
    [titles]="id, kind, name, original_name, name_key, year, runtime, has_ended, weight, votes, score, is_adult,
        imdb_id, source, as_of"
    [genres]="title_id, position, genre"
    [episodes]="id, title_id, season, number, name, air_day, runtime, imdb_id"
    [names]="id, title_id, folded"
)

# --- SQLite: .import
export FLIXLIST_DATA=$room/data FLIXLIST_BACKUPS=off
rm -rf "$room/data" "$room"/copy.sqlite*
import sqlite
ours=$seconds
most=$memory
database=$room/data/flixlist.sqlite
for table in titles genres episodes names; do
    # Nothing stands for what is missing, as .import knows no NULL.
    sqlite3 -ascii "$database" "SELECT ${columns[$table]} FROM $table ORDER BY 1, 2" >"$room/$table.ascii"
done
sqlite3 "$room/copy.sqlite" >"$room/copy.log" <<'END'
PRAGMA journal_mode = WAL;
CREATE TABLE titles (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, original_name TEXT,
  name_key TEXT NOT NULL, year INTEGER, runtime INTEGER, has_ended INTEGER, weight INTEGER, votes INTEGER, score INTEGER,
  is_adult INTEGER, imdb_id TEXT, source TEXT, as_of INTEGER);
CREATE INDEX titles_kind ON titles (kind);
CREATE UNIQUE INDEX titles_imdb ON titles (imdb_id) WHERE imdb_id <> '';
CREATE INDEX titles_weight ON titles (weight, id);
CREATE TABLE genres (title_id INTEGER NOT NULL, position INTEGER NOT NULL, genre TEXT NOT NULL,
  PRIMARY KEY (title_id, position)) WITHOUT ROWID;
CREATE INDEX genres_title ON genres (genre, title_id);
CREATE TABLE episodes (id INTEGER PRIMARY KEY, title_id INTEGER NOT NULL, season INTEGER, number INTEGER,
  name TEXT NOT NULL, air_day TEXT, runtime INTEGER, imdb_id TEXT, UNIQUE (title_id, season, number));
CREATE INDEX episodes_air ON episodes (title_id, air_day);
CREATE TABLE names (id INTEGER PRIMARY KEY, title_id INTEGER NOT NULL, folded TEXT NOT NULL);
CREATE INDEX names_exact ON names (folded, id);
CREATE INDEX names_title ON names (title_id);
CREATE VIRTUAL TABLE words USING fts5(folded, content='', columnsize=0, detail=none, prefix='1 2 3', tokenize='ascii');
END
start=$(now)
sqlite3 "$room/copy.sqlite" >>"$room/copy.log" 2>&1 <<END
PRAGMA synchronous = FULL;
.mode ascii
BEGIN;
.import $room/titles.ascii titles
.import $room/genres.ascii genres
.import $room/episodes.ascii episodes
.import $room/names.ascii names
INSERT INTO words (rowid, folded) SELECT id, folded FROM names ORDER BY id;
COMMIT;
END
shell=$(since "$start")
rows=$(sqlite3 "$room/copy.sqlite" "SELECT (SELECT count(*) FROM titles) + (SELECT count(*) FROM genres)
  + (SELECT count(*) FROM episodes) + (SELECT count(*) FROM names)")
report SQLite "$rows" "$ours" "$shell" "$most"
[ -n "$keep" ] || rm -rf "$room/data" "$room"/copy.sqlite* "$room"/*.ascii

# --- PostgreSQL: \copy
[ -n "${TEST_POSTGRES:-}" ] || exit 0
psql=${TEST_POSTGRES_BIN:-/usr/bin}/psql
server=${TEST_POSTGRES/postgres:\/\//postgresql:\/\/}
"$psql" -qX "$server" -c "DROP DATABASE IF EXISTS imdb" -c "CREATE DATABASE imdb TEMPLATE template0"
address=${server/\/postgres?/\/imdb?}
export FLIXLIST_DATA=$room/data-postgres FLIXLIST_DATABASE=${TEST_POSTGRES/\/postgres?/\/imdb?}
FLIXLIST_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export FLIXLIST_SECRET
import postgres
ours=$seconds
most=$memory
columns[names]+=", words"
script=$room/copy.sql
{
    echo "CREATE SCHEMA copies;"
    for table in titles genres episodes names; do
        list=$(tr '\n' ' ' <<<"${columns[$table]}")
        echo "CREATE TABLE copies.$table (LIKE public.$table INCLUDING ALL);"
        [ "$table" = titles ] || echo "ALTER TABLE copies.$table ADD FOREIGN KEY (title_id) REFERENCES copies.titles;"
        echo "\\copy (SELECT $list FROM public.$table ORDER BY 1, 2) TO '$room/$table.copy'"
    done
} >"$script"
"$psql" -qX -v ON_ERROR_STOP=1 "$address" -f "$script"
{
    echo "BEGIN;"
    for table in titles genres episodes names; do
        list=$(tr '\n' ' ' <<<"${columns[$table]}")
        echo "\\copy copies.$table ($list) FROM '$room/$table.copy'"
    done
    echo "COMMIT;"
} >"$script"
start=$(now)
"$psql" -qX -v ON_ERROR_STOP=1 "$address" -f "$script"
shell=$(since "$start")
rows=$("$psql" -qXAt "$address" -c "SELECT (SELECT count(*) FROM copies.titles) + (SELECT count(*) FROM copies.genres)
  + (SELECT count(*) FROM copies.episodes) + (SELECT count(*) FROM copies.names)")
report PostgreSQL "$rows" "$ours" "$shell" "$most"
[ -n "$keep" ] || "$psql" -qX "$server" -c "DROP DATABASE imdb"
