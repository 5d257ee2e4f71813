"""Precise memory: what the program's own code touches, step by step, and the data races among it.

Program code is compiled a second time with hooks in it (`scopes`, `instrument`), and runs so only while somebody explores with
`memory="precise"` (`swap`).  The hooks (`hooks`) tell a `Monitor`, which names what was touched (`spaces`), adds it to the
footprint of the step, and holds accesses that nothing orders against each other (`races`).
"""
