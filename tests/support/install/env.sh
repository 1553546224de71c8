# Where this project's tools live. Sourced by the installer and by every
# runner, so that a Rust or Node that we put beside the distribution's own is
# found in the same shell that installed it.

PINRELAY_CACHE=${PINRELAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinrelay}
export PINRELAY_CACHE

# Prepended, so a rustup toolchain wins over a distribution's older cargo.
for dir in "${CARGO_HOME:-$HOME/.cargo}/bin" "$PINRELAY_CACHE/node/node_modules/.bin"; do
  case ":$PATH:" in
    *":$dir:"*) ;;
    *) PATH="$dir:$PATH" ;;
  esac
done
export PATH

# Node trusts a list of its own and not the system's, to which an owner has
# added his proxy's certificate.
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
fi
