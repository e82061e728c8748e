#!/usr/bin/env bash
# Lays out what goes into the image: the program, the libraries it links, time zones, certificates, a user.
#
#   pack.sh PROGRAM FOLDER      makes FOLDER/root, and FOLDER/owned with the data folder of the program's user
#
# Libraries in the folder "lib" beside PROGRAM count too: a program that was not linked with --static-swift-stdlib
# needs Swift's there. Runs as root on Debian with binutils, ca-certificates, tzdata and the libraries of the program.
set -euo pipefail

readonly user_id=10001

say() { printf 'pack: %s\n' "$*"; }
fail() {
    printf 'pack: %s\n' "$*" >&2
    exit 1
}

case "${1:-}" in
    -h | --help)
        sed -n '2,7s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
esac
[ "$#" -eq 2 ] || fail "say which PROGRAM and into which FOLDER; --help tells more."
readonly program=$1 folder=$2
[ -x "$program" ] || fail "there is no program at $program."
[ ! -e "$folder" ] || fail "$folder is there already: remove it first."
[ "$(id -u)" -eq 0 ] || fail "run this as root: the data folder has to belong to user $user_id."
readonly root=$folder/root

pack_program() {
    install -d -m 0755 "$folder" "$root"
    # What debuggers need is four fifths of the file; the log says where an error came from without it.
    strip --strip-all -o "$root/flixlist" "$program" || fail "strip could not read $program."
    chmod 0755 "$root/flixlist"
}

# The one path that is written into the program: the kernel starts this first.
loader() { readelf --program-headers "$program" | sed -nE 's/.*program interpreter: (.+)\].*/\1/p'; }

links() { LD_LIBRARY_PATH="$(dirname "$program")/lib" ldd "$program"; }

pack_libraries() {
    local found=$1 name path
    if grep -q 'not found' "$found"; then
        fail "these libraries are missing:" "$(grep 'not found' "$found")"
    fi
    install -d -m 0755 "$root/lib"
    # All in one folder in which every loader of Debian looks, whatever the machine.
    while read -r name path; do
        strip --strip-unneeded -o "$root/lib/$name" "$(readlink -f "$path")" || fail "strip could not read $path."
        chmod 0755 "$root/lib/$name"
    done < <(sed -nE 's/^[[:space:]]*([^ ]+) => (\/[^ ]+) .*/\1 \2/p' "$found")
    install -D -m 0755 "$(readlink -f "$loader")" "$root$loader"
}

# Scanners learn from it which versions of which packages are in the image.
pack_package_list() {
    local found=$1 path package
    install -d -m 0755 "$root/etc" "$root/var/lib/dpkg/status.d"
    install -m 0644 "$(readlink -f /etc/os-release)" "$root/etc/os-release"
    {
        sed -nE 's/^.* => (\/[^ ]+) .*/\1/p' "$found"
        printf '%s\n' /usr/share/zoneinfo/UTC /usr/sbin/update-ca-certificates "$loader"
    } | while read -r path; do
        path=$(readlink -f "$path")
        # The list of a package may name either of the two folders that are one.
        package=$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null || true)
        package=${package%%: *}
        [ -n "$package" ] || continue
        dpkg-query -s "${package%%,*}" >"$root/var/lib/dpkg/status.d/${package%%:*}"
    done
}

pack_data() {
    install -d -m 0755 "$root/usr/share" "$root/etc/ssl/certs"
    cp -a /usr/share/zoneinfo "$root/usr/share/zoneinfo"
    # The same zones twice more, one of them with leap seconds, and a link to the setting of a machine.
    rm -rf "$root/usr/share/zoneinfo/posix" "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/localtime"
    install -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    [ -s "$root/etc/ssl/certs/ca-certificates.crt" ] || fail "there are no CA certificates: install ca-certificates."
    printf 'root:x:0:0:root:/:/nonexistent\nflixlist:x:%d:%d:FlixList:/data:/nonexistent\n' \
        "$user_id" "$user_id" >"$root/etc/passwd"
    printf 'root:x:0:\nflixlist:x:%d:\n' "$user_id" >"$root/etc/group"
    # Names that Docker writes into the hosts file come before those of the DNS.
    printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
    install -d -m 1777 "$root/tmp"
    install -d -m 0755 "$folder/owned"
    install -d -m 0700 -o "$user_id" -g "$user_id" "$folder/owned/data"
}

# Everything the program links must come from the new root, and nothing from the machine that packs it.
prove() {
    local outside
    outside=$("$root$loader" --inhibit-cache --library-path "$root/lib" --list "$root/flixlist" |
        grep -vE "linux-vdso|=> $root/lib/|^[[:space:]]*($root)?$loader " || true)
    [ -z "$outside" ] || fail "the image lacks these:" "$outside"
    outside=$(find "$folder" \( -perm -4000 -o -perm -2000 \) -print)
    [ -z "$outside" ] || fail "these would run with other rights than their caller's:" "$outside"
}

loader=$(loader || true)
[ -n "$loader" ] || fail "$program names no loader: it is not a program of this kind of system."
list=$(mktemp)
trap 'rm -f "$list"' EXIT
pack_program
links >"$list" || fail "ldd could not read $program: was it built for this kind of machine ($(uname -m))?"
pack_libraries "$list"
pack_package_list "$list"
pack_data
prove
say "$root: $(du -sm --apparent-size "$root" | cut -f 1) MB," \
    "$(find "$root/lib" -type f | wc -l) libraries, for $(uname -m)"
