"""I/O manager: file objects, IRPs, completion, cancellation."""
