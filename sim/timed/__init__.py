"""The timed clock: the same kernel and programs under SimPy, where calls, switches, copies and links take time."""
