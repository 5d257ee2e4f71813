"""`python -m alertable`."""

from alertable.cli import main

main(prog_name="alertable")
