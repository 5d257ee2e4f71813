"""What a check says at its end: the verdict, how much of it was searched, what was not, and what to try next."""
