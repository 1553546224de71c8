# Rust. Edition 2024 needs 1.85, which the distributions' own cargo may be too
# old for, so "there is a cargo" is not enough.

RUST_AT_LEAST=1.85

rust_is_new_enough() {
  local version
  version=$(cargo --version 2>/dev/null | awk '{print $2}')
  [ -n "$version" ] &&
    [ "$(printf '%s\n' "$RUST_AT_LEAST" "$version" | sort -V | head -n 1)" = "$RUST_AT_LEAST" ]
}

install_rust() {
  if ! rust_is_new_enough; then
    say 'installing Rust with rustup'
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
      sh -s -- -y --quiet --no-modify-path --profile minimal \
        --component rustfmt --component clippy >/dev/null
    hash -r
  fi
  local part
  for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 && continue
    if [ "$part" = fmt ]; then part=rustfmt; fi
    say "adding $part"
    rustup component add "$part" >/dev/null
  done
}
