#!/usr/bin/env bash
# Some hundred shell commands as scripts use them: files, text, archives, numbers, processes, redirections.
# Every line of output is the same on every machine.
#
# It is written as such scripts are, and not as they should be:
# shellcheck disable=SC2002,SC2003,SC2012,SC2016,SC2018,SC2019,SC2034,SC2308
set -euo pipefail
shopt -s extglob
cd "$(mktemp -d)"
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

say() { printf '%s: %s\n' "$1" "$2"; }
digest() { sha256sum | cut -c 1-16; }

# MARK: Files
mkdir -p data/{one,two,three}/{a,b} links
seq 1 1000 >data/numbers
yes 'the quick brown fox jumps over the lazy dog' | head -n 500 >data/text || true
printf 'name,amount,day\n' >data/table.csv
awk 'BEGIN { for (i = 1; i <= 2000; i++)
  printf "n%d,%d,2024-%02d-%02d\n", i % 37, (i * 7919) % 1000, i % 12 + 1, i % 28 + 1 }' >>data/table.csv
for name in alpha beta gamma δelta 'with space'; do printf '%s\n' "$name" >"data/one/a/$name.txt"; done
touch -d '2024-01-01 12:00:00' data/numbers
cp -a data/one data/copy
cp -p data/numbers data/two/a/numbers
cp --sparse=always data/text data/two/text
mv data/two/text data/three/a/moved
ln data/numbers links/hard
ln -s ../data/numbers links/soft
ln -s missing links/dangling
install -m 750 -D data/text deep/er/installed
truncate -s 100K sparse
dd if=/dev/zero of=zeros bs=1k count=64 status=none
fallocate -l 10K allocated
mkfifo fifo
say 'stat' "$(stat -c '%a %s %h %F' data/numbers | tr '\n' ' ')"
say 'stat link' "$(stat -c '%F' links/soft)"
say 'mtime' "$(date -r data/numbers +%FT%T)"
say 'readlink' "$(readlink links/soft) $(basename "$(realpath links/soft)")"
say 'dangling' "$(test -e links/dangling && echo exists || echo missing)"
say 'mode' "$(stat -c %a deep/er/installed)"
chmod u=rw,go= data/text && say 'chmod' "$(stat -c %a data/text)"
chmod -R a+rX data
say 'du' "$(du -b --apparent-size data/numbers | cut -f 1)"
say 'tree' "$(find data | LC_ALL=C sort | digest)"
say 'names' "$(find data -name '*.txt' -printf '%f\n' | LC_ALL=C sort | paste -sd ,)"
say 'sizes' "$(find data -type f -size +8k -printf '%f\n' | sort | paste -sd ,)"
say 'newer' "$(find data -type f ! -newer data/numbers -printf '%f\n' | sort | paste -sd ,)"
say 'exec' "$(find data -name '*.txt' -exec cat {} + | sort | paste -sd ,)"
say 'delete' "$(find data/copy -depth -delete; test ! -e data/copy && echo gone)"
say 'links' "$(find links -type l -printf '%f %l\n' | sort | paste -sd ,)"
say 'same file' "$([[ links/hard -ef data/numbers ]] && echo yes)"
say 'empty' "$(find data -type d -empty | wc -l)"
say 'df' "$(df --output=target . | tail -n 1)"
rmdir data/two/b data/three/b
say 'ls' "$(ls -1 data | paste -sd ,)"
say 'ls -l' "$(ls -l data/numbers | awk '{ print $1, $5 }')"
say 'mktemp' "$(file=$(mktemp ./tmp.XXXXXX) && stat -c %a "$file" && rm "$file")"
say 'cmp' "$(cmp data/numbers data/two/a/numbers && echo same)"
say 'sum' "$(cksum <data/numbers) $(md5sum <data/numbers | cut -c 1-8) $(b2sum <data/numbers | cut -c 1-8)"
shred -u -n 1 zeros && say 'shred' "$(test -e zeros || echo gone)"
rm -rf deep && say 'rm' "$(test -e deep || echo gone)"

