#!/usr/bin/env bash
# Prints which lines of `cenote` its tests run (documentation tests apart):
#
#     LLVM=/usr/lib/llvm-19/bin scripts/coverage.sh
#
# LLVM is a folder with llvm-profdata and llvm-cov of version 19 or later; those of rustup's llvm-tools do as well.
set -euo pipefail
cd "$(dirname "$0")/.."
llvm=${LLVM:-/usr/lib/llvm-19/bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RUSTFLAGS="-C instrument-coverage" LLVM_PROFILE_FILE="$work/%p-%m.profraw"
# A part of the random cases takes the same lines.
PROPTEST_CASES=300 cargo test -p cenote --tests --target-dir target/coverage --message-format json |
    sed -n 's/.*"executable":"\([^"]*\)".*/--object=\1/p' | sort -u >"$work/binaries"
"$llvm/llvm-profdata" merge -sparse "$work"/*.profraw -o "$work/all.profdata"
xargs "$llvm/llvm-cov" report --instr-profile="$work/all.profdata" \
    --ignore-filename-regex='(registry|rustc|/tests/|fuzz\.rs)' <"$work/binaries"
