#!/usr/bin/env bash
# Lets the holder of an SSH key deploy to this server, and do nothing else on it.
#
#   authorize.sh KEY.pub        as root
#
# The key is added to the user flixlist-deploy, which is made when it is not there. It may only run flixlist-deploy (a
# forced command: no shell, no forwarding), which runs as root by sudo. To take a key away, remove its line from
# /home/flixlist-deploy/.ssh/authorized_keys. FLIXLIST_DEPLOY_ROOT stands for / in tests.
set -euo pipefail

readonly user=flixlist-deploy
root=${FLIXLIST_DEPLOY_ROOT:-}

say() { printf 'authorize: %s\n' "$*"; }
fail() {
    printf 'authorize: %s\n' "$*" >&2
    exit 1
}

case "${1:-}" in
    --help | -h)
        sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d; s/^# \{0,1\}//'
        exit 0
        ;;
esac
[ "$#" -eq 1 ] || fail "give the file of one public key; see --help"
[ "$(id -u)" -eq 0 ] || fail "this needs root"
[ -r "$1" ] || fail "there is no file $1"
[ "$(grep -c . "$1")" -eq 1 ] || fail "$1 must hold one key, on one line"
key=$(cat "$1")
kinds='ssh-ed25519|sk-ssh-ed25519@openssh.com|ecdsa-sha2-nistp256|ssh-rsa'
[[ $key =~ ^($kinds)\ [A-Za-z0-9+/=]+(\ [A-Za-z0-9@._\ -]*)?$ ]] ||
    fail "$1 holds no public key, or one with options of its own"
ssh-keygen -l -f "$1" >/dev/null 2>&1 || fail "ssh-keygen cannot read the key in $1"

if [ -z "$root" ]; then
    command -v sudo >/dev/null || fail "sudo is missing: apt-get install sudo"
    if ! id "$user" >/dev/null 2>&1; then
        useradd --system --create-home --home-dir "/home/$user" --shell /bin/sh "$user"
        say "made the user $user"
    fi
fi

# The one thing that it may do as root, with what the key's holder asked for.
sudoers=$root/etc/sudoers.d/flixlist-deploy
mkdir -p "$(dirname "$sudoers")"
cat >"$sudoers.new" <<END
Defaults!/usr/local/sbin/flixlist-deploy env_keep += "SSH_ORIGINAL_COMMAND", !requiretty
$user ALL=(root) NOPASSWD: /usr/local/sbin/flixlist-deploy ssh
END
chmod 0440 "$sudoers.new"
if command -v visudo >/dev/null; then
    visudo -cqf "$sudoers.new" || fail "sudo does not take $sudoers.new"
fi
mv "$sudoers.new" "$sudoers"

keys=$root/home/$user/.ssh/authorized_keys
install -d -m 0755 "$(dirname "$keys")"
line="restrict,command=\"sudo -n /usr/local/sbin/flixlist-deploy ssh\" $key"
touch "$keys"
if grep -qxF "$line" "$keys"; then
    say "the key may deploy already"
else
    printf '%s\n' "$line" >>"$keys"
    say "the key may deploy now: $(ssh-keygen -l -f "$1")"
fi
# Root's own, so that the user cannot add keys; sshd, which reads it as the user, may.
chmod 0644 "$keys"
say "the host's keys, for --known-hosts (put the server's name before each):"
cat "$root"/etc/ssh/ssh_host_*_key.pub 2>/dev/null | cut -d ' ' -f 1,2 || true
