# cpward. `make help` says what there is.
VERSION := 0.1.0

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
SHAREDIR = $(PREFIX)/share/cpward
MANDIR = $(PREFIX)/share/man
COMPLETIONDIR = $(PREFIX)/share/bash-completion/completions

CC ?= gcc
BUILD ?= build

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Werror
HARDENING ?= -O2 -fPIE -fstack-protector-strong -fstack-clash-protection \
	-D_FORTIFY_SOURCE=2
HARDENED_LINK ?= -pie -Wl,-z,relro,-z,now
SANITIZE ?=

CPPFLAGS += -D_GNU_SOURCE -Iagent -I. -DCPWARD_VERSION='"$(VERSION)"' \
	-DCPWARD_SHAREDIR='"$(SHAREDIR)"' -DOPENSSL_API_COMPAT=0x10101000L
CFLAGS += -std=c11 -g $(HARDENING) $(WARNINGS) $(SANITIZE)
LDFLAGS += $(HARDENED_LINK) $(SANITIZE)
LIBS = -lcurl -ljansson -lssl -lcrypto -lyaml -linih -lcares -lz -pthread

# Everything but main.c is a library, so that tests link what ships.
LIB_SOURCES := $(filter-out agent/main.c,$(wildcard agent/*/*.c)) \
	$(wildcard checks/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/obj/%.o)
LIBRARY := $(BUILD)/libcpward.a
WHMSIM_SOURCES := $(wildcard tests/lab/whmsim*.c)

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
CORPUS_RUNNERS := $(FUZZERS:%=$(BUILD)/corpus/%)
REPLAY_TOOLS := $(BUILD)/tests/run_replay $(BUILD)/tests/scan_faults \
	$(BUILD)/tests/scan_alone \
	$(BUILD)/tests/host_record
DIFF_TOOLS := $(patsubst tests/diff/%.c,$(BUILD)/diff/%,$(wildcard tests/diff/*.c))
DNS_TOOLS := $(BUILD)/dns/faulty-ns $(BUILD)/dns/dns_ask
WIRE_TOOLS := $(BUILD)/wire/wrong $(BUILD)/wire/flat
LEDGER_TOOLS := $(BUILD)/ledger/generate $(BUILD)/ledger/steer.so
SPF_RUNNER := $(BUILD)/spf/run_rfc7208
TOOLS := $(SPF_RUNNER) $(BUILD)/tests/run_cases $(BUILD)/tests/whm_ask $(REPLAY_TOOLS) \
	$(DIFF_TOOLS) $(DNS_TOOLS) $(WIRE_TOOLS) $(LEDGER_TOOLS)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all unit check check-old check-unprivileged demo lab asan fuzz bench \
	lint fmt install dist clean help deps tools dns-tools wire-tools ledger-tools wire oracle corpora

all: $(BUILD)/cpward $(BUILD)/cpward-checks.7

help:
	@echo 'make all        build build/cpward'
	@echo 'make demo       scan a badly configured laboratory server and show the report (root)'
	@echo 'make check      every test, the laboratory included (root)'
	@echo 'make unit       unit tests and check cases, offline, as any user'
	@echo 'make lab        a shell on a laboratory server, where plain cpward works (root)'
	@echo 'make wire       cpward probe against listeners built to be wrong (root)'
	@echo 'make oracle     ask nmap, sslscan and testssl.sh about these again (root, minutes)'
	@echo 'make asan       unit tests and corpora under the address and undefined sanitizers'
	@echo 'make fuzz       each fuzzer for FUZZ_SECONDS (60)'
	@echo 'make bench      time, instructions and memory of whole commands (root)'
	@echo 'make check-old  unit tests in a root of the previous Debian release (root)'
	@echo 'make lint       warnings of the linters, newest symbols, includes that run up'
	@echo 'make fmt        clang-format over the sources'
	@echo 'make install    into DESTDIR and PREFIX'
	@echo 'make dist       a source archive of HEAD'
	@echo 'make clean      remove build/'

# ---- building ----

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC      $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A changed flag rebuilds everything, as a changed header does.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' > $@
FORCE:
$(LIB_OBJECTS) $(BUILD)/obj/agent/main.o: $(BUILD)/flags

$(LIBRARY): $(LIB_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/cpward: $(BUILD)/obj/agent/main.o $(LIBRARY)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/cpward-checks.7: $(BUILD)/cpward profiles/hipaa.yaml
	@$(BUILD)/cpward checks list --profile hipaa -o man > $@

$(BUILD)/lab/whmsim: $(WHMSIM_SOURCES) $(wildcard tests/lab/whmsim*.h)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) -D_GNU_SOURCE $(CFLAGS) $(LDFLAGS) -o $@ $(WHMSIM_SOURCES) \
		-lmicrohttpd -lgnutls -ljansson

$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(BUILD)/tests/run_cases: $(BUILD)/obj/tests/checks/run_cases.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/whm_ask: $(BUILD)/obj/tests/whm/whm_ask.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(REPLAY_TOOLS): $(BUILD)/tests/%: $(BUILD)/obj/tests/replay/%.o \
		$(BUILD)/obj/tests/replay/replayed.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(DIFF_TOOLS): $(BUILD)/diff/%: $(BUILD)/obj/tests/diff/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Its own TLS is fixed bytes and libssl: nothing of cpward's is in it.
$(BUILD)/wire/wrong: $(BUILD)/obj/tests/wire/wrong.o
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ -lssl -lcrypto

$(BUILD)/wire/flat: $(BUILD)/obj/tests/wire/flat.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(SPF_RUNNER): $(BUILD)/obj/tests/spf/run_rfc7208.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Nothing of cpward's is in it either.
$(BUILD)/dns/faulty-ns: $(BUILD)/obj/tests/dns/faulty-ns.o
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/dns/dns_ask: $(BUILD)/obj/tests/dns/dns_ask.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Nor of these.
$(BUILD)/ledger/generate: $(BUILD)/obj/tests/ledger/generate.o
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(LDFLAGS) -o $@ $^ -lcrypto

$(BUILD)/ledger/steer.so: tests/ledger/steer.c
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) -std=c11 -D_GNU_SOURCE -O2 $(WARNINGS) -Wno-missing-prototypes -fPIC -shared -o $@ $< -ldl

dns-tools: $(DNS_TOOLS)

wire-tools: $(WIRE_TOOLS)

ledger-tools: $(LEDGER_TOOLS)

tools: $(TOOLS)

# ---- tests ----

# Says what it installs; nothing when all is there.
deps:
	@packaging/install-deps --lab

unit: $(UNIT_TESTS) $(BUILD)/tests/run_cases $(BUILD)/tests/run_replay corpora
	@tests/run-unit $(UNIT_TESTS)
	@$(BUILD)/tests/run_cases tests/checks
	@$(BUILD)/tests/run_replay tests/replay

$(BUILD)/corpus/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/run_corpus.c $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK    $@'
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

corpora: $(CORPUS_RUNNERS)
	@set -e; for fuzzer in $(FUZZERS); do \
		$(BUILD)/corpus/$$fuzzer tests/fuzz/corpus/$${fuzzer#fuzz_}; done

check: deps
	@$(MAKE) --no-print-directory -j"$$(nproc)" all tools $(BUILD)/lab/whmsim
	@tests/check

wire: deps
	@$(MAKE) --no-print-directory all wire-tools $(BUILD)/lab/whmsim
	@tests/wire/check

oracle: deps
	@$(MAKE) --no-print-directory wire-tools $(BUILD)/lab/whmsim
	@tests/wire/oracle/record

# Freed memory that is kept back makes each fork dear, and a test kills a child at every step: 8 MB of it are enough.
asan:
	@ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=8 $(MAKE) --no-print-directory BUILD=build/asan \
		HARDENING='-O1 -fno-omit-frame-pointer' HARDENED_LINK= \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' \
		unit

check-old:
	@packaging/install-deps --old
	@tests/old/check-old

demo: deps
	@$(MAKE) --no-print-directory all $(BUILD)/lab/whmsim
	@tests/lab/demo

lab: deps
	@$(MAKE) --no-print-directory all $(BUILD)/lab/whmsim
	@tests/lab/lab

FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
fuzz:
	@tests/fuzz/run '$(FUZZ_CC)' $(FUZZ_SECONDS)

bench: deps
	@$(MAKE) --no-print-directory all $(BUILD)/lab/whmsim
	@tests/bench/run

lint: $(BUILD)/cpward
	@tests/lint/run $(BUILD)/cpward

fmt:
	clang-format -i $$(git ls-files '*.c' '*.h')

# ---- installing ----

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(SHAREDIR)/profiles/data \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
		$(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(COMPLETIONDIR)
	install -m 0755 $(BUILD)/cpward $(DESTDIR)$(PREFIX)/sbin/cpward
	install -d $(DESTDIR)$(SHAREDIR)/schema
	install -m 0644 man/schema/*.json $(DESTDIR)$(SHAREDIR)/schema/
	install -m 0644 profiles/*.yaml $(DESTDIR)$(SHAREDIR)/profiles/
	install -m 0644 profiles/data/*.yaml $(DESTDIR)$(SHAREDIR)/profiles/data/
	install -m 0644 man/cpward.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 0644 man/cpward.ini.5 man/cpward-profile.5 $(DESTDIR)$(MANDIR)/man5/
	install -m 0644 $(BUILD)/cpward-checks.7 man/cpward-ledger.7 $(DESTDIR)$(MANDIR)/man7/
	install -m 0644 packaging/completion/cpward.bash $(DESTDIR)$(COMPLETIONDIR)/cpward

dist:
	git archive --format=tar.gz --prefix=cpward-$(VERSION)/ \
		-o cpward-$(VERSION).tar.gz HEAD

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
