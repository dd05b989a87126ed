# shellcheck shell=bash disable=SC2034
# Every Debian package that the project needs, by group, and the one function that installs what is missing.
# Sourced by demo.sh, test.sh and .ci/run; runs nothing by itself. Debian 12 and 13.
#
# A word `a|b` is a choice: the first that is installed counts, else the first that this Debian has.

# What a build of the programs needs. demo.sh installs this and nothing else.
CIRCUIT_PACKAGES_build=(
  g++ cmake ninja-build pkg-config ca-certificates
  'libboost1.81-dev|libboost1.83-dev' 'libboost-json1.81-dev|libboost-json1.83-dev'
  libcbor-dev libsqlite3-dev libspdlog-dev libfmt-dev libcli11-dev libssl-dev libzookeeper-mt-dev
)

# What the tests need beyond that, a real ZooKeeper among it; mold and ccache only make builds quicker.
CIRCUIT_PACKAGES_test=(
  libgtest-dev libgmock-dev procps python3 sqlite3 mold ccache
  zookeeper 'default-jre-headless|openjdk-17-jre-headless|openjdk-21-jre-headless'
)

# What the tests of the page need: a browser, and the fonts of the page so that screenshots are alike.
CIRCUIT_PACKAGES_browser=(chromium fonts-inter fonts-jetbrains-mono)

# What the desktop dashboard is built from. A build without them leaves it out; the tests, and demo.sh --gui, want it.
CIRCUIT_PACKAGES_desktop=(libimgui-dev libglfw3-dev libfreetype-dev libpng-dev libgl-dev fonts-inter fonts-jetbrains-mono)

# What the tests of its window need: a display in memory, and OpenGL without a graphics card.
CIRCUIT_PACKAGES_window=(xvfb libgl1-mesa-dri)

# The oldest node that the page is built with: Debian 12's.
CIRCUIT_NODE_MAJOR=18

# True if the Debian package $1 is installed.
circuit_is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# True if a node of at least CIRCUIT_NODE_MAJOR is on the path, from wherever it came.
circuit_has_node() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= CIRCUIT_NODE_MAJOR))
}

# Prints the words of the groups $@ that are not satisfied, one a line. Changes nothing.
circuit_missing_packages() {
  local group word choice found
  for group in "$@"; do
    local -n words="CIRCUIT_PACKAGES_$group"
    for word in "${words[@]}"; do
      found=
      local choices
      IFS='|' read -r -a choices <<<"$word"
      for choice in "${choices[@]}"; do
        if circuit_is_installed "$choice"; then
          found=yes
          break
        fi
      done
      [[ $found ]] || printf '%s\n' "$word"
    done
    # node and npm also count when they came from somewhere else than Debian.
    if [[ $group == build ]]; then
      circuit_has_node || printf 'nodejs\n'
      command -v npm >/dev/null || printf 'npm\n'
    fi
  done
}

# Installs what is missing of the groups $@. Says what it does; silent and quick when there is nothing to do.
# Ends with 1, and a sentence that names the packages, where it cannot.
circuit_install_packages() {
  local missing word choice
  mapfile -t missing < <(circuit_missing_packages "$@")
  ((${#missing[@]})) || return 0

  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    # Without a terminal nobody can type a password, so sudo must do without one.
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
      as_root=(sudo)
    else
      as_root=(none)
    fi
  fi
  if ! command -v apt-get >/dev/null || [[ ${as_root[0]:-} == none ]]; then
    printf 'These packages are needed and cannot be installed from here: %s.\n' "${missing[*]%%|*}" >&2
    printf 'Install them as root (apt-get install -y --no-install-recommends %s), then start this again.\n' \
      "${missing[*]%%|*}" >&2
    return 1
  fi

  printf 'Installing %d packages: %s\n' "${#missing[@]}" "${missing[*]%%|*}"
  # A list that is out of date may still do; if it does not, the install says so.
  "${as_root[@]}" apt-get update -q || printf 'apt-get update failed; going on with the lists that are here.\n' >&2

  local chosen=()
  for word in "${missing[@]}"; do
    choice=${word%%|*}
    while [[ $word == *'|'* ]] && ! apt-cache show "$choice" >/dev/null 2>&1; do
      word=${word#*|}
      choice=${word%%|*}
    done
    chosen+=("$choice")
  done
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${chosen[@]}"; then
    printf 'apt-get could not install: %s. Its own words above say why.\n' "${chosen[*]}" >&2
    return 1
  fi
}

# Prints how many compilers may run at once: one a core, but each has 1.5 GiB to itself.
circuit_build_jobs() {
  local cores kib jobs
  cores=$(nproc)
  kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  jobs=$((${kib:-0} / (1536 * 1024)))
  ((jobs >= 1)) || jobs=1
  printf '%d\n' $((jobs < cores ? jobs : cores))
}
