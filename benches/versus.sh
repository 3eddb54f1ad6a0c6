#!/bin/sh
# Runs the same work on CPython and on threadlab in turn and prints the ratios as a table.
#
# usage: benches/versus.sh [ROUNDS] [WORK...]
#
# ROUNDS is how often each is run, 5 if not given; WORK names files in benches/versus, all if not
# given. Builds the release binary first, unless THREADLAB names one.
set -eu
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null 2>&1; then
    echo "There is no python3 here to compare with, so nothing was measured."
    exit 0
fi
if [ -z "${THREADLAB:-}" ]; then
    cargo build --release --quiet
    THREADLAB=target/release/threadlab
fi
exec python3 benches/versus/compare.py "$THREADLAB" "$@"
