#!/bin/sh
# Explores the same programs with threadlab, with Harmony and with SPIN, and prints a table: how many
# states each has entered, and how long that took.
#
# usage: benches/checkers.sh [ROUNDS]
#
# ROUNDS is how often each is run, 5 if not given. Harmony is the package `harmony` of PyPI, SPIN that of
# Debian, which needs a C compiler; one that is not there has no column. Builds the release binary first,
# unless THREADLAB names one.
set -eu
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null 2>&1; then
    echo "There is no python3 here to measure with, so nothing was measured."
    exit 0
fi
if ! command -v harmony >/dev/null 2>&1 && ! command -v spin >/dev/null 2>&1; then
    echo "There is neither harmony nor spin here to compare with, so nothing was measured."
    exit 0
fi
if [ -z "${THREADLAB:-}" ]; then
    cargo build --release --quiet
    THREADLAB=target/release/threadlab
fi
exec python3 benches/checkers/compare.py "$THREADLAB" "$@"
