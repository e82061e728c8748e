# What install.sh was asked for, and on which system it runs. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

want() { # option, its value
    [ -n "${2:-}" ] || fail "$1 wants a value; see --help."
}

read_options() {
    while [ "$#" -gt 0 ]; do
        case "$1" in
            --domain) want "$@" && domain=$2 && shift ;;
            --email) want "$@" && email=$2 && shift ;;
            --binary) want "$@" && binary=$2 && shift ;;
            --release) want "$@" && release=$2 && shift ;;
            --from) want "$@" && from=$2 && shift ;;
            --database) want "$@" && engine=$2 && shift ;;
            --database-file) want "$@" && database_file=$2 engine=elsewhere && shift ;;
            --duckdns) want "$@" && duckdns=$2 && shift ;;
            --acme) want "$@" && acme=$2 && shift ;;
            --ssh-port) want "$@" && ssh_ports+=("$2") && shift ;;
            --no-firewall) with_firewall='' ;;
            --no-certificate) with_certificate='' ;;
            --no-start) with_start='' ;;
            --dry-run) dry_run=yes ;;
            --uninstall) task=uninstall ;;
            --purge) purge=yes ;;
            --yes) yes=yes ;;
            --help | -h) usage && exit 0 ;;
            *) fail "'$1' is not known; see --help." ;;
        esac
        shift
    done
}

ask() { # variable, question
    [ -z "${!1}" ] || return 0
    [ -t 0 ] || return 0
    read -r -p "$2 " "$1"
}

setting() { # its value in what is installed
    { sed -n "s/^$1=//p" "$etc/flixlist.env" 2>/dev/null || true; } | tail -n 1
}

# What is not asked for stays as it is installed.
fill_options() {
    [ -n "$domain" ] || domain=$(setting FLIXLIST_PUBLIC_URL | sed -n 's#^https://##p')
    if [ -n "$engine" ]; then
        :
    elif [ -n "$(setting FLIXLIST_DATABASE_FILE)" ]; then
        engine=elsewhere
    elif [[ "$(setting FLIXLIST_DATABASE)" == postgres* ]]; then
        engine=postgres
    else
        engine=sqlite
    fi
    ask domain "The name people type, such as films.example:"
    domain=${domain,,}
    if [ -n "$with_certificate" ] && [ ! -e "/etc/letsencrypt/live/$domain" ]; then
        ask email "Your address for the certificate authority (may be empty):"
    fi
}

# All that is wrong at once.
check_options() {
    local mistakes=() port
    fill_options
    [[ "$domain" =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$ ]] ||
        mistakes+=("--domain must be a name such as films.example; '$domain' is none.")
    [[ -z "$email" || "$email" =~ ^[^@[:space:]]+@[^@[:space:]]+$ ]] ||
        mistakes+=("--email: '$email' is no address.")
    [[ "$engine" =~ ^(sqlite|postgres|elsewhere)$ ]] || mistakes+=("--database is sqlite or postgres, not '$engine'.")
    [ -z "$database_file" ] || grep -qsE '^postgres(ql)?://' "$database_file" ||
        mistakes+=("--database-file: $database_file has no address that begins with postgres://.")
    [ -z "$duckdns" ] || [ -s "$duckdns" ] || mistakes+=("--duckdns: there is no token in $duckdns.")
    [ -z "$duckdns" ] || [[ "$domain" == *.duckdns.org ]] ||
        mistakes+=("--duckdns: the domain must end in .duckdns.org.")
    for port in "${ssh_ports[@]}"; do
        [[ "$port" =~ ^[1-9][0-9]{0,4}$ && "$port" -le 65535 ]] || mistakes+=("--ssh-port: '$port' is no port.")
    done
    [[ -z "$release" || "$release" =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] ||
        mistakes+=("--release: '$release' is no version.")
    [ -z "$release" ] || [[ "$from" =~ ^(https|file):// ]] || mistakes+=("--release wants --from https://….")
    [ -z "$release" ] || [ -z "$binary" ] || mistakes+=("give --binary or --release, not both.")
    if [ -z "$release" ]; then
        binary=${binary:-$here/../flixlist}
        [ -f "$binary" ] || mistakes+=("there is no program at $binary: give --binary FILE or --release VERSION.")
    fi
    if [ "${#mistakes[@]}" -gt 0 ]; then
        printf 'install: %s\n' "${mistakes[@]}" >&2
        exit 1
    fi
}

know_system() {
    local id='' id_like=''
    [ -r /etc/os-release ] || fail "there is no /etc/os-release: this system is not known."
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    # shellcheck source=/dev/null
    id_like=$(. /etc/os-release && printf '%s' "${ID_LIKE:-}")
    # shellcheck source=/dev/null
    distribution=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-$id}")
    case " $id $id_like " in
        *' debian '* | *' ubuntu '*) family=debian ;;
        *' rhel '* | *' centos '* | *' fedora '*) family=redhat ;;
        *) fail "$distribution is neither of Debian's nor of RHEL's family: install it by hand, as" \
            "docs/install.md says." ;;
    esac
}

check_system() {
    [ -n "$dry_run" ] || [ "$(id -u)" -eq 0 ] || fail "this must run as root: sudo $0 …"
    [ "$task" = install ] && [ -n "$with_start" ] && [ -z "$dry_run" ] || return 0
    runs_systemd || fail "systemd does not run here; --no-start puts everything in place and starts nothing."
}

nodes() { if [ "$engine" = sqlite ]; then echo 8081; else echo 8081 8082; fi; }
