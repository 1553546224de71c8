# The commands of this project. Whatever is missing on the machine is installed
# by `make test` and `make demo`; `make build` alone installs nothing.

SHELL := /bin/bash
ENV := . tests/support/install/env.sh &&

.PHONY: help build test soak demo bench audit pot clean

help:
	@echo 'make build   the release extension: target/release/libpinrelay.so'
	@echo 'make test    everything, from formatting to a shopper in a browser; PARTS="rust browser" for some of it'
	@echo 'make soak    the long rounds: other days and zones, 200 kills, 20,000 segments, a minute of hammering, all flows in 8 shops; PARTS="kill" for some of it'
	@echo 'make demo    a shop, a shopper and a stand-in of Pinterest on this machine'
	@echo 'make bench   the figures of docs/figures.md, measured here; BENCHES="handoff idle" for some of them'
	@echo 'make audit   known vulnerabilities of what is built on; needs the network, and may change from day to day'
	@echo 'make pot     the list of words to translate: php-plugin/languages/pinrelay.pot'
	@echo 'make clean   what the commands above made, except the downloads in the cache'

# As a cdylib alone: with the rlib beside it cargo would apply no LTO.
build:
	@$(ENV) cargo rustc --release --locked --lib --crate-type cdylib

test:
	@tests/run $(PARTS)

soak:
	@tests/run --soak $(PARTS)

demo:
	@tests/demo/run

audit:
	@$(ENV) { command -v cargo-audit >/dev/null || cargo install --locked --quiet cargo-audit; } && cargo audit
	@$(ENV) npm --prefix tests audit --omit=optional

pot:
	@$(ENV) node tests/support/shop/pot.mjs

bench:
	@benches/run $(BENCHES)

clean:
	@$(ENV) cargo clean --quiet
	@rm -rf target tests/node_modules
