"""hypothesis: schedules, and calls of programs, drawn like any other input."""
