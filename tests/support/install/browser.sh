# Chromium. Debian packages it; Ubuntu's package is a door to a snap, which
# neither runs everywhere nor sees /tmp, so there playwright-core fetches its own.

is_ubuntu() { grep -qx 'ID=ubuntu' /etc/os-release 2>/dev/null; }

install_browser() {
  local dir=$1
  local found
  found=$(node "$dir/support/browser/find.mjs" 2>/dev/null) || found=''
  if [ -n "${PINRELAY_CHROMIUM:-}" ] && [ "$found" = "$PINRELAY_CHROMIUM" ]; then
    return 0
  fi
  if is_ubuntu; then
    [ -z "$found" ] || return 0
    say 'fetching Chromium with playwright-core'
    (cd "$dir" && node node_modules/playwright-core/cli.js install --with-deps chromium >/dev/null)
  elif ! have chromium-headless-shell; then
    # What prerenders is only in the whole; older archives have nothing else.
    apt_install chromium chromium-headless-shell || [ -n "$found" ] || apt_install chromium
  fi
}
