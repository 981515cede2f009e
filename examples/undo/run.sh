#!/usr/bin/env bash
# Make something, then take exactly that back. What was there before stays.
set -euo pipefail
: "${AZLIN_HOME:?set AZLIN_HOME to a directory of its own}"
export AZLIN_SANDBOX=1
trap 'azlin sandbox stop' EXIT

names() { azlin doit "show me all my vms" -o tsv --query "outcome.data[].name"; }

echo "== two requests"
azlin doit "create a vm called keep in resource group shop" --yes
azlin doit "create a vm called trial in resource group shop" --yes
names

echo "== --yes alone removes nothing"
code=0
azlin objective undo last --yes || code=$?
echo "exit $code"
test "$code" -eq 6

echo "== undo the last request"
azlin objective undo last --yes --allow destroys
echo "== what is left"
names
test "$(names)" = keep
