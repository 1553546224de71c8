# One step of the installation: silent while it goes well; where it fails, it
# says which command that was and repeats the command's own last words.

say() { printf 'install: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# step COMMAND...
step() {
  local words status=0
  words=$(mktemp)
  "$@" >"$words" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    say "this command ended with status $status: $*"
    tail -n 20 "$words" | sed 's/^/install:   /' >&2
  fi
  rm -f "$words"
  return "$status"
}
