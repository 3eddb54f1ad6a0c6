#!/bin/sh
# Runs each program in benches/python/ as it is on CPython and on threadlab in turn, and prints the
# processor time of both as a table.
#
# usage: benches/python.sh [ROUNDS]
#
# ROUNDS is how often each is run, 5 if not given; the least time counts. Builds the release binary
# first, unless THREADLAB names one.
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
exec python3 benches/python/compare.py "$THREADLAB" "$@"
