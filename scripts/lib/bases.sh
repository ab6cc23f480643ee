# shellcheck shell=bash
# The bases of the images: those that a registry has, and root file systems made on this machine that stand in for them.
# Sourced by build-images, whose build_image, have_image and options are used here.

local_bases=localhost/warder

# A Debian (or the machine's own Ubuntu) with these packages and the usual commands, as a tar, path printed. It is made
# once: NAME has to tell what is in it.
# usage: bootstrapped_rootfs NAME TIME PACKAGE...
bootstrapped_rootfs() {
  need_packages mmdebstrap
  local name=$1 takes=$2 suite mirror packages
  shift 2
  packages=$(IFS=,; echo "$*")
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  [[ -n $suite ]] || die "/etc/os-release names no VERSION_CODENAME: give a root file system with --rootfs"
  # The mirror that this machine uses itself: it is the one known to be reachable. (awk reads to the end: a reader that
  # leaves early kills its writer by SIGPIPE, and the pipeline fails.)
  # shellcheck disable=SC2016 # the dollars are apt's
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite && $3 == "main" && !found++ { print $1 }')
  local tar=${cache:?}/$name-$suite-${machine:?}.tar
  if [[ ! -s $tar ]]; then
    say "making a local $name of $suite with mmdebstrap, once; it takes about $takes"
    mkdir -p "$cache"
    local new=$tar.$$ without=()
    for path in doc man info locale; do without+=(--dpkgopt="path-exclude=/usr/share/$path/*"); done
    quietly mmdebstrap --quiet --variant=essential --format=tar --include="$packages" "${without[@]}" \
      "$suite" "$new" ${mirror:+"$mirror"} || { rm -f "$new"; die "mmdebstrap could not make a $name"; }
    mv "$new" "$tar"
  fi
  printf '%s\n' "$tar"
}

# A root file system that images/NAME/make-rootfs puts together, as a tar, path printed; made anew when that changes.
# usage: assembled_rootfs NAME TIME
assembled_rootfs() {
  local tar
  tar=$cache/$1-$(cksum <"${root:?}/images/$1/make-rootfs" | cut -d ' ' -f 1)-$machine.tar
  if [[ ! -s $tar ]]; then
    say "making a local base for images/$1, once; it takes about $2"
    mkdir -p "$cache"
    "$root/images/$1/make-rootfs" "$tar" >&2 || die "images/$1/make-rootfs failed"
  fi
  printf '%s\n' "$tar"
}

# The root file system that --rootfs gives, as a tar, path printed. usage: given_rootfs PATH COPY
given_rootfs() {
  if [[ -d $1 ]]; then
    tar --create --numeric-owner --one-file-system --directory "$1" --file "$2" . ||
      die "--rootfs $1: this directory could not be read whole; are you root?"
  else
    [[ -f $1 ]] || die "--rootfs $1: no such directory or tar file"
    cp --reflink=auto "$1" "$2"
  fi
  printf '%s\n' "$2"
}

# Makes an image of a root file system. usage: make_base IMAGE TAR
make_base() {
  local context
  # Inside the cache directory: a hard link in place of a copy of some hundred megabytes.
  scratch context -d "$cache/context.XXXXXX"
  ln "$2" "$context/rootfs.tar"
  version='' build_image "$1" "$root/images/base" "$context"
}

# Makes the local base of that name, where it is not there already; its image is in the variable local_base afterwards.
make_local_base() {
  local image=$local_bases/base-$1 tar
  [[ $1 != debian ]] || image=$local_bases/base
  # Made anew when what makes it changes: the image is named after that.
  [[ ! -x $root/images/$1/make-rootfs ]] || image+=-$(cksum <"$root/images/$1/make-rootfs" | cut -d ' ' -f 1)
  local_base=$image
  mkdir -p "$cache"
  if [[ $1 == debian && -n $rootfs ]]; then
    local given
    scratch given -d "$cache/rootfs.XXXXXX"
    tar=$(given_rootfs "$rootfs" "$given/rootfs.tar")
  elif have_image "$image"; then
    return
  else
    case $1 in
      debian) tar=$(bootstrapped_rootfs base "half a minute" python3 procps) ;;
      # One for both: it stands in for two images of which each has one of them.
      languages) tar=$(bootstrapped_rootfs base-languages "a minute" nodejs ruby) ;;
      # What Swift's libraries need of C++.
      dispatcher) tar=$(bootstrapped_rootfs base-dispatcher "half a minute" libstdc++6 zlib1g) ;;
      alpine) tar=$(assembled_rootfs alpine "a minute") ;;
      distroless) tar=$(assembled_rootfs distroless "half a minute") ;;
      *) die "there is no local base $1" ;;
    esac
  fi
  make_base "$image" "$tar"
}

# The image to build on, in the variable named by the first argument: the one asked for, the usual one if it can be had,
# else the local one, which is made if need be.
# usage: choose_base VARIABLE ASKED USUAL LOCAL
choose_base() {
  local -n chosen=$1
  if [[ -n $2 ]]; then
    chosen=$2
  elif [[ -z $local_only ]] && { have_image "$3" || "${tool:?}" pull "$3" >/dev/null 2>&1; }; then
    chosen=$3
  else
    [[ -n $local_only ]] || say "$3 cannot be pulled; a local base stands in for it"
    make_local_base "$4"
    # shellcheck disable=SC2034 # the caller's
    chosen=$local_base
  fi
}

# The base that a Containerfile names. usage: usual_base FOLDER
usual_base() { sed -n 's/^ARG BASE=//p' "$1/Containerfile"; }
