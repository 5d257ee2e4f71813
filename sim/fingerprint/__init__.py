"""The fingerprint of a state between two steps: kernel, frames of threads, and all that they reach, in one canonical form."""
