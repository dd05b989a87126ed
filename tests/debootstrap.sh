#!/usr/bin/env bash
# A newcomer's first minutes: makes a bare Debian 12 in a temporary directory, copies a clone of this checkout in,
# and runs ./demo.sh --once there, twice. Needs root and the package debootstrap; about ten minutes.
# CIRCUIT_DEBIAN_MIRROR names another mirror than Debian's.
set -eu
top=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
mirror=${CIRCUIT_DEBIAN_MIRROR:-http://deb.debian.org/debian}

fail() {
  printf 'debootstrap.sh: %s\n' "$*" >&2
  exit 1
}

# The tree's processes and mounts live in namespaces of their own, so they are gone when this script is, however it
# ends.
if [[ ${1:-} != --inside ]]; then
  [[ $(id -u) == 0 ]] || fail "only root can make a Debian tree: run this with sudo."
  command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap ||
    fail "debootstrap is missing and could not be installed."
  tree=$(mktemp -d /var/tmp/circuit-debian-XXXXXX)
  trap 'rm -rf --one-file-system "$tree"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  status=0
  unshare --mount --pid --fork --kill-child --propagation private "$0" --inside "$tree" || status=$?
  exit "$status"
fi

tree=$2
echo "Making a bare Debian 12 in $tree."
debootstrap --variant=minbase bookworm "$tree" "$mirror" >"$tree.log" 2>&1 ||
  { tail -n 20 "$tree.log" >&2; rm -f "$tree.log"; fail "debootstrap failed; its last words stand above."; }
rm -f "$tree.log"

mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/tmp"
# What this machine's network needs, the tree needs too: names, and certificates that the machine's owner added.
cp /etc/resolv.conf "$tree/etc/resolv.conf"
if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
  mkdir -p "$tree/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$tree/usr/local/share/ca-certificates/"
fi
printf 'deb %s bookworm main\n' "$mirror" >"$tree/etc/apt/sources.list"

git clone --quiet --no-hardlinks "$top" "$tree/root/circuit"

inside() {
  chroot "$tree" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    bash -c "cd /root/circuit && $1"
}

# One run of the demo: the top ten words have to be printed, and nothing may live on.
demo() {
  local started=$SECONDS
  inside './demo.sh --once' | tee "$tree/root/output"
  took=$((SECONDS - started))
  local words
  words=$(tail -n 10 "$tree/root/output" | grep -c '[a-z]' || true)
  ((words == 10)) || fail "the demo did not end with the top ten words."
  # In this namespace there are this script, its subshells and nothing else.
  local process
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/root" 2>/dev/null) == "$tree" ]]; then
      fail "the demo left a process: $(tr '\0' ' ' <"$process/cmdline")"
    fi
  done
}

mount -t proc proc /proc # This pid namespace's own, for the check above.
set -o pipefail
demo
first=$took
for package in libgtest-dev chromium libglfw3-dev ccache; do
  if inside "dpkg-query -W -f='\${db:Status-Status}' $package 2>/dev/null" | grep -qx installed; then
    fail "the demo installed $package, which only tests or the desktop need."
  fi
done
demo
printf 'A bare Debian 12 reached the top words in %d s, and again in %d s.\n' "$first" "$took"
((first <= 480)) || fail "the first run may take 480 s and took $first s."
