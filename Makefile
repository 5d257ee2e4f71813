# The same targets as `python -m make TARGET`, which does the work.
PYTHON ?= python3
.PHONY: demo test lint test-long bench test-wine docs compiled changelog clean
demo test lint test-long bench test-wine docs compiled changelog clean:
	@$(PYTHON) make.py $@
