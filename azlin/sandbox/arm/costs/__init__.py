"""What the resources of the sandbox have cost, by the embedded prices."""
