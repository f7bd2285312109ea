# The exact version that lints; the other tools stand in go.mod.
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# SQLite (C that was translated to Go) and the compressors share nothing between
# goroutines, and are fifteen times slower with the race detector: it looks at
# everything but them. make check has vetted, and nobody debugs these binaries (-w): linking
# them takes a third less.
# The detector clears its notes of an object of 32 KiB or more by mapping fresh pages, which
# costs more than the object on a virtual machine: told so, it overwrites them. Nor does it
# wait for a second at the end of each process.
PLAIN := modernc.org/sqlite/lib modernc.org/libc modernc.org/memory github.com/klauspost/compress/...
RACE := GOGC=400 GORACE='clear_shadow_mmap_threshold=1000000000 atexit_sleep_ms=0' go test -race -vet=off -ldflags=-w $(PLAIN:%=-gcflags=%=-race=false) -timeout 30m

# The module that compares with others is none of go.work, as its dependencies are
# nobody else's.
BENCH := GOWORK=off go -C bench

# What `make compare` is told: `go doc ./bench` has the flags.
COMPARE ?= -out ../docs -readme ../README.md

# How long `make fuzz` stays with each target.
FUZZTIME ?= 20s

# What `make bench` runs, how often, and beside which commit.
BENCHMARKS ?= .
PACKAGES ?= work
COUNT ?= 6
BASE ?= $(shell git describe --tags --abbrev=0 2>/dev/null)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build ./feedstation, one static binary
	CGO_ENABLED=0 go build -trimpath -o feedstation .

.PHONY: check
check: tidy fmt vet fix lint ## all checks that need no test run: the five that follow

# The pattern work stands for the three modules of go.work.

# Only go.mod is judged: go.sum also has sums for the tests of dependencies,
# and a proxy that lacks one of those must not stop a change (-e). A sum that
# the build needs and go.sum lacks stops every other check.
.PHONY: tidy
tidy: ## go.mod says what is used, no more and no less
	@for module in . feed sitemap bench; do \
		echo "go -C $$module mod tidy -e -diff"; \
		diff=$$(go -C $$module mod tidy -e -diff 2>&1 | sed -n '/^diff .*go\.mod$$/,/^diff .*go\.sum$$/p'); \
		if [ -n "$$diff" ]; then echo "$$diff"; exit 1; fi; \
	done

