# Chromium. Debian packages it; Ubuntu's package only installs a snap, which
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
    step node "$dir/node_modules/playwright-core/cli.js" install --with-deps chromium
  elif ! have chromium-headless-shell; then
    apt_update || [ -n "$found" ] || return
    # What prerenders is only in the whole; older archives have nothing else.
    if apt_has chromium-headless-shell; then
      apt_install chromium chromium-headless-shell
    elif [ -z "$found" ]; then
      apt_install chromium
    fi
  fi
}
