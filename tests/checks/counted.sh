# For checks that are a list of commands: runs each, keeps the output of those
# that fail, and closes with the plain line. Sourced.

passed=0
failed=0
skipped=0

# counted NAME COMMAND...
counted() {
  local name=$1 text
  shift
  if text=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '  FAILED %s\n%s\n' "$name" "$text"
  fi
}

# not_run NAME WHY
not_run() {
  skipped=$((skipped + 1))
  printf '  %s: not run: %s\n' "$1" "$2"
}

conclude() {
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
}
