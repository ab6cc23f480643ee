# shellcheck shell=bash
# Building `warder`, the tool; source common.sh first.

# Where its products are: by themselves, because they differ in every object file from those of an ordinary build.
tool_build=${root:?}/.build-static

# Builds it in release mode, linked statically with everything, so that it runs on any Linux of this architecture, one
# without Swift or with another C library included. Prints its path.
build_tool() {
  local options=(--package-path "$root" -c release --product warder --scratch-path "$tool_build")
  options+=(-Xswiftc -static-executable)
  quietly swift build "${options[@]}" >&2 || die "the build of warder failed"
  printf '%s/warder\n' "$(swift build "${options[@]}" --show-bin-path)"
}
