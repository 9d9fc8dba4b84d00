#!/usr/bin/env bash
# usage: bench/run.sh [--save] [NAME...]     after a release build with -DSLUICE_BENCH=ON (`./dev bench`)
# Runs the benchmarks (all, or some of startup plan schedule corpus actionlint steps act one_step log
# mask expression validate serve) and prints their table; --save also writes it to bench/results.md. Nothing here is a
# test: it never fails for being slow.
set -euo pipefail
cd "$(dirname "$0")/.."

save=no
names=()
for argument in "$@"; do
  case "$argument" in
    --save) save=yes ;;
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
[ ${#names[@]} -gt 0 ] || names=(startup plan schedule corpus actionlint steps act one_step log mask expression validate serve)

SLUICE_BENCH_ROWS=$(mktemp)
export SLUICE_BENCH_ROWS
trap 'rm -f "$SLUICE_BENCH_ROWS"' EXIT

status=0
for name in "${names[@]}"; do
  echo "$name"
  python3 -B "bench/$name.py" build/release || {
    echo "  $name DID NOT FINISH" >&2
    status=1
  }
done
echo
if [ $save = yes ]; then
  python3 -B bench/table.py "$SLUICE_BENCH_ROWS" | tee bench/results.md
else
  python3 -B bench/table.py "$SLUICE_BENCH_ROWS"
fi
exit $status
