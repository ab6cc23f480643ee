# shellcheck shell=bash
# Shared by the scripts of this directory; source it, do not run it. It needs bash and nothing else.
#
#   root           the top of the repository
#   cache          where slow things that can be made again are kept between runs
#   say, die       a line on standard error; die ends the script with status 1
#   quietly        runs a command and shows its output only when it fails
#   as_root        runs a command as root, by sudo where that is needed

set -euo pipefail

# shellcheck disable=SC2034 # read by the scripts that source this file
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/warder
# shellcheck disable=SC2034
machine=$(uname -m)

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 1
}

# The name of a scratch file or directory that is removed when the script ends, in the variable named by $1.
# usage: scratch VARIABLE [mktemp options]
scratch_made=()
scratch() {
  local -n made=$1
  made=$(mktemp "${@:2}")
  scratch_made+=("$made")
}
trap '((${#scratch_made[@]} == 0)) || rm -rf -- "${scratch_made[@]}"' EXIT

quietly() {
  local output status=0
  output=$("$@" 2>&1) || status=$?
  if ((status != 0)); then
    printf '%s\n' "$output" >&2
    say "failed with status $status: $*"
  fi
  return "$status"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die "this needs root and there is no sudo; as root, run: $*"
  fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# The value that follows an option, or a clear end. usage: value=$(option_value OPTION "${2-}")
option_value() {
  [[ -n ${2-} ]] || die "$1 needs a value; see --help"
  printf '%s' "$2"
}

# Prints the comment block at the top of the calling script, which is its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }
