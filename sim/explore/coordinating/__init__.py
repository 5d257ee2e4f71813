"""The executions of one check: which run when and where, in which process, and what is kept of them."""