# MARK: Text
say 'wc' "$(wc data/text | awk '{ print $1, $2, $3 }')"
say 'head tail' "$(head -n 20 data/numbers | tail -n 3 | paste -sd ,)"
say 'cut' "$(cut -d , -f 2 data/table.csv | head -n 4 | paste -sd ,)"
say 'sort' "$(tail -n +2 data/table.csv | sort -t , -k 2,2n -k 1,1 | digest)"
say 'sort parallel' "$(seq 1 20000 | shuf --random-source=<(yes) | sort --parallel=2 -S 1M -n | digest)"
say 'uniq' "$(cut -d , -f 1 data/table.csv | sort | uniq -c | sort -k 1,1nr -k 2 | head -n 2 | awk '{ print $1 $2 }' | paste -sd ,)"
say 'tr' "$(tr a-z A-Z <data/text | head -n 1)"
say 'rev tac' "$(seq 1 5 | tac | rev | paste -sd ,)"
say 'nl' "$(head -n 2 data/text | nl -b a | awk '{ print $1, $2 }' | paste -sd ,)"
say 'fold' "$(head -n 1 data/text | fold -s -w 15 | paste -sd '|')"
say 'fmt' "$(head -n 3 data/text | fmt -w 60 | wc -l)"
say 'pr' "$(seq 1 6 | pr -3 -t -l 2 | tr -s ' \t' ' ' | paste -sd '|')"
say 'expand' "$(printf 'a\tb\n' | expand -t 4 | unexpand -a -t 4 | od -c | head -n 1)"
say 'join' "$(join -t , <(printf 'a,1\nb,2\n') <(printf 'a,x\nb,y\n') | paste -sd '|')"
say 'comm' "$(comm -12 <(seq 1 10 | sort) <(seq 5 15 | sort) | paste -sd ,)"
say 'diff' "$(diff <(seq 1 5) <(seq 2 6) | paste -sd '|' || true)"
say 'diff -u' "$(diff -u --label a --label b <(seq 1 3) <(printf '1\ntwo\n3\n') | tail -n +3 | paste -sd '|' || true)"
say 'split' "$(split -n l/4 data/numbers part. && cat part.* | cmp - data/numbers && ls part.* | wc -l)"
say 'csplit' "$(csplit -s -f cut. data/numbers 250 500 750 && wc -l <cut.01)"
say 'sed' "$(sed -n 's/quick/slow/; 1p' data/text)"
say 'sed -E' "$(sed -E 's/([a-z]+) ([a-z]+)/\2 \1/g; 1q' data/text)"
sed -i.bak 's/lazy/busy/' data/text && say 'sed -i' "$(grep -c busy data/text) $(grep -c lazy data/text.bak)"
say 'grep' "$(grep -c '7' data/numbers) $(grep -co 'the' data/text) $(grep -rl gamma data | paste -sd ,)"
say 'grep -P' "$(grep -oP '\d+(?=,2024-03)' data/table.csv | head -n 2 | paste -sd ,)"
say 'grep unicode' "$(grep -rh 'δ' data/one)"
say 'awk' "$(awk -F , 'NR > 1 { s[$1] += $2 } END { for (n in s) print n, s[n] }' data/table.csv | sort | digest)"
say 'awk getline' "$(awk 'BEGIN { while (("seq 1 3" | getline line) > 0) t = t line; print t }')"
say 'awk system' "$(awk 'BEGIN { exit system("exit 3") }' || echo $?)"
say 'column' "$(printf 'a b\nccc d\n' | column -t 2>/dev/null | paste -sd '|' || echo none)"
say 'tsort' "$(printf 'a b\nb c\n' | tsort | paste -sd ,)"
say 'numfmt' "$(numfmt --to=iec 1048576) $(numfmt --from=si 2K)"
say 'printf' "$(printf '%05d %x %.3f %s %q' 42 255 3.14159 text 'a b')"
say 'od' "$(printf 'AZ\377' | od -An -tx1 | tr -d ' ')"
say 'base64' "$(printf 'Grüße' | base64) $(printf 'Grüße' | base64 | base64 -d)"
say 'iconv' "$(printf 'Grüße' | iconv -t ISO-8859-1 | od -An -tx1 | tr -d ' ')"
say 'file' "$(file -b --mime-type data/table.csv)"
say 'jq' "$(jq -cn '[range(5)] | {sum: add, squares: map(. * .)}')"
say 'jq input' "$(tail -n +2 data/table.csv | jq -R 'split(",")' | jq -s 'map(.[1] | tonumber) | add')"
say 'paste' "$(paste -d : <(seq 1 3) <(seq 4 6) | paste -sd ,)"
say 'look' "$(printf 'one\ntwo\n' | tee copy | wc -l) $(wc -c <copy)"
say 'strings' "$(printf 'abc\0defgh\0' | tr '\0' '\n' | grep -c .)"
say 'xargs' "$(seq 1 50 | xargs -n 10 echo | wc -l)"
say 'xargs -P' "$(seq 1 40 | xargs -P 4 -I '{}' sh -c 'echo $(({} * 2))' | sort -n | tail -n 1)"
say 'xargs -0' "$(find data/one/a -name '* *' -print0 | xargs -0 cat)"

