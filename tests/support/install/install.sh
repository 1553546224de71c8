#!/usr/bin/env bash
# Puts on this machine whatever it lacks for the build and the demo, or for the
# tests as well: Debian 12 or 13, Ubuntu 22.04 or 24.04, as root or with sudo.
# Running it again is cheap and silent: it asks what is there first, and touches
# apt, rustup and npm only for what is missing. It knows nothing about the
# project's code.
#
#   install.sh [demo|test]          default: test
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
what=${1:-test}

# shellcheck source=env.sh
. "$here/env.sh"
for part in step apt packages rust node browser; do
  # shellcheck disable=SC1090
  . "$here/$part.sh"
done

install_packages "$what"
install_rust "$what"
install_node
install_node_modules "$here/../.."
install_browser "$here/../.."
