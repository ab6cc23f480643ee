# shellcheck shell=bash
# Building `warder`, the tool; source common.sh first.

# Where its products are: by themselves, because they differ in every object file from those of an ordinary build.
tool_build=${root:?}/.build-static

# Builds it in release mode, linked statically with everything, so that it runs on any Linux of this architecture, one
# without Swift or with another C library included. Prints its path.
build_tool() {
  local options=(--package-path "$root" -c release --product warder --scratch-path "$tool_build")
  # Assertions in C name their file; where the sources lie is nobody's business, and would make other bytes elsewhere.
  options+=(-Xcc "-ffile-prefix-map=$root=.")
  # The linker's map says what is really in it: scripts/release lists that.
  options+=(-Xswiftc -static-executable -Xlinker "-Map=$tool_build/warder.map")
  quietly swift build "${options[@]}" >&2 || die "the build of warder failed"
  printf '%s/warder\n' "$(swift build "${options[@]}" --show-bin-path)"
}
