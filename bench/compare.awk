# The third table of bench/run.sh: the rows of PostgreSQL beside those of SQLite, from the same run.
#
#   awk -F '\t' -f bench/compare.awk sqlite.rows postgres.rows
#
# The bars of PostgreSQL: p99 at most 1.5 times the budget of the page on SQLite
# and at least half its rate, both held to the ratio of the empty answer of SQLite; for pages without a budget
# the ratios alone are told.

function number(value, form) { return value ? sprintf(form, value) : "–" }

BEGIN { fastest = 28000 }

FNR == 1 && ++file == 2 {
    print "| page | p50 ms | p99 ms | req/s | p50 to SQLite | p99 to SQLite | req/s to SQLite | bar p99 ms | bar req/s | |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"
}

$2 != "identity" || ($11 != "load" && $11 != "single") { next }

file == 1 {
    p50[$1] = $4; p99[$1] = $5; rate[$1] = $6
    next
}

{
    verdict = ""
    bar = "–"; least = "–"
    if ($8 != "-") {
        rows++
        bar = 1.5 * $8; least = $9 / 2
        slower = rate["the empty answer"] / fastest
        if (slower > 1) slower = 1
        if ($5 * slower > bar) verdict = verdict ", p99"
        if ($6 < least * slower) verdict = verdict ", req/s"
        if (verdict == "") good++
        verdict = verdict != "" ? "misses " substr(verdict, 3) : "ok"
    }
    if ($10 > 0) verdict = verdict " " $10 " errors"
    printf "| %s | %.2f | %.2f | %s | %s | %s | %s | %s | %s | %s |\n", $1, $4, $5, number($6, "%.0f"),
        p50[$1] ? sprintf("%.1f", $4 / p50[$1]) : "–", p99[$1] ? sprintf("%.1f", $5 / p99[$1]) : "–",
        rate[$1] ? sprintf("%.2f", $6 / rate[$1]) : "–", bar, least, verdict
}

END { printf "\n%d of %d rows hold.\n\n", good, rows }
