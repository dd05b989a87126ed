#!/usr/bin/env bash
# Builds Circuit and shows it at work. ./demo.sh --help says how.
set -u
top=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$top" || exit 1
# shellcheck source=cmake/packages.sh
source cmake/packages.sh

usage() {
  cat <<'HELP'
Builds Circuit and shows it at work: a map-reduce job counts words in worker processes, and a page shows them.

  ./demo.sh                the job goes round after round until Ctrl-C; prints the page's URL and commands to try
  ./demo.sh --once         counts the words of /usr/share/common-licenses one time, prints the top ten, and ends

  --gui                    opens the desktop dashboard as well; installs what that needs
  --port N                 the page's port; without it, any that is free
  --dir DIR                count the words of the files under DIR (default: /usr/share/doc)
  --help                   this text

It installs the Debian packages that the build needs and are missing (as root, or with sudo), builds into
build/release, and keeps everything of the running demo in build/demo-state and build/demo-log. Your own
cluster, if you have one, is not touched. While the demo runs, ./circuit speaks to it.
HELP
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

once='' gui='' port=0 directory=''
while (($#)); do
  case $1 in
    --once) once=yes ;;
    --gui) gui=yes ;;
    --port) port=${2-}; shift ;;
    --port=*) port=${1#*=} ;;
    --dir) directory=${2-}; shift ;;
    --dir=*) directory=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    *)
      printf '%s is not an option of demo.sh. ./demo.sh --help lists them.\n' "$1" >&2
      exit 2
      ;;
  esac
  shift || break
