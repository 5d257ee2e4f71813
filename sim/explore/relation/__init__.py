"""What depends on what: steps with their footprints, happens-before, and the races of one execution."""
