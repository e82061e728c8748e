# Starting, the certificate, and a look at the site. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

start_nodes() {
    local node
    begin "Start"
    [ -z "$duckdns" ] || repeat systemctl start flixlist-duckdns.timer flixlist-duckdns.service
    repeat systemctl start flixlist-check.timer flixlist-backup-push.timer
    # One after the other, so that one always serves; the socket keeps those who come meanwhile.
    for node in $(nodes); do
        if [ -n "$restart_nodes" ] || ! systemctl --quiet is-active "flixlist@$node.service"; then
            act systemctl reset-failed "flixlist@$node.socket" "flixlist@$node.service"
            act systemctl start "flixlist@$node.socket"
            act systemctl restart "flixlist@$node.service"
        fi
        wait_ready "$node"
    done
    repeat systemctl enable --quiet nginx
    if ! systemctl --quiet is-active nginx; then
        act systemctl start nginx
    elif [ -n "$reload_nginx" ]; then
        act systemctl reload nginx
    fi
}

wait_ready() { # node
    if [ -n "$dry_run" ]; then
        say "would wait until http://127.0.0.1:$1/readyz answers 200"
        return
    fi
    local i
    for i in $(seq 60); do
        if curl -fsS --max-time 5 -o /dev/null "http://127.0.0.1:$1/readyz" 2>"$scratch/why"; then
            say "the node on port $1 is ready."
            return
        fi
        if systemctl --quiet is-failed "flixlist@$1.service"; then break; fi
        [ "$i" -lt 60 ] || break
        sleep 1
    done
    journalctl --no-pager -o cat -n 8 -u "flixlist@$1.service" | sed 's/^/   /' >&2 || true
    fail "the node on port $1 does not get ready; above is what it said. More: journalctl -u flixlist@$1"
}

obtain_certificate() {
    local arguments=()
    begin "Certificate"
    if [ -z "$with_certificate" ]; then
        say "left out: nginx has one that signs itself until $home/certificates/obtain.sh is run."
        return
    fi
    [ -z "$email" ] || arguments+=(--email "$email")
    [ -z "$acme" ] || arguments+=(--server "$acme")
    repeat "$home/certificates/obtain.sh" "${arguments[@]}" "$domain" ||
        fail "there is no certificate yet; nginx goes on with one that signs itself. Does $domain lead to this" \
            "server, and is port 80 reachable from outside?"
}

# Through nginx, as a browser would, but without asking the name servers.
check_site() {
    begin "The site"
    if [ -n "$dry_run" ]; then
        say "would ask https://$domain/readyz"
        return
    fi
    local trust=()
    [ -n "$with_certificate" ] && [ -z "$acme" ] || trust=(--insecure)
    curl -fsS --max-time 10 --retry 5 --retry-all-errors --retry-delay 1 -o /dev/null "${trust[@]}" \
        --resolve "$domain:443:127.0.0.1" "https://$domain/readyz" ||
        fail "https://$domain/readyz does not answer 200 through nginx: see /var/log/nginx/error.log"
    say "https://$domain is served."
    show_link
}

# Each start prints a new link for the first account, until there is one.
show_link() {
    local node id link=''
    for node in $(nodes); do
        id=$(systemctl show --property=InvocationID --value "flixlist@$node.service")
        link=$(journalctl --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$id" |
            grep -oE 'https?://[^[:space:]"]+/register\?token=[A-Za-z0-9_-]+' | tail -n 1 || true)
        [ -z "$link" ] || break
    done
    if [ -n "$link" ]; then
        printf '\nThe first account administers the site. Make it with this link, which holds for seven days:\n\n'
        printf '  %s\n\n' "$link"
    else
        say "it has an account already."
    fi
}
