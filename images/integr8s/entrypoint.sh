#!/bin/sh
# Integr8sCode's entry point, on Warder: runs a command confined and within limits, and hands on what became of it in the
# layout that its pod monitor reads (docs/integr8scode.md).
#
# usage: /bin/sh /entry/entrypoint.sh COMMAND [ARGUMENT]...
#
# The author of the pod may set every WARDER_ variable of warder-init: what stands here holds where none is set. ENTRY_PROGRAMS
# says where warder-init and warder-integr8s are (/warder).

programs=${ENTRY_PROGRAMS:-/warder}
unset ENTRY_PROGRAMS

# Ends without having run anything, in the layout that is read.
refuse() {
    printf 'exit_code=127\ncpu_jiffies=0\nclk_tck=100\npeak_memory_kb=0\nwall_seconds=0\n' >/dev/termination-log
    printf 'STDOUT 0\nSTDERR %d\n%s' "${#1}" "$1"
    exit 127
}

[ "$#" -gt 0 ] || refuse "Entrypoint Error: No command provided."
for program in warder-init warder-integr8s; do
    [ -x "$programs/$program" ] ||
        refuse "Entrypoint Error: $programs/$program is missing, or its volume is mounted noexec: see docs/integr8scode.md."
done

# The pod's own activeDeadlineSeconds comes first unless a shorter timeout is set here.
: "${WARDER_TIMEOUT=30m}"
: "${WARDER_READ=/scripts}"
if [ -d "${OUTPUT_PATH:-/output}" ]; then : "${WARDER_WRITE=${OUTPUT_PATH:-/output}}"; fi
# Nothing secret; what the official images tell their programs.
: "${WARDER_PASS_ENV=EXECUTION_ID,OUTPUT_PATH,PYTHON_VERSION,NODE_VERSION,RUBY_VERSION,GEM_HOME,GOLANG_VERSION,GOTOOLCHAIN}"
export WARDER_TIMEOUT WARDER_READ WARDER_PASS_ENV
[ -z "${WARDER_WRITE+set}" ] || export WARDER_WRITE

# The command is run by the image's own shell, as it always was: a program that is not there is its error 127.
# shellcheck disable=SC2089,SC2090 # it is a script, and not to be split into words
ENTRY_COMMAND='exec "$@"' && export ENTRY_COMMAND
exec "$programs/warder-init" --script-env ENTRY_COMMAND --runtime sh --exit-code ran \
    --relay "$programs/warder-integr8s" --relay-log replace -- "$@"
