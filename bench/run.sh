#!/usr/bin/env bash
# usage: bench/run.sh [--save | --add] [NAME...]     after a release build with -DSLUICE_BENCH=ON (`./dev bench`)
# Runs the benchmarks (all, or some of startup plan schedule corpus actionlint steps act one_step log
# mask expression validate profile drift evaluate serve) and prints their table; --save also writes it to bench/results.md, --add adds it
# there below what was measured before. Nothing here is a test: it never fails for being slow.
set -euo pipefail
cd "$(dirname "$0")/.."

save=no
names=()
for argument in "$@"; do
  case "$argument" in
    --save) save=yes ;;
    --add) save=add ;;
    -h | --help)
      sed -n '2,5s/^# //p' "$0"
      exit 0
      ;;
    *)
      [ -e "bench/$argument.py" ] || {
        echo "bench: there is no benchmark '$argument'" >&2
        exit 2
      }
      names+=("$argument")
      ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(startup plan schedule corpus actionlint steps act one_step log mask expression validate profile drift evaluate serve)

SLUICE_BENCH_ROWS=$(mktemp)
export SLUICE_BENCH_ROWS
export SLUICE_BENCH_HUGE_MB="${SLUICE_BENCH_HUGE_MB-10000}" # of disk; profile.py looks whether there is room
trap 'rm -f "$SLUICE_BENCH_ROWS" "$SLUICE_BENCH_ROWS.md"' EXIT

status=0
for name in "${names[@]}"; do
  echo "$name"
  python3 -B "bench/$name.py" build/release || {
    echo "  $name DID NOT FINISH" >&2
    status=1
  }
done
echo
python3 -B bench/table.py "$SLUICE_BENCH_ROWS" | tee "$SLUICE_BENCH_ROWS.md"
case $save in
  yes) cp "$SLUICE_BENCH_ROWS.md" bench/results.md ;;
  add) sed '1s/.*//' "$SLUICE_BENCH_ROWS.md" >>bench/results.md ;;
esac
exit $status
