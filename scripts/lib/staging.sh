# shellcheck shell=bash
# What an installation and a release archive consist of, put together in one place; source common.sh and tool.sh first.

# Prints the project's version, the one that the built supervisor has.
project_version() {
  local version
  version=$("${root:?}/dist/warder-init" --version) && version=${version##* }
  [[ $version =~ ^[0-9][0-9A-Za-z.+-]*$ ]] || die "dist/warder-init --version names no version"
  printf '%s\n' "$version"
}

# Prints the time that everything in a package has, in seconds: SOURCE_DATE_EPOCH, else that of the last commit.
package_epoch() {
  local epoch=${SOURCE_DATE_EPOCH-}
  [[ -n $epoch ]] || epoch=$(git -C "$root" log -1 --format=%ct 2>/dev/null) || epoch=0
  [[ $epoch =~ ^[0-9]+$ ]] || die "SOURCE_DATE_EPOCH is a number of seconds since 1970, not '$epoch'"
  printf '%s\n' "$epoch"
}

# The manual pages, in a directory. usage: write_manual WARDER DIRECTORY EPOCH
write_manual() {
  local generator=${tool_build:?}/debug/generate-manual-tool generated date
  date=$(date --utc --date="@$3" +%F)
  if [[ ! -x $generator ]]; then
    # The plugin builds its tool and prints its help; run whole it would build all products of the package once more.
    quietly swift package --package-path "$root" --scratch-path "$tool_build" generate-manual --help ||
      die "the plugin generate-manual could not be built"
  fi
  scratch generated -d
  quietly "$generator" "$1" --multi-page --date "$date" --output-directory "$generated" || die "generate-manual failed"
  python3 "$root/scripts/lib/packaging/manual.py" "$generated" "$root/dist/warder-init" "$2" "$date"
}

# Builds what is missing and puts bin/ and share/ together. usage: stage DIRECTORY EPOCH
stage() {
  local target=$1 epoch=$2 warder shell page
  local -A completions=(
    [bash]=bash-completion/completions/warder [zsh]=zsh/site-functions/_warder
    [fish]=fish/vendor_completions.d/warder.fish)
  "$root/scripts/build" >&2
  warder=$(build_tool)
  mkdir -p "$target/bin" "$target/share/man/man1" "$target/share/doc/warder"
  # The last two hold digests that differ with the directory of the build and say nothing else.
  strip --strip-all --remove-section=.comment --remove-section=.swift_modhash --remove-section=.note.gnu.build-id \
    -o "$target/bin/warder" "$warder"
  cp "$root/dist/warder-init" "$target/bin/warder-init"
  write_manual "$target/bin/warder" "$target/share/man/man1" "$epoch"
  for shell in "${!completions[@]}"; do
    mkdir -p "$target/share/$(dirname "${completions[$shell]}")"
    "$target/bin/warder" --generate-completion-script "$shell" >"$target/share/${completions[$shell]}"
  done
  for page in README.md SECURITY.md CHANGELOG.md CONTRIBUTING.md LICENSE docs examples; do
    cp -R "$root/$page" "$target/share/doc/warder/"
  done
  mkdir "$target/share/doc/warder/images"
  cp "$root/images/README.md" "$target/share/doc/warder/images/"
  cp -R "$root/images/template" "$target/share/doc/warder/images/"
  find "$target" -type d -exec chmod 0755 {} + -o -type f -exec chmod 0644 {} +
  chmod 0755 "$target"/bin/*
}
