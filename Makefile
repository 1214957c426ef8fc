# Makefile: the short way to everything; the build itself is CMakeLists.txt.
#
# make           build/aplomb, hardened          make run      set up, build, scan examples/contoso
# make test      set up, all tests, sanitizers   make golden   rewrite the expected outputs; review the diff
# make bench     measure                         make lint     clang-tidy and cppcheck, slow
# make deb       a Debian package in build/      make tidy     the style check alone
# make docs      the pages of docs/ that follow from content
# make fuzz NAME=json SECONDS=3600   one fuzz target for long   make tsan, make coverage   other builds' tests
# make clean     everything built                make distclean   also what set-up unpacked

.DEFAULT_GOAL := build/aplomb
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

SECONDS ?= 600
FUZZ := $(wildcard tests/fuzz/fuzz_*.c)
export APLOMB_ROOT := $(CURDIR)

# Configures a preset when that was never done or the presets have changed; all other changes ninja sees by itself.
configure = @test $(2)/build.ninja -nt CMakePresets.json || cmake --preset $(1) >/dev/null
build = @cmake --build --preset $(1)

.PHONY: build/aplomb
build/aplomb:
	@tools/setup --check build
	$(call configure,release,build)
	$(call build,release)

.PHONY: run
run:
	@tools/setup build
	@$(MAKE) build/aplomb
	@build/aplomb scan examples/contoso || test $$? -eq 3

.PHONY: test
test:
	@tools/setup test
	$(call configure,asan,build/asan)
	$(call build,asan)
ifneq ($(FUZZ),)
	$(call configure,fuzz,build/fuzz)
	$(call build,fuzz)
	@ctest --preset fuzz
endif
	@ctest --preset asan

.PHONY: tsan coverage
tsan coverage:
	@tools/setup test
	$(call configure,$@,build/$@)
	$(call build,$@)
	@ctest --preset $@ -L 'unit|run'
	@if [ $@ = coverage ]; then tools/coverage build/coverage; fi

.PHONY: faults
faults: build/aplomb
	APLOMB="$(CURDIR)/build/aplomb" APLOMB_FAULT_SEEDS=200 python3 -B tests/run/test_collect.py SameAsDisk

.PHONY: fuzz
fuzz:
	@test -n "$(NAME)" || { echo "Say which: make fuzz NAME=<name of tests/fuzz/fuzz_<name>.c> [SECONDS=600]"; exit 2; }
	@tools/setup test
	$(call configure,fuzz,build/fuzz)
	@cmake --build build/fuzz --target fuzz_$(NAME)
	@mkdir -p build/fuzz/corpus/$(NAME) build/fuzz/crashes
	build/fuzz/tests/fuzz/fuzz_$(NAME) -max_total_time=$(SECONDS) -artifact_prefix=build/fuzz/crashes/$(NAME)- \
		build/fuzz/corpus/$(NAME) $(wildcard tests/fuzz/corpus/$(NAME))

.PHONY: golden
golden: build/aplomb
	@for script in tests/run/*.py; do \
		if [ -x "$$script" ]; then APLOMB="$(CURDIR)/build/aplomb" APLOMB_GOLDEN=1 python3 -B "$$script" || exit 1; fi; done
	@git status --short tests || true

.PHONY: docs
docs: build/aplomb
	@APLOMB="$(CURDIR)/build/aplomb" python3 -B tools/docs/make.py

.PHONY: bench
bench: build/aplomb
	@cmake --build build --target bench_programs
	@for bench in build/tests/bench/bench_*; do if [ -x "$$bench" ]; then "$$bench" || exit 1; fi; done
	@for script in tests/bench/*.py; do \
		if [ -x "$$script" ]; then APLOMB="$(CURDIR)/build/aplomb" python3 -B "$$script" || exit 1; fi; done

.PHONY: deb
deb:
	@tools/setup deb
	@$(MAKE) build/aplomb
	@packaging/deb

.PHONY: tidy lint setup
tidy:
	@python3 -B tools/tidy
lint:
	@tools/setup test
	@$(MAKE) build/aplomb
	@tools/lint build
setup:
	@tools/setup test

.PHONY: clean distclean
clean:
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +; fi
distclean:
	@rm -rf build
