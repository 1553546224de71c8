# Rust, as new as Cargo.toml's `rust-version` says, which the distributions' own
# cargo may be too old for, so "there is a cargo" is not enough.

RUST_AT_LEAST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "${BASH_SOURCE[0]}")/../../../Cargo.toml")

rust_is_new_enough() {
  local version
  version=$(cargo --version 2>/dev/null | awk '{print $2}')
  [ -n "$version" ] &&
    [ "$(printf '%s\n' "$RUST_AT_LEAST" "$version" | sort -V | head -n 1)" = "$RUST_AT_LEAST" ]
}

# An archive whose own Rust is new enough spares the download of another.
apt_rust_is_new_enough() {
  apt_update || return
  local version
  version=$(apt_candidate cargo)
  [ -n "$version" ] &&
    [ "$(printf '%s\n' "$RUST_AT_LEAST" "${version#*:}" | sort -V | head -n 1)" = "$RUST_AT_LEAST" ]
}

fetch_rustup() {
  local script
  script=$(mktemp)
  step curl --proto '=https' --tlsv1.2 -sSf -o "$script" https://sh.rustup.rs &&
    step sh "$script" -y --quiet --no-modify-path --profile minimal
}

# install_rust demo|test: the tests want rustfmt and clippy, too.
install_rust() {
  if ! rust_is_new_enough; then
    if apt_rust_is_new_enough; then
      apt_install cargo
    else
      say 'installing Rust with rustup'
      fetch_rustup
    fi
    hash -r
  fi
  [ "$1" = test ] || return 0
  local part package
  for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 && continue
    case $part in
      fmt) package=rustfmt ;;
      *) package=rust-clippy ;;
    esac
    if have rustup; then
      say "adding $part"
      step rustup component add "${package#rust-}"
    else
      apt_install "$package"
    fi
  done
}
