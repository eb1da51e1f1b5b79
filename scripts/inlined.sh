#!/usr/bin/env bash
# Fails if a program calls single vector operations:
#
#     scripts/inlined.sh target/release/cenote
#
# A kernel is quick only where all of its operations are compiled into it. What is called from a function of vectors without being
# inlined (a closure, a function without `#[simd]`) is compiled without them, and each of its operations becomes a call: such a
# kernel gives the right result, in many times the time.
set -euo pipefail
calls=$(objdump --disassemble --demangle --no-show-raw-insn "$1" | awk '
    /^[0-9a-f]+ <.*>:$/ { caller = substr($0, index($0, "<") + 1); sub(/>:$/, "", caller) }
    /(call|jmp).*__fearless_simd_kernel/ { calls[caller]++ }
    END { for (caller in calls) if (caller !~ /__fearless_simd_kernel/) printf "%6d  %s\n", calls[caller], caller }')
if [ -n "$calls" ]; then
    printf 'vector operations that are called, not inlined, and from where:\n%s\n' "$calls" >&2
    exit 1
fi
