# Saying and doing: what every step of install.sh is made of. A part of install.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2034,SC2154

say() { printf '   %s\n' "$*"; }
fail() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}
usage() { sed -n '2,/^# shellcheck /{/^# shellcheck /!s/^# \{0,1\}//p}' "$here/install.sh"; }

begin() {
    step=$1
    printf '== %s\n' "$1"
}

# Also after a command that failed under "set -e".
# shellcheck disable=SC2329  # the trap calls it
ended() {
    local code=$?
    [ -z "$scratch" ] || rm -rf "$scratch"
    if [ "$code" -ne 0 ] && [ -n "$step" ]; then
        printf 'install: it stopped at "%s"; what stands above says why.\n' "$step"
        printf 'install: put that right and run the same command again: what is done is not done twice.\n'
    fi >&2
    return "$code"
}
trap ended EXIT

# Does it, or says that it would.
act() {
    changes=$((changes + 1))
    repeat "$@"
}

# The same for what changes nothing when it is done again.
repeat() {
    if [ -n "$dry_run" ]; then
        say "would run: $*"
    else
        "$@"
    fi
}

rights() { stat -c '%a %U:%G' "$1" 2>/dev/null || true; }

folder() { # path, mode, owner:group
    if [ -d "$1" ] && [ "$(rights "$1")" = "$2 $3" ]; then return; fi
    changes=$((changes + 1))
    if [ -n "$dry_run" ]; then
        say "would make $1 ($2 $3)"
        return
    fi
    mkdir -p "$1"
    chown "$3" "$1"
    chmod "$2" "$1"
    say "made $1"
}

# The file becomes the other, in one step and only when something differs; "differs" says afterwards whether it did.
differs=''
copy() { # file, path, mode, owner:group
    [ -r "$1" ] || fail "$1 is missing: this folder is not whole."
    differs=''
    if cmp -s "$1" "$2" && [ "$(rights "$2")" = "$3 $4" ]; then return; fi
    differs=yes
    changes=$((changes + 1))
    if [ -n "$dry_run" ]; then
        say "would write $2 ($3 $4)"
        return
    fi
    mkdir -p "$(dirname "$2")"
    install -m 600 "$1" "$2.new"
    chown "$4" "$2.new"
    chmod "$3" "$2.new"
    mv -f "$2.new" "$2"
    say "wrote $2"
}

# Standard input becomes the file, as above.
put() { # path, mode, owner:group
    cat >"$scratch/put"
    copy "$scratch/put" "$@"
}

link() { # target, path
    if [ "$(readlink "$2" || true)" = "$1" ]; then return; fi
    act ln -sfn "$1" "$2.new"
    act mv -T "$2.new" "$2"
}

delete() {
    local path
    for path in "$@"; do
        if [ -e "$path" ] || [ -L "$path" ]; then act rm -rf "$path"; fi
    done
}

has_systemd() { command -v systemctl >/dev/null; }
runs_systemd() { [ -d /run/systemd/system ] && has_systemd; }
