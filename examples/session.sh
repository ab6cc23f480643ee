#!/usr/bin/env bash
# A session with warder-dispatcher: a task is started, followed to its end and asked for its file; another one is cancelled.
#
# usage: examples/session.sh [URL]
#
# Needs curl and jq. Where the dispatcher has tokens, put yours into TOKEN.

set -euo pipefail
url=${1:-http://127.0.0.1:8080}
ask() { curl -sS --fail-with-body -H "Authorization: Bearer ${TOKEN:-none}" "$@"; }

echo "== Start a task. The key makes it safe to send this again."
request=$(jq -n --rawfile code "$(dirname "$0")/squares.py" \
  '{code: $code, runtime: "python", timeout: "30s", artifacts: "out"}')
id=$(ask -H "Idempotency-Key: session-$$" -d "$request" "$url/tasks" | jq -r .id)
echo "$id"

echo "== Follow it: one line for each event, until it has ended."
ask -N "$url/tasks/$id/events" | grep ^event: | uniq -c

echo "== What became of it."
ask "$url/tasks/$id" | jq '{reason, exit_code, duration_ms, files: [.result.artifacts[].name]}'

echo "== A file that came back."
name=$(ask "$url/tasks/$id" | jq -r '.result.artifacts[0].name | @uri')
ask "$url/tasks/$id/artifacts/$name" | head -n 3

echo "== Start one that takes too long, and cancel it."
slow=$(ask -d '{"code": "sleep 600", "runtime": "sh"}' "$url/tasks" | jq -r .id)
ask -X DELETE "$url/tasks/$slow" >/dev/null
ask "$url/tasks/$slow?wait=30s" | jq -r .reason
