"""TCP and UDP over a loopback of the model's own: segments in flight, delivered one by one as environment steps."""
