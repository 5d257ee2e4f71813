# The same targets as `python -m make TARGET`, which does the work.
PYTHON ?= python3
.PHONY: demo test lint test-long bench test-wine clean
demo test lint test-long bench test-wine clean:
	@$(PYTHON) make.py $@
