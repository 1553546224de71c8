# apt, with two promises: the package lists are fetched only when something is
# to be installed, and no service starts because of us.

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    say "root or sudo is needed for: $*"
    return 1
  fi
}

# Packages of servers (nginx, php-fpm) start them on installation. invoke-rc.d
# asks policy-rc.d first; 101 means "not allowed". A policy that is already
# there is somebody's decision and stays.
forbid_services() {
  [ -e /usr/sbin/policy-rc.d ] && return 1
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod 755 /usr/sbin/policy-rc.d
}

# Units that this run brought in must not start at the next boot either.
disable_new_units() {
  have systemctl || return 0
  local unit
  for unit in "$@"; do
    as_root systemctl disable --quiet "$unit" >/dev/null 2>&1 || true
  done
}

service_units() {
  local file
  for file in /lib/systemd/system/{nginx,apache2,mariadb,php*-fpm}.service; do
    if [ -e "$file" ]; then basename "$file"; fi
  done
}

# Fetches the package lists, once a run.
apt_update() {
  [ -z "${APT_IS_FRESH:-}" ] || return 0
  step as_root apt-get update -qq || return
  APT_IS_FRESH=yes
}

# The version that would be installed, '' for none. Names come and go between
# releases, so an archive is asked, never told apart by its name.
apt_candidate() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(].*\)/\1/p'
}

apt_has() { [ -n "$(apt_candidate "$1")" ]; }

apt_install() {
  apt_update || return
  say "installing $*"
  local before after forbidden=no status=0
  before=$(service_units)
  if forbid_services; then forbidden=yes; fi
  step as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" || status=$?
  if [ "$forbidden" = yes ]; then as_root rm -f /usr/sbin/policy-rc.d; fi
  after=$(service_units)
  # shellcheck disable=SC2046
  disable_new_units $(comm -13 <(sort <<<"$before") <(sort <<<"$after"))
  return "$status"
}
