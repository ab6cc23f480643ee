# shellcheck shell=bash
# Building the relays of relays/; source common.sh and packages.sh first.

# Makes dist/bakerst: `warder-bakerst` with Swift's libraries in it, and beside it the libraries that it is linked with. Only the
# C library is the image's.
build_bakerst() {
  need_packages libnats-dev
  local options=(--package-path "${root:?}/relays" -c release --product warder-bakerst --static-swift-stdlib)
  options+=(-Xcc "-ffile-prefix-map=$root=.")
  quietly swift build "${options[@]}" >&2 || die "the build of warder-bakerst failed"
  local built library
  built=$(swift build "${options[@]}" --show-bin-path)/warder-bakerst
  rm -rf "$root/dist/bakerst" && mkdir -p "$root/dist/bakerst"
  strip -o "$root/dist/bakerst/warder-bakerst" "$built"
  # "libnats.so.3.4 => /lib/x86_64-linux-gnu/libnats.so.3.4 (0x…)"
  while read -r library; do
    cp --dereference "$library" "$root/dist/bakerst/"
  done < <(ldd "$built" | awk '$2 == "=>" && $1 !~ /^(libc|libm|libpthread|libdl|librt)\.so/ { print $3 }')
  chmod -R a+rX "$root/dist/bakerst"
}
