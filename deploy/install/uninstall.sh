# Taking it away again. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

uninstall() {
    local unit list=() now=()
    if runs_systemd; then now=(--now); fi
    check_system
    begin "Units"
    for unit in flixlist@8081 flixlist@8082; do list+=("$unit.socket" "$unit.service"); done
    list+=(flixlist-check.timer flixlist-backup-push.timer flixlist-duckdns.timer flixlist-firewall.service)
    for unit in "${list[@]}"; do
        has_systemd || break
        systemctl --quiet is-enabled "$unit" 2>/dev/null || systemctl --quiet is-active "$unit" 2>/dev/null || continue
        act systemctl disable --quiet "${now[@]}" "$unit"
    done
    for unit in "$units"/flixlist@.{socket,service} "$units"/flixlist-{check,backup-push,duckdns}.{service,timer} \
        "$units/flixlist-firewall.service" /etc/systemd/journald.conf.d/flixlist.conf; do
        delete "$unit"
    done
    if runs_systemd; then act systemctl daemon-reload; fi
    begin "Firewall"
    if [ "$family" = redhat ] && command -v firewall-cmd >/dev/null && runs_systemd; then
        act "$here/firewall/firewalld.sh" --remove
    fi
    delete "$etc/firewall.nft" "$etc/firewall.d"
    begin "nginx"
    delete /etc/nginx/flixlist
    if [ -e /etc/nginx/nginx.conf.before-flixlist ]; then
        act mv -f /etc/nginx/nginx.conf.before-flixlist /etc/nginx/nginx.conf
        if runs_systemd && systemctl --quiet is-active nginx; then act systemctl reload nginx; fi
    fi
    begin "The program"
    delete "$home" /usr/local/bin/flixlist /usr/local/sbin/flixlist-deploy
    if [ -n "$purge" ]; then purge_data; else say "kept: $data, $etc, the user $user, certificates, packages."; fi
}

purge_data() {
    begin "Data and settings"
    if [ -z "$yes" ] && [ -z "$dry_run" ]; then
        local answer=''
        [ -t 0 ] || fail "--purge removes every record and backup here: add --yes when you mean it."
        read -r -p "   This removes every record and backup on this machine. Type 'remove' to go on: " answer
        [ "$answer" = remove ] || fail "nothing more was removed."
    fi
    delete "$data" "$etc" /var/cache/flixlist-backups
    if getent passwd "$user" >/dev/null; then act userdel "$user"; fi
    say "kept: packages, certificates in /etc/letsencrypt, and a database in PostgreSQL (dropdb flixlist)."
}