# MARK: Archives
tar -cf all.tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='2024-01-01' data
say 'tar' "$(tar -tf all.tar | wc -l)"
for tool in gzip bzip2 xz; do
  "$tool" -k -f all.tar
  say "$tool" "$("$tool" -t all.tar.* && "$tool" -dc "$(ls all.tar.* | tail -n 1)" | cmp - all.tar && echo same)"
  rm all.tar.*
done
mkdir out && tar -C out -xpf all.tar && say 'untar' "$(diff -r data out/data && echo same)"
say 'tar pipe' "$(tar -cz data | tar -tz | wc -l)"
say 'zcat' "$(gzip -c data/numbers | zcat | tail -n 1)"
say 'pigz-like' "$(for part in part.*; do gzip -c "$part"; done | gunzip | cmp - data/numbers && echo same)"

# MARK: Numbers and times
say 'bc' "$(echo 'scale=20; 4*a(1)' | bc -l)"
say 'dc or bc' "$(echo '2^200' | bc)"
say 'expr' "$(expr 6 \* 7) $(expr length abcdef) $(expr abc : 'a\(.*\)')"
say 'arithmetic' "$((0x1F ** 2 % 97)) $((2#1011 << 3))"
say 'factor' "$(factor 1234567890)"
say 'seq' "$(seq -s + 1 10) $(seq -w 8 10 | paste -sd ,)"
say 'date' "$(date -d '2024-02-28 +2 days' +%F) $(date -d @0 +%FT%TZ)"
say 'sleep' "$(sleep 0.05 && echo woke)"
say 'timeout' "$(timeout 0.2 sleep 5; echo $?)"
say 'timeout -k' "$(timeout -k 0.1 0.1 sh -c 'trap "" TERM; sleep 5' >/dev/null 2>&1; echo $?)"
say 'sqlite' "$(sqlite3 :memory: 'select sum(value) from (select 1 as value union all select 41)')"

