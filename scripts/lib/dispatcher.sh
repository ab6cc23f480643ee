# shellcheck shell=bash
# Building `warder-dispatcher`; source common.sh first.

# Builds it in release mode with Swift's own libraries in it, so that it runs where there is no Swift. Prints its path.
build_dispatcher() {
  local options=(--package-path "${root:?}/dispatcher" -c release --product warder-dispatcher --static-swift-stdlib)
  options+=(-Xcc "-ffile-prefix-map=$root=.")
  quietly swift build "${options[@]}" >&2 || die "the build of warder-dispatcher failed"
  printf '%s/warder-dispatcher\n' "$(swift build "${options[@]}" --show-bin-path)"
}
