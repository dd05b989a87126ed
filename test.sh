#!/usr/bin/env bash
# Builds everything and runs the tests. ./test.sh --help says how.
set -u
top=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$top" || exit 1
# shellcheck source=cmake/packages.sh
source cmake/packages.sh

usage() {
  cat <<'HELP'
Builds everything and runs the tests, then prints the seconds of each group and the ten slowest tests.

  ./test.sh                every test, once: at most 20 minutes on two cores from a fresh clone
  ./test.sh --fast         the unit tests: no real processes, no browser or window, nothing slow; 2 minutes
  ./test.sh -R NAME        the tests whose name matches the regular expression NAME, such as -R 'value_test/Encoder'
  ./test.sh --asan         with the address and undefined behaviour sanitizers (build/asan), without browser and window
  ./test.sh --tsan         with the thread sanitizer (build/tsan), without browser and window
  ./test.sh --long         full counts of repetitions, seeds and faults (CIRCUIT_LONG=1), and ./demo.sh in a bare
                           Debian 12 tree (tests/debootstrap.sh, as root)
  ./test.sh --help         this text

Options may be combined: ./test.sh --tsan -R link_test. The exit status is ctest's: 0 if every test passed.
Each test program can also be started by itself: build/dev/bin/value_test --gtest_filter='Encoder.*'.
Missing Debian packages are installed first (as root, or with sudo).
HELP
}

preset=dev fast='' long='' name=''
while (($#)); do
  case $1 in
    --fast) fast=yes ;;
    --long) long=yes ;;
    --asan | --tsan)
      if [[ $preset != dev && $preset != "${1#--}" ]]; then
        echo "--asan and --tsan are two builds: run one after the other." >&2
        exit 2
      fi
      preset=${1#--}
      ;;
    -R)
      if (($# < 2)); then
        echo "-R wants the name of a test, or a part of it, after it." >&2
        exit 2
      fi
      name=$2
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    *)
      printf '%s is not an option of test.sh. ./test.sh --help lists them.\n' "$1" >&2
      exit 2
      ;;
  esac
  shift
done

groups=(build test desktop)
excluded=()
[[ $fast ]] && excluded+=(process browser window slow)
[[ $preset != dev ]] && excluded+=(browser window)
((${#excluded[@]})) || groups+=(browser window)
circuit_install_packages "${groups[@]}" || exit 1

# The thread sanitizer needs its shadow memory where the kernel may have put something: no random addresses for it.
fixed_addresses=()
if [[ $preset != dev ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
  fixed_addresses=(setarch "$(uname -m)" -R)
fi
case $preset in
  asan)
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
    export UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
    ;;
  tsan)
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions="$top/cmake/tsan_suppressions.txt"${TSAN_OPTIONS:+:$TSAN_OPTIONS}
    ;;
esac
[[ $long ]] && export CIRCUIT_LONG=1
# The tests have clusters of their own; a user's must not be the one they meet.
unset CIRCUIT_DIR

build=$top/build/$preset
started=$SECONDS
if [[ ! -f $build/build.ninja ]]; then
  cmake --preset "$preset" || { echo "The build could not be configured; cmake's words above say why." >&2; exit 1; }
fi
"${fixed_addresses[@]}" cmake --build --preset "$preset" --parallel "$(circuit_build_jobs)" ||
  { echo "The build failed; the first error above says why. No test was run." >&2; exit 1; }
built=$SECONDS

# More at once than there are processors, as many tests wait for other processes most of the time.
options=(--parallel 3 --output-on-failure --no-tests=error)
[[ $name ]] && options+=(-R "$name")
if ((${#excluded[@]})); then
  options+=(-LE "^($(IFS='|'; echo "${excluded[*]}"))\$")
fi
report=$build/tests.xml
rm -f "$report"
status=0
"${fixed_addresses[@]}" ctest --test-dir "$build" --output-junit "$report" "${options[@]}" || status=$?

extra=()
if [[ $long && $preset == dev && -z $fast && -z $name ]]; then
  before=$SECONDS
  result=passed
  tests/debootstrap.sh || { result=failed; ((status)) || status=1; }
  extra=(--also "house/demo_in_a_bare_debian" "$result" $((SECONDS - before)))
fi

printf '\nBuild: %d s. Tests: %d s.\n' $((built - started)) $((SECONDS - built))
python3 tests/house/summary.py "$report" "${extra[@]}" || { ((status)) || status=1; }
exit "$status"
