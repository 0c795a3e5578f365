#!/usr/bin/env bash
# Builds and deploys in Workers Builds, whose image has Node but no Rust. In the Worker's settings, under Build: leave the build command
# empty, set the deploy command to `bash workers-builds.sh`, and that of other branches to `bash workers-builds.sh --upload`.
set -euo pipefail
# The build cache keeps npm's folder and no other, so everything that takes minutes lives there.
cache="$HOME/.npm/websocket-do"
export CARGO_HOME="$cache/cargo" RUSTUP_HOME="$cache/rustup" CARGO_TARGET_DIR="$cache/target" WEBSOCKET_DO_TOOLS="$cache/tools"
export PATH="$CARGO_HOME/bin:$PATH"
if ! command -v cargo >/dev/null; then
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
    sh -s -- -y --no-modify-path --profile minimal --target wasm32-unknown-unknown
fi
cargo install --quiet cargo-websocket-do --version {{version}}
cargo websocket-do deploy "$@"