# MARK: The shell itself
say 'subshell' "$( (cd data && exit 3) || echo $?)"
say 'pipe status' "$(set +e; true | false | true; echo "${PIPESTATUS[*]}")"
say 'process substitution' "$(cat <(echo one) <(echo two) | paste -sd ,)"
say 'here string' "$(read -r first rest <<<'alpha beta gamma' && echo "$rest")"
say 'here document' "$(cat <<EOF | wc -l
one $((1 + 1))
two
EOF
)"
say 'arrays' "$(a=(x y z); declare -A m=([k]=v); echo "${a[@]:1}" "${#a[@]}" "${m[k]}")"
say 'expansion' "$(f=archive.tar.gz; echo "${f%%.*} ${f##*.} ${f/tar/zip} ${f^^} ${f:0:3}")"
say 'glob' "$(echo data/one/a/@(alpha|beta).txt)"
say 'mapfile' "$(mapfile -t lines <data/numbers; echo "${#lines[@]} ${lines[998]}")"
say 'while read' "$(total=0; while IFS=, read -r _ amount _; do ((total += amount)) || true; done < <(tail -n +2 data/table.csv); echo "$total")"
say 'case' "$(for word in 12 abc; do case $word in +([0-9])) echo number ;; *) echo word ;; esac; done | paste -sd ,)"
say 'function' "$(twice() { local x=$1; echo $((x * 2)); }; twice 21)"
say 'recursion' "$(fac() { (($1 < 2)) && echo 1 || echo $(($1 * $(fac $(($1 - 1))))); }; fac 12)"
say 'trap' "$(bash -c 'trap "echo caught" TERM; kill -TERM $$; echo after' | paste -sd ,)"
say 'exit trap' "$(bash -c 'trap "echo bye" EXIT; exit 4' || echo $?)"
say 'background' "$(jobs=(); for n in 1 2 3 4 5; do (exit $n) & jobs+=($!); done; s=0; for job in "${jobs[@]}"; do wait "$job" || s=$((s + $?)); done; echo $s)"
say 'wait -n' "$( (sleep 0.05; exit 5) & set +e; wait -n; echo $?)"
say 'kill' "$(set +e; sleep 30 & kill -9 $!; wait $! 2>/dev/null; echo $?)"
say 'stop' "$(set +e; sleep 30 & kill -STOP $!; sleep 0.2; ps -o stat= -p $! | cut -c 1; kill -KILL $!)"
say 'nice' "$(nice -n 5 nice)"
say 'nohup' "$(nohup echo kept 2>/dev/null)"
say 'setsid' "$(setsid --wait sh -c 'exit 6'; echo $?)" || true
say 'flock' "$(exec 9>lock; flock -n 9 && (flock -n lock -c true || echo busy))"
say 'fifo' "$( (cat fifo | tr a-z A-Z) & echo through >fifo; wait)"
say 'coproc' "$(coproc sums { bc; }; echo '6*7' >&"${sums[1]}"; read -r answer <&"${sums[0]}"; echo "$answer")"
say 'descriptors' "$(exec 3>third; echo to three >&3; exec 3>&-; cat third)"
say 'streams' "$( { echo out; echo err >&2; } 2>&1 >/dev/null)"
say 'exec output' "$(bash -c 'exec > >(sed "s/^/> /"); echo line; exec >&-; wait' )"
say 'env' "$(env -i A=1 B=2 env | sort | paste -sd ,)"
say 'printenv' "$(X=y printenv X)"
say 'ulimit' "$(ulimit -c; (ulimit -n 64; ulimit -n))" | sed '1s/: .*/: read/'
say 'id' "$(id -u | grep -c .)"
say 'uname' "$(uname -s)"
say 'nproc' "$( (($(nproc) > 0)) && echo some)"
say 'ps' "$(ps -o comm= -p $$)"
say 'pgrep' "$(sleep 31 & pgrep -x sleep | wc -l; kill $!)"
say 'tty' "$(tty 2>&1 </dev/null || true)"
say 'python' "$(seq 1 10 | python3 -c 'import sys; print(sum(map(int, sys.stdin)))')"
say 'node' "$(seq 1 10 | node -e 'let t=""; process.stdin.on("data", d => t += d).on("end", () => console.log(t.trim().split("\n").length))')"
say 'perl' "$(perl -ne '$s += $_; END { print $s }' data/numbers)"
say 'make' "$(printf 'all: a b\na b:\n\t@echo $@\n' | make -f - | paste -sd ,)"
many() { for n in $(seq 1 100); do /bin/true; done; echo "$n"; }
say 'a hundred processes' "$(many)"
say 'a long pipe' "$(seq 1 3000 | cat | cat | cat | cat | cat | cat | cat | cat | tail -n 1)"
say 'megabytes' "$(head -c 5000000 /dev/zero | tr '\0' x | wc -c)"
say 'random' "$(head -c 1000 /dev/urandom | wc -c)"
echo 'all done'
