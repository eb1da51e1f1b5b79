#!/usr/bin/env bash
# Publishes all crates, the board with its pages. `scripts/publish.sh --dry-run` only tries.
set -euo pipefail
cd "$(dirname "$0")/.."
pages=crates/cenote-board/pages
trap 'rm -rf "$pages" crates/*/LICENSE-*' EXIT
(cd web && npm ci --no-audit --no-fund && npm run build -- --outDir "../$pages" --emptyOutDir)
for crate in crates/*; do cp LICENSE-MIT LICENSE-APACHE "$crate"; done
cargo publish --workspace --allow-dirty "$@"
