# Packages, user, program, secrets and settings. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

wanted_packages() {
    local list=(nginx certbot openssl curl ca-certificates tzdata)
    if [ "$family" = debian ]; then
        list+=(libsqlite3-0 libpq5 libstdc++6 zlib1g)
        [ -z "$with_firewall" ] || list+=(nftables)
        [ "$engine" != postgres ] || list+=(postgresql)
    else
        list+=(sqlite-libs libpq libstdc++ zlib policycoreutils-python-utils)
        [ -z "$with_firewall" ] || list+=(nftables firewalld)
        [ "$engine" != postgres ] || list+=(postgresql-server)
    fi
    printf '%s\n' "${list[@]}"
}

is_installed() {
    if [ "$family" = debian ]; then
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    else
        rpm -q --quiet --whatprovides "$1"
    fi
}

install_packages() {
    local name missing=()
    begin "Packages"
    while read -r name; do
        is_installed "$name" || missing+=("$name")
    done < <(wanted_packages)
    if [ "${#missing[@]}" -eq 0 ]; then
        say "all are there."
        return
    fi
    say "missing: ${missing[*]}"
    if [ "$family" = debian ]; then
        act apt-get -q -o DPkg::Lock::Timeout=300 update
        act env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install \
            --no-install-recommends "${missing[@]}"
        return
    fi
    # certbot is in EPEL, and PostgreSQL 14 or newer a module of version 9.
    if [[ " ${missing[*]} " == *' certbot '* ]] && ! rpm -q --quiet epel-release; then
        act dnf -y install epel-release
    fi
    if [[ " ${missing[*]} " == *' postgresql-server '* ]] && dnf -q module list postgresql >/dev/null 2>&1; then
        act dnf -y module enable postgresql:16
    fi
    act dnf -y install --setopt=install_weak_deps=False "${missing[@]}"
}

make_user() {
    begin "User and folders"
    if ! getent passwd "$user" >/dev/null; then
        act useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin \
            --comment FlixList "$user"
    fi
    folder "$home" 755 root:root
    folder "$home/releases" 755 root:root
    folder "$etc" 750 "root:$user"
    folder "$etc/secrets" 750 "root:$user"
    folder "$data" 700 "$user:$user"
}

fetch_release() {
    local machine name url=${from%/}
    case "$(uname -m)" in
        x86_64) machine=amd64 ;;
        aarch64) machine=arm64 ;;
        *) fail "there is no release for $(uname -m)." ;;
    esac
    name=flixlist-$release-linux-$machine.tar.gz
    say "fetching $url/$name"
    curl -fsSL --proto '=https,file' --retry 3 -o "$scratch/$name" "$url/$name"
    curl -fsSL --proto '=https,file' --retry 3 -o "$scratch/SHA256SUMS" "$url/SHA256SUMS"
    (cd "$scratch" && grep -E "^[0-9a-f]{64} [ *]$name\$" SHA256SUMS | sha256sum --check --quiet --strict -) ||
        fail "the checksum of $name is not the one in SHA256SUMS: nothing was installed."
    tar -xzf "$scratch/$name" -C "$scratch" --no-same-owner "flixlist-$release/flixlist"
    binary=$scratch/flixlist-$release/flixlist
}

install_program() {
    local version='' current missing
    begin "The program"
    if [ -n "$release" ]; then
        if [ -n "$dry_run" ]; then
            say "would fetch release $release and compare its checksum"
            binary=/bin/true version=$release
        else
            fetch_release
        fi
    fi
    if [ -z "$version" ] && ! version=$("$binary" --version 2>"$scratch/why"); then
        missing=$(ldd "$binary" 2>/dev/null | awk '/not found/ { print $1 }' | tr '\n' ' ' || true)
        if [ -n "$dry_run" ]; then
            say "the program cannot run yet${missing:+, for libraries are missing: $missing}"
            return
        fi
        sed 's/^/   /' "$scratch/why" >&2
        fail "the program does not run on this system${missing:+; libraries are missing: $missing}." \
            "Releases say for which systems they are made."
    fi
    [[ "$version" =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || fail "$binary is not FlixList: its version is '$version'."
    current=$(basename "$(readlink "$home/current" || true)")
    if [ -n "$current" ] && [ "$(printf '%s\n' "$current" "$version" | sort -V | tail -n 1)" != "$version" ]; then
        fail "$current is installed, which is newer than $version. To go back: flixlist-deploy rollback"
    fi
    say "version $version"
    folder "$home/releases/$version" 755 root:root
    copy "$binary" "$home/releases/$version/flixlist" 755 root:root
    restart_nodes=$differs
    link "releases/$version" "$home/current"
    install_tools
}

# What the units and the operator call.
install_tools() {
    local folder file
    for folder in backups certificates duckdns; do
        [ -d "$here/$folder" ] || continue
        while read -r file; do
            copy "$here/$folder/$file" "$home/$folder/$file" "$(tool_mode "$here/$folder/$file")" root:root
        done < <(cd "$here/$folder" && find . -type f -printf '%P\n' | sort)
    done
    [ ! -r "$here/release/flixlist-deploy" ] ||
        copy "$here/release/flixlist-deploy" /usr/local/sbin/flixlist-deploy 755 root:root
    put /usr/local/bin/flixlist 755 root:root <<'WRAPPER'
#!/usr/bin/env bash
# Runs FlixList's commands as its user and with the settings of the service: flixlist doctor, flixlist user add NAME …
set -euo pipefail
umask 077
settings=/etc/flixlist/flixlist.env
if [ "$(id -u)" -ne 0 ]; then
    exec sudo "$0" "$@"
fi
mapfile -t lines < <(grep -E '^[A-Z][A-Z0-9_]*=' "$settings")
cd /var/lib/flixlist
exec runuser -u flixlist -- env "${lines[@]}" /opt/flixlist/current/flixlist "$@"
WRAPPER
}

tool_mode() { if [ -x "$1" ]; then echo 755; else echo 644; fi; }

install_secrets() {
    begin "Secrets"
    if [ ! -s "$etc/secrets/secret" ]; then
        if [ -s "$data/secret" ]; then
            say "the secret in the data folder is taken over."
            copy "$data/secret" "$etc/secrets/secret" 640 "root:$user"
        else
            put "$etc/secrets/secret" 640 "root:$user" < <(openssl rand -hex 32)
        fi
    fi
    [ -z "$database_file" ] || copy "$database_file" "$etc/secrets/database" 640 "root:$user"
    [ -z "$duckdns" ] || copy "$duckdns" "$etc/secrets/duckdns_token" 640 "root:$user"
    say "they lie in $etc/secrets; keep a copy elsewhere, for no backup has them."
}

wanted_settings() {
    printf '%s\n' "FLIXLIST_PUBLIC_URL=https://$domain" "FLIXLIST_TRUSTED_PROXIES=127.0.0.1" "FLIXLIST_PORT=8081" \
        "FLIXLIST_DATA=$data" "FLIXLIST_BACKUPS=$data/backups" "FLIXLIST_SECRET_FILE=$etc/secrets/secret"
    case "$engine" in
        postgres) printf '%s\n' "FLIXLIST_DATABASE=postgres://flixlist@/flixlist?host=/var/run/postgresql" ;;
        elsewhere) printf '%s\n' "FLIXLIST_DATABASE_FILE=$etc/secrets/database" ;;
    esac
}

