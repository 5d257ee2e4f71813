# The same targets as `python make.py TARGET`, which does the work.
PYTHON ?= python3
.PHONY: demo test lint test-long bench test-wine clean
demo test lint test-long bench test-wine clean:
	@$(PYTHON) make.py $@
