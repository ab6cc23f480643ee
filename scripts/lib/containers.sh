# shellcheck shell=bash
# Container engines as this project's scripts and tests use them; source common.sh first.

# Podman's defaults fit most machines. Where they do not, a configuration made for this machine is used in their
# place, unless CONTAINERS_CONF names one already:
#   - root without CAP_SYS_RESOURCE (a container, a restricted virtual machine) may not raise its limits, and
#     podman's own default limits are above what such a machine starts with;
#   - crun before 1.9 refuses the hybrid layout of cgroup version 1 and 2, runc takes it;
#   - without systemd there is nobody to manage cgroups or to keep a journal.
adapt_podman() {
  [[ -z ${CONTAINERS_CONF-} ]] || return 0
  local containers='' engine=''
  if ((EUID == 0)) && ! has_capability 24; then
    containers='default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]'
  fi
  if [[ $(stat --file-system --format=%T /sys/fs/cgroup 2>/dev/null) != cgroup2fs ]] && have runc; then
    engine+=$'runtime = "runc"\n'
  fi
  if [[ ! -d /run/systemd/system ]]; then
    engine+=$'cgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
  fi
  [[ -n $containers$engine ]] || return 0
  export CONTAINERS_CONF=${cache:?}/containers.conf
  local wanted=$'[containers]\n'$containers$'\n[engine]\n'$engine
  if [[ ! -f $CONTAINERS_CONF || $(<"$CONTAINERS_CONF")$'\n' != "$wanted" ]]; then
    mkdir -p "$cache"
    local new
    new=$(mktemp "$CONTAINERS_CONF.XXXXXX")
    printf '%s' "$wanted" >"$new"
    mv "$new" "$CONTAINERS_CONF"
  fi
}

# Whether this process holds the capability of that number in its effective set (capabilities(7)).
has_capability() {
  local key value
  while read -r key value; do
    [[ $key == CapEff: ]] && (((16#$value >> $1 & 1) == 1)) && return 0
  done </proc/self/status
  return 1
}
