"""Chaos: the proof of "never lost, never twice". `make chaos` kills azlin 200 times, and asks the sandbox about it.

A *run* is one plan handed to `azlin doit --plan` in a home of its own, a `kill -9` at an instant drawn from the seed,
and `azlin objective resume` until it is over. All runs share one sandbox and have resource groups of their own. What
azlin says is believed by nobody: the judge reads the sandbox's request log and store, and the files that are left.

    python -m chaos                          200 runs of 60 operations, seed 1
    python -m chaos --runs 20 --plan small   a short one
    python -m chaos --only zombie            only one variant (quick, slow, held, again, replanned, azure-cli, arm)
    python -m chaos --seed 1 --number 17     that run again
    python -m chaos --keep                   leave homes and resources to look at
"""
