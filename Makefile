# make dev    both services and both consoles on this machine
# make test   every test, with what they need installed first; one thing with
#             make test PKG=./shared/send RUN=Claim
# make nightly  the long forms, too: fuzzing, races and kills again and again
# make lint   the form of the code, and what linters find
# make vulnerabilities  what is known of the packages that the code calls
# make e2e    pulumi up against a simulated AWS, then the deployed zips
# make bench  the figures of docs/performance.md, and what got slower; with BASELINE=new they are what is compared with
# make peers  the same beside the peers that are installed; tools/peers installs some
# make load   ten minutes of people at the rate that this machine holds, and ten with
#             the functions that are deployed: docs/reliability.md
# make faults the same while processes are killed, the disk is full, AWS and the admin
#             service fail, and functions stand still
# make site   the documentation as a site, into build/site
# make build  the binaries, into bin/
# make pictures  the pictures and the recording of the README, anew
# make artifacts  the zips that a deploy ships, into build/artifacts/release

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X sgraph.ai/send/shared/version.Version=$(VERSION)

.PHONY: help
help:
	@sed -n 's/^# //p' Makefile

.PHONY: dev
dev:
	@go build -o bin/sgsend ./cli/cmd/sgsend
	@exec bin/sgsend serve

.PHONY: build
build:
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ \
		./cli/cmd/sgsend ./services/user/cmd/send-user ./services/admin/cmd/send-admin

.PHONY: artifacts
artifacts:
	go run ./infra/cmd/build-artifacts -version '$(VERSION)'

.PHONY: setup
setup:
	@tools/setup

.PHONY: test
test: setup
	@tools/test $(if $(PKG),-pkg '$(PKG)') $(if $(RUN),-run '$(RUN)')

.PHONY: nightly
nightly: setup
	@tools/test -nightly

.PHONY: lint
lint:
	@tools/lint

.PHONY: vulnerabilities
vulnerabilities:
	@.github/scripts/vulnerabilities.sh

.PHONY: e2e
e2e: setup
	go test -count=1 -timeout 40m -v ./test/e2e/...

.PHONY: site
site:
	rm -rf build/site
	go run ./release/cmd/release site --dir build/site

.PHONY: bench
bench:
	tools/bench $(if $(BASELINE),-store)

.PHONY: peers
peers:
	go run ./test/e2e/bench -peers

.PHONY: pictures
pictures:
	SEND_PICTURES=1 go test -count=1 -run TestPicture ./test/e2e/terminal ./test/e2e/browser

.PHONY: load
load:
	@mkdir -p build
	go run ./test/e2e/load -picture build/load.svg
	go run ./test/e2e/load -functions -picture build/load-functions.svg

.PHONY: faults
faults: setup
	SEND_TEST_NIGHTLY=1 go test -count=1 -timeout 60m -v -run Faults ./test/e2e/traffic
