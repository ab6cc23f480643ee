# A bash pipeline: the commonest words of a text, counted with the usual commands.
#
#   scripts/run examples/words.sh
#   scripts/run examples/words.sh 3
#
# Temporary files go to /tmp or to the working directory, which is fresh; everything else is read-only. The environment is
# built from nothing, so LANG is C.UTF-8 everywhere and sorting gives the same order everywhere.
set -euo pipefail

count=${1:-5}

cat >poem.txt <<'TEXT'
The time has come, the Walrus said,
To talk of many things:
Of shoes and ships and sealing-wax,
Of cabbages and kings;
And why the sea is boiling hot,
And whether pigs have wings.
TEXT

tr '[:upper:]' '[:lower:]' <poem.txt | grep -o "[a-z]*" | sort | uniq -c | sort -k1,1nr -k2 | sed -n "1,${count}p"

echo "counted $(wc -w <poem.txt) words in $PWD" >&2
