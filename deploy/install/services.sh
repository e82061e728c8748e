# nginx, the firewall, SELinux and the units. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

install_nginx() {
    local file servers=() node original=/etc/nginx/nginx.conf
    begin "nginx"
    while read -r file; do
        copy "$here/nginx/$file" "$home/nginx/$file" "$(tool_mode "$here/nginx/$file")" root:root
    done < <(cd "$here/nginx" && find . -type f -printf '%P\n' | sort)
    for node in $(nodes); do servers+=("127.0.0.1:$node"); done
    merge "$etc/nginx.env" NGINX_SITE "# nginx's settings, for $home/nginx/render.sh; its --help lists all." \
        < <(printf '%s\n' "NGINX_SITE=$domain" "NGINX_NODES=${servers[*]}")
    # The distribution's own, for --uninstall.
    if [ -e "$original" ] && [ ! -e "$original.before-flixlist" ]; then
        act cp -p "$original" "$original.before-flixlist"
    fi
    if [ -n "$dry_run" ]; then
        say "would run: $home/nginx/render.sh --check"
        return
    fi
    nginx_before=$(nginx_state)
    "$home/nginx/render.sh" --check
    if [ "$nginx_before" != "$(nginx_state)" ]; then
        changes=$((changes + 1))
        reload_nginx=yes
        say "nginx's configuration was written."
    fi
}
nginx_state() {
    find /etc/nginx/nginx.conf /etc/nginx/flixlist -type f -exec sha256sum {} + 2>/dev/null | sort || true
}

# Ports of ssh: as sshd has them, as this session came in, and as asked for. Whoever installs must not be shut out.
find_ssh_ports() {
    local -A seen=([22]=1)
    local port
    for port in $({ sshd -T 2>/dev/null || true; } | awk '$1 == "port" { print $2 }') \
        "$(awk '{ print $4 }' <<<"${SSH_CONNECTION:-}")" "${ssh_ports[@]}"; do
        [ -z "$port" ] || seen[$port]=1
    done
    ssh_ports=()
    for port in $(printf '%s\n' "${!seen[@]}" | sort -n); do ssh_ports+=("$port"); done
}

# A PostgreSQL elsewhere: its port, for the program's own way out.
database_port() {
    [ "$engine" = elsewhere ] || return 0
    sed -nE '1s#^[a-z]+://([^/?@]*@)?[^/?@]*:([0-9]+)([/?,].*)?$#\2#p' "${database_file:-$etc/secrets/database}" |
        grep . || echo 5432
}

local_rules() {
    local list
    list=$(printf '%s, ' "${ssh_ports[@]}")
    printf '%s\n' "# This machine's own ports."
    [ "$1" != input ] || printf 'add element inet flixlist ports { %s }\n' "${list%, }"
    printf 'add element inet flixlist_ssh ports { %s }\n' "${list%, }"
    local port
    port=$(database_port)
    [ -z "$port" ] || printf 'add element inet flixlist_egress tcp_ports { %s }\n' "$port"
}

has_ufw() { command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; }
has_firewalld() { [ "$family" = redhat ] || systemctl --quiet is-active firewalld 2>/dev/null; }

install_firewall() {
    local kind=input loaded=''
    begin "Firewall"
    if [ -z "$with_firewall" ]; then
        say "left as it is."
        return
    fi
    find_ssh_ports
    if has_ufw; then kind=ufw; elif has_firewalld; then kind=firewalld; fi
    folder "$etc/firewall.d" 750 "root:$user"
    copy "$here/firewall/firewall.nft" "$etc/firewall.nft" 640 "root:$user" && loaded+=$differs
    if [ "$kind" = input ]; then
        copy "$here/firewall/input.nft" "$etc/firewall.d/10-input.nft" 640 "root:$user" && loaded+=$differs
    fi
    copy "$here/firewall/ssh.nft" "$etc/firewall.d/20-ssh.nft" 640 "root:$user" && loaded+=$differs
    copy "$here/firewall/egress.nft" "$etc/firewall.d/30-egress.nft" 640 "root:$user" && loaded+=$differs
    local_rules "$kind" >"$scratch/rules"
    copy "$scratch/rules" "$etc/firewall.d/90-local.nft" 640 "root:$user" && loaded+=$differs
    copy "$here/systemd/flixlist-firewall.service" "$units/flixlist-firewall.service" 644 root:root && loaded+=$differs
    [ -n "$dry_run" ] || nft --check --file "$etc/firewall.nft" ||
        fail "nft does not take these rules here; --no-firewall goes on without them."
    if [ -n "$with_start" ]; then
        start_firewall "$kind" "$loaded"
    else
        enable flixlist-firewall.service
    fi
}

