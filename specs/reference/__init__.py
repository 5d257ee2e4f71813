"""Reference objects: the laws of single objects as small sequential Python, to run in lockstep with the model.

Each method is one call of the Win32 API on the object and returns what the program sees: (result, last error), where None
as the error means that the call leaves the last error alone (K-75).  Nothing here waits: a wait is one with time-out 0.
"""
