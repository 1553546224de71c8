# System packages. Each is asked for by what it gives (a command, a PHP module,
# a library), not by its name: names differ between releases, and a machine may
# have its tools from elsewhere.

# "command package", for the build and the demo.
COMMANDS='
cc gcc
make make
git git
curl curl
unzip unzip
xz xz-utils
clang clang
nginx nginx
'

# What the tests use besides. Where an archive lacks one, the tests that need it
# say that they were not run.
TEST_COMMANDS='
cgi-fcgi libfcgi-bin
strace strace
faketime faketime
phpcs php-codesniffer
phpunit phpunit
'

PHP_MODULES='curl dom gd intl mbstring mysqli pdo_sqlite sqlite3 xml zip'

php_version() { php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;' 2>/dev/null; }

# "php8.2-" where that release's packages are at hand, "php-" for whatever the
# distribution calls PHP today.
php_prefix() {
  local version
  version=$(php_version) || version=
  if [ -n "$version" ] && dpkg -s "php$version-cli" >/dev/null 2>&1; then
    echo "php$version-"
  else
    echo php-
  fi
}

# The package that carries a PHP module.
php_package_of() {
  case $1 in
    dom | xml) echo xml ;;
    mysqli) echo mysql ;;
    pdo_sqlite | sqlite3) echo sqlite3 ;;
    *) echo "$1" ;;
  esac
}

# FPM installs itself under a versioned name, where PATH of a plain user does not reach.
have_fpm() { compgen -G "/usr/sbin/php-fpm$(php_version)" >/dev/null || have php-fpm; }

have_libclang() { compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null; }

# It brings Apache with it.
have_mod_php() { compgen -G "/usr/lib/apache2/modules/libphp$(php_version).so" >/dev/null; }

have_nginx() { have nginx || [ -x /usr/sbin/nginx ]; }

# Where PATH of a plain user does not reach either.
have_mariadb() { { have mariadbd || [ -x /usr/sbin/mariadbd ]; } && have mariadb-install-db; }

missing_php() {
  local prefix modules module
  prefix=$(php_prefix)
  have php || echo "${prefix}cli"
  have php-config || echo "${prefix}dev"
  have_fpm || echo "${prefix}fpm"
  modules=$(php -m 2>/dev/null | tr '[:upper:]' '[:lower:]' || true)
  for module in $PHP_MODULES; do
    grep -qx "$module" <<<"$modules" || echo "$prefix$(php_package_of "$module")"
  done
}

# missing_commands TABLE
missing_commands() {
  local command package
  while read -r command package; do
    [ -n "$command" ] || continue
    if [ "$command" = nginx ]; then have_nginx && continue; fi
    have "$command" || echo "$package"
  done <<<"$1"
}

missing_packages() {
  missing_commands "$COMMANDS"
  have_libclang || echo libclang-dev
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  missing_php
}

missing_test_packages() {
  local prefix
  prefix=$(php_prefix)
  missing_commands "$TEST_COMMANDS"
  have_mariadb || echo mariadb-server
  have_mod_php || echo "libapache2-mod-${prefix%-}"
}

# install_packages demo|test
install_packages() {
  local packages tools='' had='' package
  packages=$(missing_packages | sort -u)
  if [ "$1" = test ]; then tools=$(missing_test_packages | sort -u); fi
  [ -n "$packages$tools" ] || return 0
  apt_update || return
  for package in $tools; do
    if apt_has "$package"; then had+=" $package"; else say "not to be had here: $package"; fi
  done
  [ -n "$packages$had" ] || return 0
  # shellcheck disable=SC2086
  apt_install $packages $had
}
