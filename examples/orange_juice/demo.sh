#!/usr/bin/env bash
# usage: examples/orange_juice/demo.sh [--keep] [--port N] [--acts N]
# Plays and checks the five acts with build/release/sluice (or $SLUICE_BINARY); see README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${SLUICE_BINARY:-$here/../../build/release/sluice}
[ -x "$binary" ] || { echo "demo: $binary is not there; run ./dev build" >&2; exit 2; }
exec python3 -B "$here/demo/play.py" --sluice "$(realpath "$binary")" "$@"
