"""The search over states: a state that was seen is not entered again, and not every order of what is left is tried."""
