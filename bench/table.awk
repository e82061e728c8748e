# The table of bench/run.sh in Markdown from its rows; given the rows of a smaller library first, with the cost to it.
#
#   awk -F '\t' -f bench/table.awk [smaller.rows] rows
#
# A row: name, encoding, bytes, p50, p99, rate, rate of the empty answer, budget p99, budget rate, errors, and what it
# is: load, single (answers one at a time: their median and the slowest) or why there is nothing.

function budget(value) { return value == "-" ? "–" : value }
function number(value, form) { return value ? sprintf(form, value) : "–" }

BEGIN {
    fastest = 28000 # the empty answer of the machines on which the budgets were drawn up
    most = 3        # how many times as much a page may cost in the larger library
    compared = ARGC > 2
}

FNR == 1 && ++file == (compared ? 2 : 1) {
    printf "| page | KB | p50 ms | p99 ms | req/s | to the empty answer | %sbudget p99 ms | budget req/s | |\n",
        compared ? "cost to the first table | " : ""
    printf "|---|--:|--:|--:|--:|--:|%s--:|--:|---|\n", compared ? "--:|" : ""
}

# What one answer costs: its share of what the empty answer takes, or its milliseconds when asked for alone.
{ cost = $11 == "single" ? $4 : $6 > 0 ? $7 / $6 : 0 }
compared && file == 1 {
    smaller[$1 "\t" $2] = cost
    next
}

{
    page = $1 ($2 == "gzip" ? ", gzip" : "")
    times = ""
    if ($11 != "load" && $11 != "single") {
        missing++
        printf "| %s | – | – | – | – | – | %s%s | %s | %s |\n", page, compared ? "– | " : "", budget($8),
            budget($9), $11
        next
    }
    verdict = ""
    if ($8 != "-") {
        rows++
        if ($5 > $8) verdict = verdict ", p99"
        if ($6 < $9) verdict = verdict ", req/s"
        if (verdict == "") absolute++
        # A slower machine takes longer in proportion: its empty answer says how much.
        if ($6 / $7 >= $9 / fastest && $5 * $7 / fastest <= $8) relative++; else verdict = verdict ", ratio"
    }
    exempt = $11 == "single"
    if (compared) {
        before = smaller[$1 "\t" $2]
        times = (before > 0 ? sprintf("%.2f", cost / before) : "–") " | "
        if (before > 0 && !exempt && $1 !~ /^the empty answer/) {
            pages++
            if (cost <= most * before) cheap++; else verdict = verdict ", cost"
        }
    }
    if ($3 > 100 * 1024 && !exempt) {
        large++
        verdict = verdict ", size"
    }
    if ($10 > 0) {
        failed++
        verdict = verdict ", " $10 " errors"
    }
    verdict = verdict != "" ? "misses " substr(verdict, 3) : $8 == "-" ? "" : "ok"
    printf "| %s | %.1f | %.2f | %.2f | %s | %s | %s%s | %s | %s |\n", page, $3 / 1024, $4, $5, number($6, "%.0f"),
        number(exempt ? 0 : $6 / $7, "%.3f"), times, budget($8), budget($9), verdict
}

END {
    printf "\n%d of %d rows are within their budget (p99 and req/s); ", absolute, rows
    printf "%d of %d held to the ratio, p99 and req/s (the empty answer to %d).", relative, rows, fastest
    if (compared) printf " %d of %d pages cost at most %d times as much as in the first table.", cheap, pages, most
    if (large) printf " %d are over 100 KB.", large
    if (failed) printf " %d had errors.", failed
    if (missing) printf " %d are missing.", missing
    printf "\n\n"
}
