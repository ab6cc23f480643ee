# shellcheck shell=bash
# Installing Debian and Ubuntu packages, only those that are missing; source common.sh first.

# Prints the packages among the arguments that are not installed, one a line.
missing_packages() {
  local package status
  declare -A installed=()
  while read -r package status; do
    [[ $status == installed ]] && installed[$package]=1
  done < <(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for package in "$@"; do
    [[ -n ${installed[$package]-} ]] || printf '%s\n' "$package"
  done
}

# Makes sure that every package of the arguments is installed; when all are, it takes some milliseconds.
need_packages() {
  have dpkg-query || die "this is not Debian or Ubuntu: install the equivalents of these packages yourself: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  say "installing ${missing[*]}"
  # The lists on the machine may be absent or too old to name files that still exist: update and try once more.
  if ! install_packages "${missing[@]}" >/dev/null 2>&1; then
    quietly as_root apt-get update -qq || die "apt-get update failed: are the package sources reachable?"
    quietly install_packages "${missing[@]}" || die "these packages could not be installed: ${missing[*]}"
  fi
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}
