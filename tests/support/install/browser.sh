# Chromium. Debian packages it; Ubuntu's package is a door to a snap, which
# neither runs everywhere nor sees /tmp, so there playwright-core fetches its own.

is_ubuntu() { grep -qx 'ID=ubuntu' /etc/os-release 2>/dev/null; }

install_browser() {
  local dir=$1
  node "$dir/support/browser/find.mjs" >/dev/null 2>&1 && return 0
  if is_ubuntu; then
    say 'fetching Chromium with playwright-core'
    (cd "$dir" && node node_modules/playwright-core/cli.js install --with-deps chromium >/dev/null)
  else
    apt_install chromium
  fi
}
