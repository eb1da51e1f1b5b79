#!/usr/bin/env bash
# Runs a bolero target of a crate's unit tests, or of its `tests/fuzz.rs` if there is one, with libFuzzer:
#
#     scripts/fuzz.sh CRATE TEST SECONDS [CORPUS]
#     scripts/fuzz.sh cenote plans 600
#     scripts/fuzz.sh cenote-events index::fuzz::framing 600
#
# The corpus and what made a target fail are kept in target/fuzz. `cargo bolero` does the same for packages all of whose
# test binaries use bolero; it would link the others without the fuzzer, and fail.
set -euo pipefail
crate=$1 test=$2 seconds=$3
cd "$(dirname "$0")/.."
folder=$PWD/target/fuzz
corpus=${4:-$folder/corpus/$test}
mkdir -p "$corpus" "$folder/failures"
tests=(--lib)
[ ! -e "crates/$crate/tests/fuzz.rs" ] || tests=(--test fuzz)

coverage="--cfg fuzzing --cfg fuzzing_libfuzzer -Cpasses=sancov-module"
for option in inline-8bit-counters level=4 pc-table trace-compares stack-depth; do
    coverage+=" -Cllvm-args=-sanitizer-coverage-$option"
done
host=$(rustc -vV | sed -n 's/^host: //p')
# Coverage passes are not stable options; with --target they are not asked of build scripts and macros.
binary=$(RUSTC_BOOTSTRAP=1 BOLERO_FUZZER=libfuzzer RUSTFLAGS=$coverage \
    cargo test "${tests[@]}" -p "$crate" --profile fuzz --target "$host" --target-dir "$folder" --no-run --message-format json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1)

args="$corpus -artifact_prefix=$folder/failures/ -timeout=10 -rss_limit_mb=2048 -max_total_time=$seconds"
BOLERO_FUZZER=libfuzzer BOLERO_LIBTEST_HARNESS=1 BOLERO_TEST_NAME=$test BOLERO_LIBFUZZER_ARGS=$args \
    "$binary" "$test" --exact --nocapture --test-threads 1