# Standard input are wanted lines, NAME=value. What the file has stays, whatever its value, but for the line of the
# site's own name; what it lacks is added.
merge() { # file, NAME of that line, the remark for a new file
    local line name
    if [ -r "$1" ]; then cat "$1"; else printf '%s\n' "$3"; fi >"$scratch/merged"
    while IFS= read -r line; do
        name=${line%%=*}
        if ! grep -q "^$name=" "$scratch/merged"; then
            printf '%s\n' "$line" >>"$scratch/merged"
        elif [ "$name" = "$2" ]; then
            sed -i "s#^$name=.*#$line#" "$scratch/merged"
        fi
    done
    copy "$scratch/merged" "$1" 640 "root:$user"
}

install_settings() {
    local node metrics=9464 engine_before=sqlite
    begin "Settings"
    if grep -qs '^FLIXLIST_DATABASE' "$etc/flixlist.env"; then engine_before=postgres; fi
    if [ -r "$etc/flixlist.env" ] && [ "$engine_before" != "${engine/elsewhere/postgres}" ]; then
        fail "this site keeps its record in $engine_before. To move it, see \"PostgreSQL, and several nodes\" in" \
            "docs/operations.md; then change $etc/flixlist.env."
    fi
    merge "$etc/flixlist.env" FLIXLIST_PUBLIC_URL \
        "# FlixList's settings, NAME=value without quotes. After a change: systemctl restart 'flixlist@*.service'" \
        < <(wanted_settings)
    [ -z "$differs" ] || restart_nodes=yes
    for node in $(nodes); do
        merge "$etc/$node.env" '' "# What this node has alone; see flixlist.env." < <(
            printf '%s\n' "FLIXLIST_METRICS_PORT=$metrics"
            [ "$engine" = sqlite ] || printf '%s\n' "FLIXLIST_DATA=$data/$node"
        )
        [ -z "$differs" ] || restart_nodes=yes
        metrics=$((metrics + 1))
    done
}

make_database() {
    [ "$engine" = postgres ] || return 0
    begin "The database"
    if [ -z "$with_start" ]; then
        say "left out: once PostgreSQL runs, run this again without --no-start."
        return
    fi
    if [ "$family" = redhat ] && [ ! -e /var/lib/pgsql/data/PG_VERSION ]; then act postgresql-setup --initdb; fi
    repeat systemctl enable --quiet --now postgresql
    if [ -n "$dry_run" ]; then
        say "would make the role flixlist and the database flixlist, unless they are there"
        return
    fi
    local i
    for i in $(seq 30); do
        if as_postgres psql -qAtc 'SELECT 1' >/dev/null 2>&1; then break; fi
        [ "$i" -lt 30 ] || fail "PostgreSQL does not answer: systemctl status postgresql"
        sleep 1
    done
    [ "$(as_postgres psql -qAtc "SELECT 1 FROM pg_roles WHERE rolname = 'flixlist'")" = 1 ] ||
        act as_postgres createuser --no-superuser --no-createdb --no-createrole flixlist
    [ "$(as_postgres psql -qAtc "SELECT 1 FROM pg_database WHERE datname = 'flixlist'")" = 1 ] ||
        act as_postgres createdb --owner=flixlist --encoding=UTF8 --template=template0 flixlist
}
as_postgres() { (cd / && runuser -u postgres -- "$@"); }
