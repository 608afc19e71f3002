#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares our stacks with libunwind's in real programs, at each Nth allocation, and fails where
# fewer than 99.9 % of the whole lists agree. Programs that are not installed are left out.
#
#   unwind_compare.sh PRELOAD_OBJECT [EVERY [fixed]]
#
# `fixed`: without address space randomisation.
set -u
preload=$1
every=${2:-1}
launcher=
if [ "${3:-}" = fixed ]; then
  setarch -R true 2>/dev/null || { echo "the system does not let randomisation be switched off"; exit 77; }
  launcher="setarch -R"
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
ran=0

awk 'BEGIN { print "["; for (i = 0; i < 20000; i++)
    printf "%s{\"id\":%d,\"name\":\"item %d\",\"tags\":[\"a\",\"b%d\"]}\n", i ? "," : "", i, i, i % 97;
    print "]" }' >"$work/in.json"
awk 'BEGIN { print "create table t(a integer primary key, b text); create table u(c, d); begin;";
    for (i = 0; i < 5000; i++) printf "insert into t values(%d, \"row %d\"); insert into u values(%d, %d);\n", i, i * 7, i % 100, i;
    print "commit; create index i on u(c); select count(*) from t join u on t.a = u.c where b like \"%1%\" order by d;" }' \
  >"$work/in.sql"
awk 'BEGIN { for (i = 0; i < 300; i++)
    printf "int f%d(int n, const int *p) { int s = %d; for (int i = 0; i < n; i++) { if (p[i] %% 3 == 1) s += p[i] * n; else s ^= p[i] << (i & 7); } return s; }\n", i, i }' \
  >"$work/in.c"
printf '%s\n' 'import json, re, collections' 'd = [{"k%d" % i: [i] * 5} for i in range(4000)]' \
  's = json.dumps(d)' 'collections.Counter(re.findall(r"k(\d)", s))' 'sorted(json.loads(s), key=str)' \
  >"$work/in.py"

check() {
  name=$1
  shift
  command -v "$1" >/dev/null 2>&1 || [ -x "$1" ] || { echo "$name: not installed"; return; }
  : >"$work/out"
  UNWIND_COMPARE_OUT=$work/out UNWIND_COMPARE_EVERY=$every $launcher env LD_PRELOAD="$preload" "$@" >/dev/null 2>&1
  ran=$((ran + 1))
  grep '^#' "$work/out" | sort | uniq -c | sort -rn | head -8
  # A run without a single comparison proves nothing and fails.
  grep -v '^#' "$work/out" | awk -v name="$name" '
    { captures += $1; agreed += $2; frames += $3; plain += $4; recall += $5; theirs += $6 }
    END { if (captures == 0) { print name ": nothing compared"; exit 1 }
      printf "%s: %d of %d stacks agree (%.3f %%), %.1f frames, ns a frame: plain %.1f, recalled %.1f, libunwind %.1f\n", name, agreed,
        captures, 100 * agreed / captures, frames / captures, plain / frames, recall / frames, theirs / frames
      exit agreed / captures < 0.999 }' || failed=1
}

check sqlite3 sqlite3 -init "$work/in.sql" :memory: .quit
check jq jq '[.[] | {name, n: (.tags | length)}] | group_by(.n) | map(length)' "$work/in.json"
python=$(command -v /usr/bin/python3 || command -v python3)
check python3 env PYTHONMALLOC=malloc "$python" "$work/in.py"
check cc1 "$(gcc -print-prog-name=cc1 2>/dev/null)" -quiet -O2 "$work/in.c" -o /dev/null
repository=$work/repository
git init -q "$repository" 2>/dev/null && for i in 1 2 3 4 5 6 7 8; do
  head -n $((i * 100)) "$work/in.c" >"$repository/f$i.c"
  git -C "$repository" add -A && git -C "$repository" -c user.name=n -c user.email=e commit -q -m "change $i"
done
check git git -C "$repository" --no-pager log -p --stat
check xmllint xmllint --noout /usr/share/mime/packages/freedesktop.org.xml

[ "$ran" -gt 0 ] || exit 77
exit $failed
