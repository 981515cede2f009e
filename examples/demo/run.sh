#!/usr/bin/env bash
# The main job of azlin, in an Azure on this machine. No account, no key. Fails if anything fails.
set -euo pipefail

if [ -z "${AZLIN_HOME:-}" ]; then
  AZLIN_HOME="$(mktemp -d "${TMPDIR:-/tmp}/azlin-demo.XXXXXX")"
  export AZLIN_HOME
  made_home=yes
fi

leave() {
  code=$?
  azlin sandbox stop || true
  [ "${made_home:-no}" = no ] || rm -rf "$AZLIN_HOME"
  [ "$code" -eq 0 ] || echo "The demo failed (exit $code)." >&2
}
trap leave EXIT

heading() { printf '\n== %s\n' "$*"; }
show() {
  printf '$'
  for word in "$@"; do
    case "$word" in *[!A-Za-z0-9_=./-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  "$@"
}

heading "1. Start a sandbox: an Azure on loopback, with its own sign-in"
show azlin sandbox start

heading "2. Say what you want. azlin shows the plan and the price; --yes answers its question for us"
show azlin doit "create a new vm called Sam" --sandbox --yes

heading "3. The unmodified Azure CLI sees what was made"
eval "$(azlin sandbox env)"
show az vm list --output table
test "$(az vm list --query "[?name=='Sam'] | length(@)" --output tsv)" = 1

heading "4. 'achieved' is said only after Azure was asked"
show azlin objective show last -o yaml --query "outcome.{verdict: verdict, summary: summary}"
test "$(azlin objective show last -o tsv --query outcome.verdict)" = achieved

heading "5. Everything is on record, and the record cannot be changed unseen"
show azlin audit tail -n 4
show azlin audit verify

heading "Done. The sandbox stops now; what it ran on was this machine only."