done
if ! [[ $port =~ ^[0-9]{1,5}$ ]] || ((10#$port > 65535)); then
  printf -- '--port wants a number from 0 to 65535, and got "%s".\n' "$port" >&2
  exit 2
fi
if [[ -z $directory ]]; then
  directory=/usr/share/doc
  [[ $once ]] && directory=/usr/share/common-licenses
fi
if [[ ! -d $directory || ! -r $directory ]]; then
  printf -- '--dir: there is no readable directory %s.\n' "$directory" >&2
  exit 2
fi

state=$top/build/demo-state
log=$top/build/demo-log
bin=$top/build/release/bin
up_pid='' job_pid='' cluster_began='' clean_end=''

# Each command in the background is a process group of its own: Ctrl-C reaches this script alone, which then ends
# them in order.
set -m

# Ends the process group or process $1: in order, and by force after $2 tenths of a second.
end_process() {
  local target=$1 tenths=$2
  kill -TERM -- "$target" 2>/dev/null
  while ((tenths-- > 0)) && kill -0 -- "$target" 2>/dev/null; do sleep 0.1; done
  kill -KILL -- "$target" 2>/dev/null
  wait "${target#-}" 2>/dev/null
}

# Ends by force all that works in the demo's own directory: those whose environment names it.
end_demo_processes() {
  local environment pid
  while IFS= read -r environment; do
    pid=${environment#/proc/}
    pid=${pid%/environ}
    [[ $pid == "$$" ]] || kill -KILL "$pid" 2>/dev/null
  done < <(grep -lzxsF "CIRCUIT_DIR=$state" /proc/[0-9]*/environ)
}

# Runs at every end of this script, whatever the cause: nothing that it started may live on.
end_all() {
  local status=$? pid
  trap '' INT TERM HUP
  trap - EXIT
  exec 2>/dev/null # All has been said; bash would add a line for each process that ends by a signal.
  # A signal may come between the start of a command and the line that keeps its pid: bash itself knows them all.
  for pid in $(jobs -p); do
    [[ $pid == "$up_pid" ]] || end_process "-$pid" 20
  done
  if [[ $cluster_began ]]; then
    [[ $up_pid ]] && end_process "$up_pid" 100
    end_demo_processes
  fi
  [[ $clean_end ]] && status=0
  exit "$status"
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The lock is this script's alone (no child gets it), so it ends with the script, however that ends.
mkdir -p "$log" && chmod 0700 "$log" || exit 1
exec {lock}>"$log/lock"
flock -n "$lock" || fail "A demo runs already in this checkout. End that one first (Ctrl-C in its terminal)."
end_demo_processes # What is left of one that was ended by SIGKILL.

# -- what it will do ---------------------------------------------------------------------------------------------

groups=(build)
[[ $gui ]] && groups+=(desktop)
mapfile -t missing < <(circuit_missing_packages "${groups[@]}")
echo "Circuit's demo: installs what the build needs, builds the programs, and runs a map-reduce job in worker processes."
if ((${#missing[@]})); then
  echo "  packages to install: ${#missing[@]}    expect 1 to 3 minutes"
else
  echo "  packages: all here"
fi
if [[ -x $bin/circuit && -x $bin/wordcount ]]; then
  echo "  build: there is one; a few seconds if nothing has changed"
else
  echo "  first build: expect 3 to 5 minutes on two cores"
fi
if [[ $once ]]; then
  echo "  then: counts the words of $directory one time and ends"
else
  echo "  then: counts the words of $directory, round after round, until Ctrl-C"
fi
echo

# -- packages and build ------------------------------------------------------------------------------------------

# Runs a command that may take minutes, in the background: bash answers Ctrl-C and SIGTERM at once while it waits,
# and only afterwards while a command is in the foreground.
run() {
  "$@" {lock}>&- </dev/null &
  job_pid=$!
  local status=0
  wait -f "$job_pid" || status=$?
  job_pid=''
  return "$status"
}

circuit_install_packages "${groups[@]}" || exit 1
programs=(circuit hello wordcount feedback relay)
[[ $gui ]] && programs+=(circuit-gui)
# A build that was configured before the desktop's packages were here has left the dashboard out.
if [[ ! -f build/release/build.ninja || ($gui && ! -x $bin/circuit-gui) ]]; then
  run cmake --preset release || fail "The build could not be configured; cmake's words above say why."
fi
run ninja -C build/release -j "$(circuit_build_jobs)" "${programs[@]}" ||
  fail "The build failed; the first error above says why."

# -- the cluster -------------------------------------------------------------------------------------------------

: >"$log/up.log"
cluster_began=yes
env CIRCUIT_DIR="$state" "$bin/circuit" up --port "$((10#$port))" >"$log/up.log" 2>&1 </dev/null {lock}>&- &
up_pid=$!

url=
for ((tenths = 0; tenths < 300; ++tenths)); do
  url=$(sed -n 's/^Page: //p' "$log/up.log" | head -n 1)
  [[ $url ]] && break
  if ! kill -0 "$up_pid" 2>/dev/null; then
    cat "$log/up.log" >&2
    fail "circuit up ended before its page was there; its words stand above."
  fi
  sleep 0.1
done
[[ $url ]] || fail "circuit up has said nothing for 30 s; $log/up.log holds what it wrote."

if [[ $once ]]; then
  run env CIRCUIT_DIR="$state" "$bin/wordcount" --rounds 1 --top 10 "$directory" ||
    fail "wordcount failed; its words stand above."
  exit 0
fi

# -- the job, and what to try ------------------------------------------------------------------------------------

# How to reach a page that listens on 127.0.0.1 when the browser is somewhere else.
say_how_to_reach() {
  local page_port=${url#*://}
  page_port=${page_port#*:}
  page_port=${page_port%%/*}
  if [[ -e /.dockerenv || -e /run/.containerenv || -n ${container:-} ]]; then
    echo
    echo "This is a container, and the page listens on 127.0.0.1 in it. To open it from the host:"
    echo "  start the container with --network host, and the URL below works as it stands;"
    echo "  or with -p 127.0.0.1:$page_port:1070, use --port $page_port here, and run in the container"
    echo "    socat TCP-LISTEN:1070,fork,reuseaddr TCP:127.0.0.1:$page_port"
  fi
  if [[ -n ${SSH_CONNECTION:-} || -e /.dockerenv || -e /run/.containerenv ]]; then
    echo
    echo "From another machine, make a tunnel, and open the URL there:"
    echo "  ssh -L $page_port:127.0.0.1:$page_port $(id -un)@$(uname -n)"
  fi
}

start_job() {
  env CIRCUIT_DIR="$state" "$bin/wordcount" --rounds 0 --pace 200 "$directory" \
    >>"$log/wordcount.log" 2>&1 </dev/null {lock}>&- &
  job_pid=$!
}

# A call within a call that takes ten seconds, again and again, so that there is one to be watched.
start_relay() {
  # A program of its own, so that its environment names the demo's directory, as that of all the others does.
  env CIRCUIT_DIR="$state" bash -c 'while "$0" 10 || sleep 2; do :; done' "$bin/relay" \
    >"$log/relay.log" 2>&1 </dev/null {lock}>&- &
}

start_gui() {
  env CIRCUIT_DIR="$state" "$bin/circuit-gui" >"$log/gui.log" 2>&1 </dev/null {lock}>&- &
}

: >"$log/wordcount.log"
start_job
start_relay
[[ $gui ]] && start_gui
clean_end=yes # From here on Ctrl-C is the way to end it, and no failure.
say_how_to_reach
cat <<TEXT

The job writes the top words of each round to build/demo-log/wordcount.log. Beside it a call of ten seconds is in
flight all the time, and another one within it: ./circuit calls --watch shows them too. Ctrl-C ends everything.
Open the page, and paste these into another terminal:

  $url

  cd $(printf '%q' "$top") && ./circuit ls -l /...
  cd $(printf '%q' "$top") && ./circuit spawn -d localhost -a /demo sleep 600
  cd $(printf '%q' "$top") && ./circuit ls /demo/... | ./circuit kill
TEXT

# The job may lose a worker to a click on the page: that ends it with an error, and it starts again.
while true; do
  wait -fn "$up_pid" "$job_pid"
  if ! kill -0 "$up_pid" 2>/dev/null; then
    clean_end=
    tail -n 5 "$log/up.log" >&2
    fail "circuit up has ended; its last words stand above."
  fi
  if ! kill -0 "$job_pid" 2>/dev/null; then
    echo "The job ended: $(tail -n 1 "$log/wordcount.log")"
    echo "It starts again."
    run sleep 2
    start_job
  fi
done
