#!/usr/bin/env bash
# Installs FlixList on a server of its own: Debian, Ubuntu, CentOS, RHEL and their likes, with systemd.
#
#   sudo deploy/install.sh --domain films.example --email you@example.org
#
# It makes the user, folders, secrets and settings, puts the program, nginx, the firewall and the units in place, gets a
# certificate, starts, and prints the link by which the first account is made. Run it again as often as you like: what
# is done already is left alone. Without --domain it asks.
#
#   --domain NAME          the name people type, which must lead to this server
#   --email ADDRESS        where the certificate authority writes to; without one it does not
#   --binary FILE          the program; unless given, "flixlist" beside the folder deploy
#   --release VERSION      fetches the program instead, and compares its checksum
#   --from URL             where that release's files lie, SHA256SUMS among them
#   --database sqlite      one node and one file; that is the default
#   --database postgres    two nodes, and PostgreSQL on this server
#   --database-file FILE   two nodes, and PostgreSQL elsewhere: the file has its address, postgres://…
#   --duckdns FILE         keeps the address of NAME.duckdns.org up to date; the file has the token
#   --acme URL             another certificate authority than Let's Encrypt
#   --ssh-port PORT        stays open in the firewall, besides the one that sshd has now; may be repeated
#   --no-firewall          leaves the firewall as it is
#   --no-certificate       leaves the certificate that signs itself
#   --no-start             puts everything in place and starts nothing
#   --dry-run              says what it would do, and changes nothing
#   --uninstall            takes it away again, and keeps settings, secrets and data
#   --purge                with --uninstall: these too
#   --yes                  with --purge: does not ask
#   --help
# shellcheck disable=SC2034  # its parts use the variables
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly home=/opt/flixlist etc=/etc/flixlist data=/var/lib/flixlist units=/etc/systemd/system user=flixlist

domain='' email='' binary='' release='' from='' engine='' database_file='' duckdns='' acme=''
ssh_ports=()
with_firewall=yes with_certificate=yes with_start=yes dry_run='' task=install purge='' yes=''
step='' changes=0 family='' distribution='' scratch=''

for part in common options files services start uninstall; do
    # shellcheck source=/dev/null
    . "$here/install/$part.sh"
done

install_all() {
    check_options
    check_system
    say "FlixList for https://$domain on $distribution, ${engine/elsewhere/a PostgreSQL elsewhere}."
    install_packages
    make_user
    install_program
    install_secrets
    install_settings
    make_database
    install_nginx
    install_units
    install_firewall
    install_selinux
    if [ -n "$with_start" ]; then
        start_nodes
        obtain_certificate
        check_site
    fi
    step=''
    if [ -n "$dry_run" ]; then
        printf '== That would be all: nothing was changed.\n'
    elif [ "$changes" -eq 0 ]; then
        printf '== Nothing had to be changed.\n'
    elif [ -z "$with_start" ]; then
        printf '== All is in place. To start: the same command without --no-start.\n'
    else
        printf '== Done. FlixList serves https://%s\n' "$domain"
    fi
}

restart_nodes='' reload_nginx='' nginx_before=''
read_options "$@"
scratch=$(mktemp -d)
know_system
if [ "$task" = uninstall ]; then
    uninstall
    step=''
    printf '== FlixList was taken away.\n'
else
    [ -z "$purge" ] || fail "--purge goes with --uninstall."
    install_all
fi
