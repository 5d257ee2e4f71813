"""From a violation that was found to what a person can read: smaller, with its race, its neighbours and what may follow."""
