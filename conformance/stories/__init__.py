"""Little stories of Azure's own Python clients, told in an environment of their own (see `conformance/clients.py`).

    python -m conformance.stories [STORY...]      each step as a line of JSON, see `steps.Steps`

These modules run in the environment of the clients: they import the standard library and the clients, nothing of azlin.
A story is a module with `CLIENT` (the package whose client it is about) and `tell(step)`. Everything a client is given
is what `azlin sandbox env` sets: no endpoint, no certificate, no transport.
"""
