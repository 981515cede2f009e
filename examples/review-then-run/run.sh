#!/usr/bin/env bash
# Plan in one job, review, run in another: exactly that plan, at exactly that price.
set -euo pipefail
: "${AZLIN_HOME:?set AZLIN_HOME to a directory of its own}"
export AZLIN_SANDBOX=1
work="$(mktemp -d)"
trap 'azlin sandbox stop; rm -rf "$work"' EXIT

echo "== plan"
code=0
azlin doit "create a vm called web" -n --exit-code --save "$work/plan.json" || code=$?
echo "exit $code: it would change something"
test "$code" -eq 10

echo "== a plan that was edited is refused"
sed 's/westeurope/northeurope/; s/"web"/"wab"/' "$work/plan.json" > "$work/edited.json"
code=0
azlin doit --plan "$work/edited.json" --yes || code=$?
echo "exit $code: nothing ran"
test "$code" -eq 6

echo "== run"
azlin doit --plan "$work/plan.json" --yes
echo "== look"
azlin doit "show me all my vms" -o tsv --query "outcome.data[].name"
