"""The NT kernel as data and transitions: what a Windows program can observe, and nothing that ticks by itself.

Standard library only.  A blocking call is a transition that says what its thread now waits for; switching threads,
choosing among what is enabled and touching a program's memory is the business of the layers above.
"""
