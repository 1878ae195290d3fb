# Sourced by the scripts beside it: packages of Debian, where there is Debian and we are root.

# Install the packages named; answer with failure where that is not possible.
debian_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "Installing $* with apt-get." >&2
    (
        export DEBIAN_FRONTEND=noninteractive
        # Installing a server must not start it: policy-rc.d answering 101 is Debian's way to say so.
        policy=/usr/sbin/policy-rc.d
        kept=$(mktemp -u "$policy.XXXXXX")
        [ ! -e "$policy" ] || mv "$policy" "$kept"
        trap 'rm -f "$policy"; [ ! -e "$kept" ] || mv "$kept" "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
        apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
    )
}
