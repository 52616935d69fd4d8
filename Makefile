# The few commands that people repeat. Each sets up what it needs: Python 3.11 or newer and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= 2

.PHONY: demo report pictures test test-slurm slurm crate-check check lint oracles benchmark lock clean

demo: $(VENV)/.ready ## run the whole workflow on the synthetic demo registry
	$(BIN)/snakemake --cores $(CORES)

report: demo ## the demo's figures and tables once more, in Snakemake's own report (results/report/snakemake.html)
	$(BIN)/snakemake --report results/report/snakemake.html

pictures: demo ## the pictures of README once more, from the demo's figures and report (needs chromium)
	cp $(patsubst %,results/figures/%.svg,changes_glycaemia forest_recommended) resources/demo/pictures
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,860 \
	  --screenshot=resources/demo/pictures/report.png results/report/report.html

test: $(VENV)/.ready-test ## run the tests, but for those on a Slurm
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slurm"

slurm: $(VENV)/slurm/.ready ## make the environment that submits to a Slurm cluster

test-slurm: $(VENV)/.ready-test $(VENV)/slurm/.ready ## run the demo on a throwaway Slurm (root, Debian's packages)
	$(BIN)/python -m pytest -m slurm tests/slurm

crate-check: $(VENV)/.ready-test $(VENV)/crate/.ready ## hold the demo's RO-Crate against the profiles, by a public validator
	$(BIN)/python -m pytest tests/crate

check: $(VENV)/.ready ## check the configuration of STUDY (default: this directory) without running
	$(BIN)/python workflow check $(or $(STUDY),.)

lint: $(VENV)/.ready-dev ## check the style of Python and of the rules
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/snakefmt --check Snakefile workflow/rules

oracles: ## make the tests' expected numbers again (needs R)
	for script in paired_samples formulas multiplicity proportions regression \
	  standardised_difference exact_signed_rank baseline; do \
	  Rscript tests/oracles/$$script.R tests/oracles || exit 1; done
	if [ -d ../shared/data/ipop ]; then \
	  Rscript tests/studies/ipop/oracle.R ../shared/data/ipop tests/studies/ipop; fi
	git diff --stat -- tests # nothing here: R made the same files again

benchmark: $(VENV)/.ready-test ## time the workflow against Polars' reading, R and pandas, and the statistics against SciPy's
	$(BIN)/python benchmarks/run.py 300 10000
	$(BIN)/python tests/benchmarks/statistics.py

lock: $(VENV)/.ready ## resolve the dependencies again (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate pyproject.toml --group test -o requirements-test.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate pyproject.toml --group slurm -o requirements-slurm.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --group crate -o requirements-crate.lock

clean: ## remove all results and Snakemake's records of them
	rm -rf results .snakemake

# Without ensurepip (Debian's python3 lacks it) the environment gets no pip of its own: the
# system's pip installs into it from outside, which a system that refuses `pip install` allows.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "labcohort needs Python 3.11 or newer; say which: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --without-pip $(VENV)

PIP = $$($(PYTHON) -m pip --version >/dev/null 2>&1 && echo $(PYTHON) -m pip || echo pip)

$(VENV)/.ready: requirements.lock | $(VENV)/bin/python
	@echo "installing labcohort's packages into $(VENV) (about a minute)"
	@$(PIP) --python $(VENV)/bin/python install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/.ready-test: requirements-test.lock | $(VENV)/bin/python
	@echo "installing labcohort's packages and those of its tests into $(VENV) (about a minute)"
	@$(PIP) --python $(VENV)/bin/python install --quiet --require-hashes -r $<
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "installing the packages of development into $(VENV) (about a minute)"
	@$(PIP) --python $(VENV)/bin/python install --quiet --require-hashes -r $<
	@touch $@

# inside the other, so that one folder holds all environments
$(VENV)/slurm/.ready: requirements-slurm.lock | $(VENV)/bin/python
	@echo "installing labcohort's packages and Snakemake's Slurm plugin into $(VENV)/slurm (about a minute)"
	@$(PYTHON) -m venv --without-pip $(VENV)/slurm
	@$(PIP) --python $(VENV)/slurm/bin/python install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/crate/.ready: requirements-crate.lock | $(VENV)/bin/python
	@echo "installing a validator of RO-Crates into $(VENV)/crate (about a minute)"
	@$(PYTHON) -m venv --without-pip $(VENV)/crate
	@$(PIP) --python $(VENV)/crate/bin/python install --quiet --require-hashes -r $<
	@touch $@
