"""The searches that go through every interleaving, one a file, in the terms of their papers."""
