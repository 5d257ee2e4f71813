"""The conformance lane: the litmus tests on the model and on a real ws2_32.dll, held against what Windows allows."""
