#!/usr/bin/env bash
# Puts on this machine whatever the build, the tests and the demo need and it
# does not have: Debian 12 or Ubuntu, as root or with sudo. Running it again is
# cheap and silent: it asks what is there first, and touches apt, rustup and
# npm only for what is missing. It knows nothing about the project's code.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=env.sh
. "$here/env.sh"
for step in apt packages rust node browser; do
  # shellcheck disable=SC1090
  . "$here/$step.sh"
done

install_packages
install_rust
install_node
install_node_modules "$here/../.."
install_browser "$here/../.."
