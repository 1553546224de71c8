# Node 18 or later, and the few packages the tests use. Where the distribution's
# Node is older (Ubuntu 22.04), a current one is unpacked into the cache; env.sh
# puts it on the PATH.

NODE_AT_LEAST=18
NODE_INSTEAD=22

node_is_new_enough() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || return 1
  [ "$major" -ge "$NODE_AT_LEAST" ]
}

install_node() {
  if ! have node || ! have npm; then apt_install nodejs npm; fi
  node_is_new_enough && return 0
  say "installing Node $NODE_INSTEAD into $PINRELAY_CACHE/node"
  mkdir -p "$PINRELAY_CACHE/node"
  step npm install --loglevel=error --no-audit --no-fund --prefix "$PINRELAY_CACHE/node" \
    "node@$NODE_INSTEAD" || return
  hash -r
  node_is_new_enough
}

# npm writes its own record of what it installed; a lock file newer than that
# record is the only reason to ask npm again.
install_node_modules() {
  local dir=$1
  [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ] && return 0
  say 'installing the test packages'
  step npm ci --prefix "$dir" --loglevel=error --no-audit --no-fund || return
  touch "$dir/node_modules/.package-lock.json"
}