.PHONY: fmt
fmt: ## every file is as gofumpt writes it
	@echo go tool gofumpt -l .
	@files=$$(go tool gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "not formatted (go tool gofumpt -w .):"; echo "$$files"; exit 1; fi

.PHONY: vet
vet: ## go vet
	go vet -tags archive,clock work
	$(BENCH) vet ./...

.PHONY: fix
fix: ## nothing is left that go fix would modernise
	go fix -tags archive,clock -diff work
	$(BENCH) fix -diff ./...

.PHONY: lint
lint: ## golangci-lint, built once into Go's build cache
	go run $(GOLANGCI) run ./... ./feed/... ./sitemap/...
	cd bench && GOWORK=off go run $(GOLANGCI) run ./...

# Compiles it and runs nothing; .ci/run does that while apt is busy.
.PHONY: linter
linter:
	go run $(GOLANGCI) version

.PHONY: test
test: ## all tests
	go test ./...

.PHONY: test-short
test-short: ## the tests that need no server and no minute, in half a minute
	go test -short ./...

.PHONY: race
race: ## all tests with the race detector, the longest first; the nights, which freeze and kill processes, by themselves
	$(RACE) -skip '^TestNight$$' ./internal/e2e ./jobs ./internal/content work
	$(RACE) -run '^TestNight$$' ./internal/e2e

.PHONY: histories
histories: ## random histories of newsrooms, readers and archives, without the race detector; SEEDS=50 for more of them
	go test -run '^(TestModel|TestDeltas|TestArchivesAreRead)$$' -timeout 2h ./jobs $(if $(SEEDS),-seeds $(SEEDS))

.PHONY: test-clock
test-clock: ## the program while its clock is set; the first run compiles all of it against another package time
	go test -tags clock -run '^TestClock' -count 1 ./internal/e2e

.PHONY: bench
bench: ## all benchmarks in turns with the last tag's, and a table; BENCHMARKS=REGEXP, PACKAGES=./feed, COUNT=6 rounds, BASE=COMMIT
	BENCHMARKS='$(BENCHMARKS)' PACKAGES='$(PACKAGES)' COUNT=$(COUNT) bench/beside.sh $(BASE)

.PHONY: bench-once
bench-once: ## each benchmark once, so that none rots
	go test -vet=off -run '^$$' -bench . -benchtime 1x $$(grep -rl --include='*_test.go' '^func Benchmark' . | sed 's,/[^/]*$$,,' | sort -u)

.PHONY: bench-archive
bench-archive: ## a million articles: build, refresh, serve; minutes; FEEDSTATION_ARCHIVE=FILE begins with a filled store
	go test -tags archive -run '^TestArchive$$' -count 1 -timeout 3h -v ./internal/e2e

.PHONY: bench-archive-postgres
bench-archive-postgres: ## ten million articles in a newsroom's own tables on PostgreSQL; an hour and 25 GB; FEEDSTATION_ARTICLES=1000000 for less
	go test -tags archive -run '^TestArchiveOfNewsroom$$' -count 1 -timeout 3h -v ./internal/e2e

.PHONY: bench-source
bench-source: ## 200,000 posts of a WordPress over HTTP, interrupted once: memory and requests; some minutes
	go test -tags archive -run '^TestSourceArchive$$' -count 1 -timeout 1h -v ./internal/e2e

.PHONY: bench-views
bench-views: ## what a change costs the databases of known systems, with 200,000 posts; some minutes
	go test -tags archive -run '^TestCost$$' -count 1 -v ./internal/views

.PHONY: compare
compare: ## beside WordPress, Django, Hugo, nginx and libraries: docs/comparison.md; some minutes, COMPARE=-quick prints tables alone
	$(BENCH) run . $(COMPARE)

.PHONY: bench-fleet
bench-fleet: ## twenty processes on one Redis and on a cluster, and simulations of 20 and 200: the figures of docs/scale.md; half an hour
	go test -tags archive -run '^TestFleetAtSize$$' -count 1 -timeout 1h -v ./internal/cache
	go test -tags archive -run '^TestScale$$' -count 1 -timeout 1h -v ./internal/e2e

.PHONY: soak
soak: ## an hour of random writes, restarts, failovers and retractions; FEEDSTATION_SOAK=10m for less
	go test -tags archive -run '^TestSoak$$' -count 1 -timeout 0 -v ./internal/e2e

.PHONY: fuzz
fuzz: ## every fuzz target, FUZZTIME=20s each
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file target; do \
		name=$${target#func }; \
		echo "$${file%/*} $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$${file%/*}" </dev/null || exit 1; \
	done

.PHONY: update-goldens
update-goldens: ## rewrite every golden file; read the diff before you commit it
	go test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | sed 's,/[^/]*$$,,' | sort -u) -update

# Nothing but the path of the module is replaced: not the name of the program.
# PATH is what make calls the new path, so the recipe has to find its tools.
.PHONY: rename-module
rename-module: ## PATH=example.org/x/feedstation: the module's path, everywhere
	@new='$(if $(filter command,$(firstword $(origin PATH))),$(PATH))'; PATH=/usr/bin:/bin; export PATH; \
	case "$$new" in '' | *[!A-Za-z0-9./_~-]*) echo 'usage: make rename-module PATH=example.org/x/feedstation' >&2; exit 2 ;; esac; \
	old=$$(sed -n 's/^module //p' go.mod); name=$$(echo "$$old" | sed 's/[.]/[.]/g'); \
	grep -rlIF --exclude-dir=.git --exclude-dir=var "$$old" . | while read -r file; do \
		sed -E -e "s,(^|[^A-Za-z0-9./_-])$$name/(feed|sitemap|jobs|internal|bench)([^A-Za-z0-9_-]|\$$),\1$$new/\2\3,g" \
			-e "s,^module $$name(/|\$$),module $$new\1," -e "s,^([[:space:]]*)$$name( v0| =>),\1$$new\2," "$$file" >"$$file.renamed" || exit 1; \
		if cmp -s "$$file" "$$file.renamed"; then rm "$$file.renamed"; else cat "$$file.renamed" >"$$file" && rm "$$file.renamed"; fi; \
	done

.PHONY: notices
notices: ## rewrite the licences of all that is compiled in, after a change of go.mod
	go test ./internal/cli -run '^TestNotices$$' -update

.PHONY: dist
dist: ## what is published of a version, into dist: binaries, packages, an image, components, checksums
	deploy/package/build dist

# Compiles what dist needs; .ci/run does that while apt is busy.
.PHONY: packager
packager:
	deploy/package/build --compile

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# What is looked at; a test takes less.
VULNFOR := ./...

.PHONY: vulncheck
vulncheck: ## known vulnerabilities in what is compiled in, by VULNDB: a folder, or https://vuln.go.dev
	@case '$(VULNDB)' in \
	'') printf '%s\n' '***' '*** vulncheck: SKIPPED, nothing was looked up. VULNDB names the database: a folder, or https://vuln.go.dev' '***' >&2 ;; \
	*://*) go run $(GOVULNCHECK) -db '$(VULNDB)' $(VULNFOR) ;; \
	*) ls '$(VULNDB)'/*.json >/dev/null 2>&1 || ls '$(VULNDB)'/index/modules.json* >/dev/null 2>&1 || \
		{ echo "vulncheck: $(VULNDB) is no database: want index/modules.json, or files of OSV (GO-….json)" >&2; exit 1; }; \
		go run $(GOVULNCHECK) -db "file://$$(cd '$(VULNDB)' && pwd)" $(VULNFOR) ;; \
	esac

.PHONY: clean
clean: ## remove what building, testing and profiling left; var/ stays
	rm -rf feedstation dist coverage.out coverage.html
	find . -path ./.git -prune -o -type f \( -name '*.test' -o -name '*.prof' \) -exec rm -f {} +
