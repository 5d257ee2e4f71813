"""What must hold, and how to see it: litmus tests, programs, properties."""