start_firewall() { # kind, whether a file changed
    local arguments=() port
    [ -z "$2" ] || repeat systemctl daemon-reload
    case "$1" in
        firewalld)
            for port in "${ssh_ports[@]}"; do arguments+=(--ssh-port "$port"); done
            repeat systemctl enable --quiet --now firewalld
            repeat "$here/firewall/firewalld.sh" "${arguments[@]}"
            ;;
        ufw)
            say "ufw is active and stays; the ports are opened in it."
            for port in "${ssh_ports[@]}" 80 443; do repeat ufw allow "$port/tcp"; done
            ;;
    esac
    enable flixlist-firewall.service
    if [ -n "$2" ] || ! systemctl --quiet is-active flixlist-firewall.service; then
        act systemctl restart flixlist-firewall.service
    fi
    say "open: ssh (${ssh_ports[*]}), 80, 443."
}

# nginx may speak to the nodes, and systemd start the program from /opt.
install_selinux() {
    command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ] || return 0
    begin "SELinux"
    local node
    for node in $(nodes); do
        # Both ports belong to other services in the policy, so -a alone would fail.
        semanage port -l | awk '$1 == "http_port_t"' | grep -qw "$node" ||
            act semanage port -m -t http_port_t -p tcp "$node"
    done
    label bin_t "$home/releases/[^/]+/flixlist"
    label bin_t "$home/(backups|certificates|duckdns|nginx)/.*\.sh"
    label httpd_sys_content_t "/var/www/flixlist-acme(/.*)?"
    repeat restorecon -R "$home"
    [ ! -d /var/www/flixlist-acme ] || repeat restorecon -R /var/www/flixlist-acme
}
label() { # type, pattern
    semanage fcontext -l -C | grep -qF "$2" || act semanage fcontext -a -t "$1" "$2"
}

enable() {
    local unit
    has_systemd || return 0
    for unit in "$@"; do
        if systemctl --quiet is-enabled "$unit" 2>/dev/null; then continue; fi
        act systemctl enable --quiet "$unit"
    done
}

install_units() {
    local file node reread=''
    begin "Units"
    for file in flixlist@.socket flixlist@.service flixlist-check.service flixlist-check.timer \
        flixlist-backup-push.service flixlist-backup-push.timer; do
        copy "$here/systemd/$file" "$units/$file" 644 root:root
        reread+=$differs
        case "$file" in flixlist@.*) [ -z "$differs" ] || restart_nodes=yes ;; esac
    done
    if [ -n "$duckdns" ]; then
        for file in flixlist-duckdns.service flixlist-duckdns.timer; do
            copy "$here/duckdns/$file" "$units/$file" 644 root:root
            reread+=$differs
        done
        merge "$etc/duckdns.env" DUCKDNS_DOMAINS "# For flixlist-duckdns.service." \
            < <(printf '%s\n' "DUCKDNS_DOMAINS=${domain%.duckdns.org}")
    fi
    copy "$here/systemd/journald-flixlist.conf" /etc/systemd/journald.conf.d/flixlist.conf 644 root:root
    if [ -n "$with_start" ]; then
        [ -z "$reread" ] || act systemctl daemon-reload
        [ -z "$differs" ] || act systemctl try-restart systemd-journald
    fi
    for node in $(nodes); do enable "flixlist@$node.socket" "flixlist@$node.service"; done
    enable flixlist-check.timer flixlist-backup-push.timer
    [ -z "$duckdns" ] || enable flixlist-duckdns.timer
}
