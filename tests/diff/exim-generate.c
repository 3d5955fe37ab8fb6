/*
 * exim-generate SEED COUNT DIR [MACROS]: writes COUNT configurations for Exim.
 *
 * Each is DIR/NNNNN.conf with what it includes beside it, made from SEED and
 * its number alone: the same arguments write the same bytes. About one in six
 * holds one mistake; which, its first line says. Options come from the
 * parser's own tables, so that a wrong type there shows as a difference.
 * MACROS is the output of `exim -bP macros`: options that this Exim does not
 * have are left out.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/exim_private.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define MISTAKES_IN_100 17
#define MAX_MACROS 6

struct generator {
	uint64_t state;
	const char *directory;
	unsigned number;
	FILE *out;
	const char *macros;	/* text of MACROS, NULL: all options */
	char names[MAX_MACROS][16];
	unsigned name_count;
	unsigned include_count;
	struct exim_seen seen;
	unsigned depth;		/* .ifdef open */
};

static uint64_t
next(struct generator *gen)
{
	gen->state ^= gen->state >> 12;
	gen->state ^= gen->state << 25;
	gen->state ^= gen->state >> 27;
	return gen->state * UINT64_C(2685821657736338717) >> 16;
}

static unsigned
below(struct generator *gen, size_t bound)
{
	return (unsigned)(next(gen) % bound);
}

static bool
chance(struct generator *gen, unsigned in_100)
{
	return below(gen, 100) < in_100;
}

#define PICK(gen, table) ((table)[below((gen), COUNT(table))])

static void __attribute__((format(printf, 2, 3)))
put(struct generator *gen, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(gen->out, format, args);
	va_end(args);
}

/* Options whose value Exim looks at on its own terms, or that change what
 * -bP prints of others; the ones with a grammar have a writer below. */
static const char *const left_out[] = {
	"admin_groups", "debug_store", "disable_fsync", "errors_reply_to",
	"exim_group", "exim_user", "finduser_retries", "local_from_check",
	"local_sender_retain", "localhost_number", "log_file_path",
	"log_selector", "max_username_length", "openssl_options",
	"pid_file_path", "print_topbitchars", "process_log_path",
	"perl_startup", "perl_at_start", "rfc1413_port", "smtp_accept_max", "smtp_ratelimit_mail",
	"smtp_ratelimit_rcpt", "spool_directory", "syslog_facility",
	"tls_dh_max_bits", "uucp_from_pattern", "system_filter_user",
	"timezone", "retry_interval_max", "remote_max_parallel",
	/* drivers: what their start-up code judges */
	"driver", "transport", "self", "pass_router", "redirect_router",
	"body_only", "headers_only", "file", "directory", "command",
	"socket", "data", "public_name", "shadow_transport", "one_time",
	"allow_filter", "allow_fifo", "file_format", "protocol",
	"maildir_format", "mailstore_format", "mbx_format",
	"create_file", "check_owner", "check_group", "owners", "owngroups",
	"route_list", "route_data", "hosts_randomize", "host_find_failed",
	"host_all_ignored", "file_transport", "directory_transport",
	"pipe_transport", "reply_transport", "syntax_errors_to",
	"use_fcntl_lock", "use_flock_lock", "use_lockfile", "use_mbx_lock",
	"lock_retries", "lockfile_timeout", "lock_flock_timeout",
	"lock_fcntl_timeout", "user", "group", "initgroups",
	"quota", "quota_filecount", "quota_warn_threshold",
	"mailbox_size", "mailbox_filecount", "batch_max",
	"maildir_tag", "maildir_quota_directory_regex", "quota_size_regex",
	"maildirfolder_create_regex", "quota_directory",
	"temp_errors", "restrict_to_path", "use_shell", "allow_commands",
	"command_timeout", "data_timeout", "connect_timeout",
	"final_timeout", "fallback_hosts", "hosts", "client_send",
	"return_output", "return_fail_output", "log_output",
	"log_fail_output", "log_defer_output", "ignore_status",
	"dscp", "timeout_defer", "freeze_signal", "umask", "hosts_max_try",
	"never_mail", "permit_coredump", "environment", "pipe_as_creator",
	"use_bsmtp", "message_prefix", "message_suffix", "check_string",
	"escape_string", "use_crlf", "qualify_preserve_domain",
	"qualify_domain", "quota_is_inclusive", "shadow_condition",
	"check_srv", "headers_rewrite",
};

static bool
is_left_out(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(left_out); i++)
		if (strcmp(left_out[i], name) == 0)
			return true;
	return false;
}

/* Whether the Exim at hand has the option, by its built-in macro. */
static bool
is_built(const struct generator *gen, const struct exim_table *table,
    const char *name)
{
	char line[EXIM_NAME_SIZE * 3], *at;

	if (gen->macros == NULL)
		return true;
	snprintf(line, sizeof(line), "\n%s_%s%s%s=", table->prefix,
	    table->group, *table->group == '\0' ? "" : "_", name);
	for (at = line; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 32);
	return strstr(gen->macros, line) != NULL;
}

static const char *
blanks(struct generator *gen)
{
	static const char *const some[] = { "", " ", " ", " ", "  ", "\t" };

	return PICK(gen, some);
}

/* A piece of text that means nothing to the reader of the file. */
static void
put_word(struct generator *gen)
{
	static const char *const words[] = {
		"a", "mail", "example.org", "*", "10.0.0.0/8", "::1",
		"+local_domains", "!x", "lsearch;/etc/localdomains", "^ab\\.c$",
		"${if eq{$tls_in_cipher}{}{}{*}}", "$sender_host_address",
		"${lookup{$domain}lsearch{/etc/x}{$value}{}}", "\\n", "\\",
		"#", "a=b", "\"q\"", "it's", "\303\251", "{", "}}", ":", "::",
		"%s", "ECDHE+AESGCM", "no", "=", "\x7f", "\tb",
	};

	if (gen->name_count > 0 && chance(gen, 12))
		put(gen, "%s%s%s", chance(gen, 30) ? "x" : "",
		    gen->names[below(gen, gen->name_count)],
		    chance(gen, 30) ? "y" : "");
	else
		put(gen, "%s", PICK(gen, words));
}

/* Goes on in the next line, perhaps with a comment or a blank between. */
static void
put_continuation(struct generator *gen)
{
	put(gen, "\\%s\n", blanks(gen));
	if (chance(gen, 25))
		put(gen, "%s# a comment inside\n", blanks(gen));
	if (chance(gen, 10))
		put(gen, ".ifdef NEVER_DEFINED\nnot = read\n.endif\n");
	put(gen, "%s", blanks(gen));
}

static void
put_plain_text(struct generator *gen)
{
	unsigned i, count = below(gen, 6);

	/* A text that starts with a quote would have to end with it. */
	if (count > 0 && chance(gen, 95))
		put(gen, "x");
	for (i = 0; i < count; i++) {
		put_word(gen);
		if (chance(gen, 60))
			put(gen, " ");
		if (chance(gen, 10))
			put_continuation(gen);
	}
	if (count > 0)
		put(gen, "z");
}

static void
put_quoted_text(struct generator *gen)
{
	static const char *const pieces[] = {
		"\\n", "\\r", "\\t", "\\\\", "\\\"", "\\101", "\\7", "\\12a",
		"\\x41", "\\x4", "\\xg", "\\b", "\\f", "\\v", "\\q", "\\8",
		"a b", "#", "=", ":", "$x", "\\$x", "  ", "\303\244", "\\303",
		"\\0", "{}", "it's", "\\x00", "\\1234",
	};
	unsigned i, count = below(gen, 7);

	put(gen, "\"");
	for (i = 0; i < count; i++) {
		put(gen, "%s", PICK(gen, pieces));
		if (chance(gen, 8))
			put_continuation(gen);
	}
	put(gen, "\"");
}

static void
put_text(struct generator *gen)
{
	if (chance(gen, 30))
		put_quoted_text(gen);
	else
		put_plain_text(gen);
}

static void
put_integer(struct generator *gen)
{
	static const char *const suffixes[] = {
		"", "", "", "", "", "", "K", "k", "M", "m", " ", "\t",
	};
	static const unsigned scales[] = { 2, 10, 1024, 2000 };
	unsigned value = below(gen, PICK(gen, scales));
	unsigned form = below(gen, 5);

	if (chance(gen, 10))
		value = value / 1024 * 1024;
	if (chance(gen, 5))
		put(gen, "-");
	if (form == 0)
		put(gen, "0x%x", value);
	else if (form == 1)
		put(gen, "0%o", value);
	else
		put(gen, "%u", value);
	if (value < 2)
		put(gen, "%s", chance(gen, 30) ? "G" : "");
	else
		put(gen, "%s", PICK(gen, suffixes));
}

static void
put_time(struct generator *gen)
{
	static const char units[] = "wdhms";
	static const unsigned scales[] = { 2, 10, 100, 1000 };
	unsigned i, count = 1 + below(gen, 3);

	for (i = 0; i < count; i++)
		put(gen, "%u%c", below(gen, PICK(gen, scales)),
		    units[below(gen, 5)]);
}

static void
put_time_list(struct generator *gen)
{
	unsigned i, count = below(gen, 6), hours = below(gen, 3);

	for (i = 0; i < count; i++) {
		put(gen, "%s%uh", i == 0 ? "" : chance(gen, 50) ? ":" : " : ",
		    hours);
		hours += 1 + below(gen, 40);
	}
}

static void
put_fixed(struct generator *gen)
{
	put(gen, "%u", below(gen, 100));
	if (chance(gen, 70))
		put(gen, ".%u", below(gen, 10000));
	if (chance(gen, 5))
		put(gen, ".");
}

static void
put_owner(struct generator *gen)
{
	static const char *const owners[] = { "root", "mail", "daemon" };

	if (chance(gen, 10))
		put(gen, "\"%s\"", PICK(gen, owners));
	else
		put(gen, "%s", PICK(gen, owners));
}

static void
put_owner_list(struct generator *gen)
{
	static const char *const lists[] = {
		"root", "root:mail", "root : mail", " <; root ; mail",
		"root:mail : daemon", "", "root:", "\"root : mail\"",
	};

	put(gen, "%s", PICK(gen, lists));
}

static void
put_value(struct generator *gen, enum exim_type type)
{
	switch (type) {
	case EXIM_INT:
	case EXIM_MKINT:
	case EXIM_KINT:
	case EXIM_INT_TEXT:
		put_integer(gen);
		break;
	case EXIM_OCTAL:
		put(gen, "0%o", below(gen, 01000));
		break;
	case EXIM_FIXED:
		put_fixed(gen);
		break;
	case EXIM_TIME_TEXT:
		if (chance(gen, 30)) {
			put(gen, "${if eq{$x}{y}{1m}{2m}}");
			break;
		}
		/* fall through */
	case EXIM_TIME:
		put_time(gen);
		break;
	case EXIM_TIME_LIST:
		put_time_list(gen);
		break;
	case EXIM_OWNER:
		put_owner(gen);
		break;
	case EXIM_OWNER_LIST:
		put_owner_list(gen);
		break;
	default:
		put_text(gen);
	}
}

static void
put_boolean(struct generator *gen, const char *name)
{
	static const char *const prefixes[] = { "", "no_", "not_" };
	static const char *const words[] = {
		"true", "yes", "No", "FALSE", "yEs", "",
	};

	if (chance(gen, 35))
		put(gen, "%s%s", PICK(gen, prefixes), name);
	else
		put(gen, "%s%s=%s%s", name, blanks(gen), blanks(gen),
		    PICK(gen, words));
	put(gen, "%s\n", blanks(gen));
}

static void
put_option(struct generator *gen, const struct exim_row *row)
{
	put(gen, "%s%s", blanks(gen), chance(gen, 8) ? "hide " : "");
	if (row->type == EXIM_BOOL || row->type == EXIM_BOOL_VERIFY ||
	    (row->type == EXIM_EXPAND_BOOL && chance(gen, 60))) {
		put_boolean(gen, row->name);
		return;
	}
	if (row->type == EXIM_EXPAND_BOOL) {
		put(gen, "%s = ${if eq{$a}{b}{yes}{no}}\n", row->name);
		return;
	}
	put(gen, "%s%s=%s", row->name, blanks(gen), blanks(gen));
	if (chance(gen, 5))
		put_continuation(gen);
	put_value(gen, row->type);
	put(gen, "%s\n", blanks(gen));
}

/* A row not set yet, NULL when the draw was not good: callers go on. */
static const struct exim_row *
draw_row(struct generator *gen, const struct exim_table *table,
    struct exim_seen *seen)
{
	const struct exim_row *row;
	unsigned index;

	if (table->count == 0)
		return NULL;
	index = below(gen, table->count);
	row = &table->rows[index];
	if (is_left_out(row->name) || !is_built(gen, table, row->name) ||
	    (seen->bits[index / 64] >> (index % 64) & 1) != 0)
		return NULL;
	if ((row->type != EXIM_CONDITION && row->type != EXIM_REPEATED) ||
	    chance(gen, 40))
		seen->bits[index / 64] |= UINT64_C(1) << (index % 64);
	return row;
}

static void
mark_row(struct generator *gen, const char *name)
{
	size_t index = (size_t)(exim_row_find(&exim_main_table, name) -
	    exim_main_table.rows);

	gen->seen.bits[index / 64] |= UINT64_C(1) << (index % 64);
}

static void
put_log_selector(struct generator *gen)
{
	static const char *const selectors[] = {
		"all", "subject", "pid", "tls_cipher", "incoming_port",
		"smtp_connection", "all_parents", "retry_defer", "arguments",
		"received_recipients", "8bitmime", "rejected_headers",
	};
	unsigned i, count = below(gen, 6);

	if (chance(gen, 10)) {
		put(gen, "log_selector = =0x%x\n", below(gen, 65536));
		return;
	}
	put(gen, "log_selector =");
	for (i = 0; i < count; i++) {
		put(gen, "%s%c%s", chance(gen, 70) ? " " : "",
		    chance(gen, 70) ? '+' : '-', PICK(gen, selectors));
		if (chance(gen, 10))
			put_continuation(gen);
	}
	put(gen, "\n");
}

static void
put_openssl_options(struct generator *gen)
{
	static const char *const tokens[] = {
		"no_sslv2", "no_sslv3", "no_tlsv1", "no_tlsv1_1",
		"no_compression", "cipher_server_preference", "all",
		"single_dh_use",
	};
	unsigned i, count = below(gen, 4);

	put(gen, "openssl_options =");
	for (i = 0; i < count; i++)
		put(gen, "%s%c%s", chance(gen, 80) ? " " : "\t ",
		    chance(gen, 80) ? '+' : '-', PICK(gen, tokens));
	put(gen, "\n");
}

/* Options with a grammar or a check of their own. */
static void
put_special(struct generator *gen)
{
	static const char *const lines[] = {
		"smtp_ratelimit_mail = 2,0.5s,1.05,4m",
		"smtp_ratelimit_rcpt = 4, 0.25s, 1.015, 4m",
		"syslog_facility = LOG_mail", "syslog_facility = local3",
		"tls_dh_max_bits = 2048", "localhost_number = 3",
		"local_from_check = no\nlocal_sender_retain",
		"retry_interval_max = 3d", "remote_max_parallel = 0",
		"log_file_path = /var/log/exim_%slog",
		"log_file_path = syslog : /tmp/%D-%s", "smtp_accept_max = 0",
		"daemon_smtp_port = 25 : 26", "return_size_limit = 20K",
		"recipients_max = 0x20", "exim_path = /usr/sbin/exim",
	};

	put_log_selector(gen);
	if (chance(gen, 50))
		put_openssl_options(gen);
	put(gen, "%s\n", PICK(gen, lines));
}

static void
put_macro(struct generator *gen)
{
	static const char *const stems[] = {
		"HOSTS", "DOM_A", "Q", "Xy", "LIST_1", "TLS_ON", "ZZ9", "Mm",
	};
	const char *stem = PICK(gen, stems);
	unsigned i;

	for (i = 0; i < gen->name_count; i++)
		if (strstr(stem, gen->names[i]) != NULL)
			break;
	if (i < gen->name_count) {
		if (strcmp(stem, gen->names[i]) == 0) {
			put(gen, "%s%s==%s", stem, blanks(gen), blanks(gen));
			put_plain_text(gen);
			put(gen, "\n");
		}
		return;
	}
	if (gen->name_count == MAX_MACROS)
		return;
	put(gen, "%s%s%s=%s", blanks(gen), stem, blanks(gen), blanks(gen));
	if (chance(gen, 85))
		put_plain_text(gen);
	put(gen, "\n");
	snprintf(gen->names[gen->name_count++], 16, "%s", stem);
}

static void
put_condition(struct generator *gen)
{
	static const char *const texts[] = {
		"NEVER_DEFINED", "_HAVE_TLS", "_HAVE_OPENSSL",
		"_OPT_MAIN_TLS_ALPN", "a_HAVE_GNUTLS", "X_HAVE_TLS",
		"_HAVE_OPENSSLX", "", "# no", "_LOG_PID",
	};

	if (gen->name_count > 0 && chance(gen, 40))
		put(gen, "x%s", gen->names[below(gen, gen->name_count)]);
	else
		put(gen, "%s", PICK(gen, texts));
}

static void
put_list(struct generator *gen)
{
	static const char *const types[] = {
		"domainlist", "hostlist", "addresslist", "localpartlist",
	};
	static const char *const lists[] = {
		"a : b::c : d", "<; ::1 ; 10.0.0.1;;x", "<| a|b", "+x : !y",
		"lsearch;/etc/localdomains", "\"a : b\"", "", "@[] : @",
	};

	put(gen, "%s%s%s l%u%s=%s", chance(gen, 10) ? "hide " : "",
	    PICK(gen, types), chance(gen, 10) ? "_cache" : "",
	    below(gen, 1000000), blanks(gen), blanks(gen));
	if (chance(gen, 60))
		put(gen, "%s\n", PICK(gen, lists));
	else {
		put_plain_text(gen);
		put(gen, "\n");
	}
}

static void put_main_part(struct generator *gen, unsigned count);

static void
put_include(struct generator *gen)
{
	unsigned form = below(gen, 5);	/* 1 is relative, 3 and 4 optional */
	bool absolute = form != 1, quoted = form == 2 || form == 4;
	char name[64], path[4096];
	FILE *outer = gen->out;

	if (chance(gen, 15)) {
		put(gen, ".include_if_exists %s/absent-%u\n", gen->directory,
		    gen->number);
		return;
	}
	if (gen->include_count == 4)
		return;
	snprintf(name, sizeof(name), "%05u.inc%u", gen->number,
	    gen->include_count++);
	put(gen, "%s.include%s%s%s%s%s%s%s\n", blanks(gen),
	    form > 2 ? "_if_exists " : " ", quoted ? "\"" : "",
	    absolute ? gen->directory : "", absolute ? "/" : "", name,
	    quoted ? "\"" : "", blanks(gen));
	snprintf(path, sizeof(path), "%s/%s", gen->directory, name);
	gen->out = fopen(path, "we");
	if (gen->out == NULL) {
		fprintf(stderr, "exim-generate: %s: %s\n", path,
		    strerror(errno));
		exit(1);
	}
	put_main_part(gen, below(gen, 5));
	if (chance(gen, 30))
		put(gen, "# the last line has no newline");
	fclose(gen->out);
	gen->out = outer;
}

static void
put_conditional(struct generator *gen)
{
	if (gen->depth == 3)
		return;
	gen->depth++;
	put(gen, "%s.%s ", blanks(gen), chance(gen, 60) ? "ifdef" : "ifndef");
	put_condition(gen);
	put(gen, "\n");
	put_main_part(gen, below(gen, 4));
	while (chance(gen, 30)) {
		put(gen, ".%s ", chance(gen, 60) ? "elifdef" : "elifndef");
		put_condition(gen);
		put(gen, "\n");
		put_main_part(gen, below(gen, 3));
	}
	if (chance(gen, 50)) {
		put(gen, ".else%s\n", chance(gen, 20) ? " of it" : "");
		put_main_part(gen, below(gen, 3));
	}
	put(gen, ".endif%s\n", chance(gen, 20) ? " # of it" : "");
	gen->depth--;
}

static void
put_main_line(struct generator *gen)
{
	const struct exim_row *row;
	unsigned draw = below(gen, 100);

	if (draw < 8)
		put(gen, "%s# comment with NAME \\\n", blanks(gen));
	else if (draw < 12)
		put(gen, "%s\n", blanks(gen));
	else if (draw < 20 && gen->depth == 0)
		put_macro(gen);
	else if (draw < 27)
		put_conditional(gen);
	else if (draw < 31)
		put_include(gen);
	else if (draw < 38)
		put_list(gen);
	else if ((row = draw_row(gen, &exim_main_table, &gen->seen)) != NULL)
		put_option(gen, row);
}

static void
put_main_part(struct generator *gen, unsigned count)
{
	while (count-- > 0)
		put_main_line(gen);
}

/* A driver's must-haves, so that its start-up code is content. */
struct driver_form {
	const char *driver;
	const char *lines;
};

static const struct driver_form router_forms[] = {
	{ "accept", "transport = t0" }, { "dnslookup", "transport = t0" },
	{ "manualroute", "transport = t0\n  route_list = * x" },
	{ "redirect", "data = ${lookup{$local_part}lsearch{/etc/aliases}}" },
};

static const struct driver_form transport_forms[] = {
	{ "smtp", "" }, { "appendfile", "file = /tmp/x\n  user = mail" },
	{ "pipe", "command = /bin/true\n  user = mail" },
	{ "lmtp", "socket = /run/lmtp" }, { "smtp", "protocol = lmtp" },
	{ "smtp", "hosts_require_tls = *" },
};

static const struct driver_form authenticator_forms[] = {
	{ "plaintext", "server_prompts = :\n  server_condition = no" },
	{ "cram_md5", "server_secret = x" },
	{ "dovecot", "server_socket = /run/auth" },
};

static void
put_driver(struct generator *gen, enum exim_section section,
    const struct driver_form *form, unsigned number)
{
	const struct exim_driver_kind *kind = exim_driver_kind(section,
	    form->driver);
	const struct exim_table *table;
	struct exim_seen generic = { { 0 } }, private = { { 0 } };
	const struct exim_row *row;
	unsigned count = below(gen, 6);
	char letter = section == EXIM_ROUTERS ? 'r' :
	    section == EXIM_TRANSPORTS ? 't' : 'a';

	put(gen, "%s%c%u:%s\n  driver = %s\n", blanks(gen), letter, number,
	    blanks(gen), form->driver);
	if (section == EXIM_AUTHENTICATORS && (chance(gen, 80) ||
	    kind->needs_public_name))
		put(gen, "  public_name = N%u\n", number);
	if (*form->lines != '\0')
		put(gen, "  %s\n", form->lines);
	while (count-- > 0) {
		table = chance(gen, 50) ? exim_generic_table(section) :
		    &kind->table;
		row = draw_row(gen, table, table == &kind->table ? &private :
		    &generic);
		if (row != NULL && strstr(form->lines, row->name) == NULL)
			put_option(gen, row);
		if (chance(gen, 5))
			put(gen, "  # comment\n\n");
	}
	if (chance(gen, 5))
		put(gen, ".ifdef NEVER_DEFINED\nnot read\n.endif\n");
}

#define PUT_DRIVERS(gen, section, forms) \
	put_drivers((gen), (section), (forms), COUNT(forms))

static void
put_drivers(struct generator *gen, enum exim_section section,
    const struct driver_form *forms, size_t form_count)
{
	unsigned i, count = 1 + below(gen, 4);

	for (i = 0; i < count; i++)
		put_driver(gen, section, &forms[below(gen, form_count)], i);
}

static void
put_acls(struct generator *gen)
{
	static const char *const statements[] = {
		"accept hosts = :", "deny message = no\n  !encrypted = *",
		"require verify = sender", "warn\n  set acl_m_x = y",
		"drop\n", "discard condition = ${if eq{a}{b}}\n  endpass",
		"accept\n  endpass\n  domains = a : \\\n    b", "defer !hosts = x",
		"warn control = dkim_disable_verify\n  logwrite = x",
		"deny !authenticated = *\n  delay = 5s\n  log_message = y",
		"warn set acl_c0 = 1\n  add_header = X: y",
	};
	unsigned i, j, count = 1 + below(gen, 3);

	for (i = 0; i < count; i++) {
		put(gen, "acl_%u:\n", i);
		for (j = below(gen, 5); j > 0; j--)
			put(gen, "  %s\n", PICK(gen, statements));
	}
}

static void
put_retries(struct generator *gen)
{
	static const char *const rules[] = {
		"* * F,2h,15m; G,16h,1h,1.5; F,4d,6h", "a.org quota",
		"* rcpt_4xx F,1d,10m", "\"x y\" timeout_connect H,1d,1h,2",
		"*@a.org refused_MX senders=: F,5d,1d", "* auth_failed",
		"b.org quota_7d", "* rcpt_452 F,10m,2m", "* tls_required f,1h,1m",
	};
	unsigned count = below(gen, 4);

	while (count-- > 0)
		put(gen, "%s\n", PICK(gen, rules));
}

static void
put_rewrites(struct generator *gen)
{
	static const char *const rules[] = {
		"*@a.org $1@b.org", "*@a.org \"${lc:$1}@b.org\" Ffrs",
		"^x. y ES", "\\N^(?i)a\\N $1 S", "*@c q@d hqQw", "a b ",
	};
	unsigned count = below(gen, 4);

	while (count-- > 0)
		put(gen, "%s\n", PICK(gen, rules));
}

/* Mistakes, each a piece of text for a place in the file. */
enum place { IN_MAIN, AT_MAIN_END, AT_END, IN_ROUTERS, IN_ACLS, IN_RETRY,
	IN_REWRITE, AT_TOP };

static const struct mistake {
	const char *name;
	enum place place;
	const char *text;
} mistakes[] = {
	{ "option twice", IN_MAIN, "bi_command = a\nbi_command = b" },
	{ "option and its negation", IN_MAIN, "drop_cr\nno_drop_cr" },
	{ "unknown option", IN_MAIN, "no_such_option = 1" },
	{ "option of another section", IN_MAIN, "hosts_require_tls = *" },
	{ "negated text", IN_MAIN, "no_bi_command" },
	{ "negated boolean with value", IN_MAIN, "no_drop_cr = true" },
	{ "junk after quote", IN_MAIN, "bi_command = \"a\" b" },
	{ "comment after quote", IN_MAIN, "bi_command = \"a\" # b" },
	{ "open quote", IN_MAIN, "bi_command = \"a" },
	{ "lone quote", IN_MAIN, "bi_command = \"" },
	{ "bad boolean", IN_MAIN, "drop_cr = maybe" },
	{ "numeric boolean", IN_MAIN, "drop_cr = 1" },
	{ "comment after boolean", IN_MAIN, "drop_cr = yes # x" },
	{ "comment after bare boolean", IN_MAIN, "drop_cr # x" },
	{ "bad integer", IN_MAIN, "dns_retry = many" },
	{ "junk after integer", IN_MAIN, "dns_retry = 3 x" },
	{ "empty integer", IN_MAIN, "dns_retry =" },
	{ "overflow", IN_MAIN, "dns_retry = 3000000000" },
	{ "overflow by suffix", IN_MAIN, "dns_retry = 3000G" },
	{ "long overflow", IN_MAIN, "check_log_space = 99999999999999999999" },
	{ "big suffix in a small place", IN_MAIN, "dns_retry = 3P" },
	{ "bytes in K", IN_MAIN, "check_log_space = 2048 b" },
	{ "no equals", IN_MAIN, "bi_command a" },
	{ "no value", IN_MAIN, "bi_command" },
	{ "bad time", IN_MAIN, "auto_thaw = 5x" },
	{ "time without unit", IN_MAIN, "auto_thaw = 5" },
	{ "empty time", IN_MAIN, "auto_thaw =" },
	{ "time overflow", IN_MAIN, "auto_thaw = 2147483647s1s" },
	{ "times out of order", IN_MAIN, "delay_warning = 2h:1h" },
	{ "too many times", IN_MAIN,
	    "delay_warning = 1h:2h:3h:4h:5h:6h:7h:8h:9h:10h:11h" },
	{ "time list ends early", IN_MAIN, "delay_warning = 1h:" },
	{ "bad fixed", IN_MAIN, "queue_only_load = x" },
	{ "negative fixed", IN_MAIN, "queue_only_load = -1" },
	{ "fixed overflow", IN_MAIN, "queue_only_load = 2147484" },
	{ "bad user", IN_MAIN, "system_filter_user =" },
	{ "bad log selector", AT_MAIN_END, "log_selector = +nosuch" },
	{ "sign alone", AT_MAIN_END, "log_selector = + subject" },
	{ "selector unsigned", AT_MAIN_END, "log_selector = subject" },
	{ "selector in capitals", AT_MAIN_END, "log_selector = +PID" },
	{ "selector list", AT_MAIN_END, "log_selector = +pid:+subject" },
	{ "bad openssl option", AT_MAIN_END, "openssl_options = +no_ssl9" },
	{ "openssl in capitals", AT_MAIN_END, "openssl_options = +NO_SSLV2" },
	{ "openssl unsigned", AT_MAIN_END, "openssl_options = no_sslv2" },
	{ "bad facility", IN_MAIN, "syslog_facility = nosuch" },
	{ "bad log file", IN_MAIN, "log_file_path = /tmp/x" },
	{ "bad log file date", IN_MAIN, "log_file_path = /tmp/%s-%X" },
	{ "bad rate", IN_MAIN, "smtp_ratelimit_mail = 2,3" },
	{ "weak dh", IN_MAIN, "tls_dh_max_bits = 512" },
	{ "host number", IN_MAIN, "localhost_number = 17" },
	{ "sender retain", IN_MAIN, "local_sender_retain" },
	{ "queue without max", IN_MAIN,
	    "smtp_accept_max = 0\nsmtp_accept_max_per_host = 5" },
	{ "line noise", IN_MAIN, "= 5" },
	{ "digit first", IN_MAIN, "5x = 5" },
	{ "two words hidden", IN_MAIN, "hide" },
	{ "list twice", IN_MAIN, "hostlist h = a\nhostlist h = b" },
	{ "list without equals", IN_MAIN, "hostlist h a" },
	{ "list without name", IN_MAIN, "hostlist" },
	{ "list misspelt", IN_MAIN, "hostlists h = a" },
	{ "endif missing", IN_MAIN, ".ifdef NEVER_DEFINED" },
	{ "endif alone", AT_MAIN_END, ".endif" },
	{ "else alone", AT_MAIN_END, ".else" },
	{ "deep conditionals", IN_MAIN, ".ifdef A\n.ifdef A\n.ifdef A\n"
	    ".ifdef A\n.ifdef A\n.ifdef A\n.ifdef A\n.ifdef A\n.ifdef A\n"
	    ".ifdef A\n.ifdef A" },
	{ "include missing", IN_MAIN, ".include /nonexistent/file" },
	{ "include relative", IN_MAIN, ".include_if_exists some.file" },
	{ "macro twice", IN_MAIN, "WW_WW = 1\nWW_WW = 2" },
	{ "macro undefined", IN_MAIN, "WW_WW == 1" },
	{ "macro inside another", IN_MAIN, "WW = 1\nAWW_B = 2" },
	{ "macro with a built-in", IN_MAIN, "A_HAVE_TLS = 2" },
	{ "macro malformed", IN_MAIN, "WW_WW 1" },
	{ "macro too long", IN_MAIN, "W234567890123456789012345678901234567890"
	    "12345678901234567890123 = 1" },
	{ "byte order mark", AT_TOP, "\xef\xbb\xbf" "drop_cr" },
	{ "unknown section", AT_END, "begin nosuch" },
	{ "section twice", AT_END, "begin acl\nbegin ACLS" },
	{ "local_scan", AT_END, "begin local_scan" },
	{ "no driver", IN_ROUTERS, "r9:\n" },
	{ "unknown driver", IN_ROUTERS, "r9:\n driver = nosuch" },
	{ "private too early", IN_ROUTERS, "r9:\n data = x" },
	{ "unknown private", IN_ROUTERS, "r9:\n driver = redirect\n nosuch = x" },
	{ "driver option twice", IN_ROUTERS,
	    "r9:\n driver = accept\n transport = t0\n transport = t0" },
	{ "driver twice", IN_ROUTERS,
	    "r9:\n driver = redirect\n data=x\nr9:\n driver = redirect" },
	{ "junk after driver", IN_ROUTERS, "r9: x" },
	{ "no transport", IN_ROUTERS, "r9:\n driver = accept" },
	{ "transport not allowed", IN_ROUTERS,
	    "r9:\n driver = redirect\n data = x\n transport = t0" },
	{ "bad self", IN_ROUTERS,
	    "r9:\n driver = accept\n transport = t0\n self = x" },
	{ "macro in a driver", IN_ROUTERS,
	    "r9:\n driver = redirect\n data = x\nWW_WW = 1\n data = y" },
	{ "bad verb", IN_ACLS, "a9:\n allow" },
	{ "bad condition", IN_ACLS, "a9:\n accept nosuch = 1" },
	{ "negated modifier", IN_ACLS, "a9:\n accept !message = 1" },
	{ "negated verb", IN_ACLS, "a9:\n !accept" },
	{ "endpass in deny", IN_ACLS, "a9:\n deny endpass" },
	{ "bad variable", IN_ACLS, "a9:\n warn set foo = 1" },
	{ "bad variable name", IN_ACLS, "a9:\n warn set acl_mx = 1" },
	{ "condition without equals", IN_ACLS, "a9:\n accept hosts" },
	{ "ACL twice", IN_ACLS, "a9:\n accept\na9:\n deny" },
	{ "ACL without name", IN_ACLS, ":\n accept" },
	{ "retry without error", IN_RETRY, "*" },
	{ "retry bad error", IN_RETRY, "* nosuch" },
	{ "retry bad code", IN_RETRY, "* rcpt_4x1" },
	{ "retry bad letter", IN_RETRY, "* * Z,1h,1m" },
	{ "retry bad time", IN_RETRY, "* * F,1,1m" },
	{ "retry bad factor", IN_RETRY, "* * G,1h,1m,0.5" },
	{ "retry no semicolon", IN_RETRY, "* * F,1h,1m F,2h,2m" },
	{ "rewrite alone", IN_REWRITE, "*@a" },
	{ "rewrite bad flag", IN_REWRITE, "*@a b z" },
	{ "rewrite S", IN_REWRITE, "*@a b S" },
};

static void
put_mistake(struct generator *gen, const struct mistake *mistake,
    enum place place)
{
	if (mistake != NULL && mistake->place == place)
		put(gen, "%s\n", mistake->text);
}

static void
put_sections(struct generator *gen, const struct mistake *mistake)
{
	enum place place = mistake == NULL ? IN_MAIN : mistake->place;

	if (place == IN_ACLS || chance(gen, 40)) {
		put(gen, "begin %s\n", chance(gen, 50) ? "acl" : "ACL");
		put_acls(gen);
		put_mistake(gen, mistake, IN_ACLS);
	}
	if (chance(gen, 40)) {
		put(gen, "begin authenticators\n");
		PUT_DRIVERS(gen, EXIM_AUTHENTICATORS, authenticator_forms);
	}
	if (place == IN_REWRITE || chance(gen, 30)) {
		put(gen, "Begin rewrite\n");
		put_rewrites(gen);
		put_mistake(gen, mistake, IN_REWRITE);
	}
	if (place == IN_ROUTERS || chance(gen, 60)) {
		put(gen, "begin router%s\n", chance(gen, 80) ? "s" : "");
		PUT_DRIVERS(gen, EXIM_ROUTERS, router_forms);
		put_mistake(gen, mistake, IN_ROUTERS);
	}
	if (chance(gen, 60)) {
		put(gen, "begin  transports\n");
		PUT_DRIVERS(gen, EXIM_TRANSPORTS, transport_forms);
	}
	if (place == IN_RETRY || chance(gen, 30)) {
		put(gen, "begin retry\n");
		put_retries(gen);
		put_mistake(gen, mistake, IN_RETRY);
	}
}

static void
put_configuration(struct generator *gen)
{
	const struct mistake *mistake = NULL;
	bool special = chance(gen, 30);

	if (chance(gen, MISTAKES_IN_100))
		mistake = &PICK(gen, mistakes);
	put_mistake(gen, mistake, AT_TOP);
	put(gen, "# %s\n", mistake == NULL ? "no mistake" : mistake->name);
	/* Without a name of its own Exim asks the resolver for one. */
	put(gen, "primary_hostname = host.example.org\n"
	    "keep_environment = PATH\n");
	mark_row(gen, "primary_hostname");
	mark_row(gen, "keep_environment");
	if (mistake != NULL && mistake->place <= AT_MAIN_END) {
		mark_row(gen, "bi_command");
		mark_row(gen, "drop_cr");
		special = false;
	}
	put_main_part(gen, below(gen, 25));
	put_mistake(gen, mistake, IN_MAIN);
	put_main_part(gen, below(gen, 10));
	if (special)
		put_special(gen);
	put_mistake(gen, mistake, AT_MAIN_END);
	put_sections(gen, mistake);
	put_mistake(gen, mistake, AT_END);
}

static char *
read_macros(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 1024 * 1024);
	size_t length;

	if (file == NULL || text == NULL) {
		fprintf(stderr, "exim-generate: %s: %s\n", path,
		    strerror(errno));
		exit(1);
	}
	text[0] = '\n';
	length = fread(text + 1, 1, 1024 * 1024 - 2, file);
	text[length + 1] = '\0';
	fclose(file);
	return text;
}

static void
write_configuration(uint64_t seed, unsigned number, const char *directory,
    const char *macros)
{
	struct generator gen = { .number = number, .directory = directory,
	    .macros = macros };
	char path[4096];
	int i;

	gen.state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^
	    (number + UINT64_C(1)) * UINT64_C(0xbf58476d1ce4e5b9);
	for (i = 0; i < 8; i++)
		next(&gen);
	snprintf(path, sizeof(path), "%s/%05u.conf", directory, number);
	gen.out = fopen(path, "we");
	if (gen.out == NULL) {
		fprintf(stderr, "exim-generate: %s: %s\n", path,
		    strerror(errno));
		exit(1);
	}
	put_configuration(&gen);
	fclose(gen.out);
}

int
main(int argc, char **argv)
{
	char *macros = NULL;
	unsigned number, count;
	uint64_t seed;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: %s SEED COUNT DIR [MACROS]\n",
		    argv[0]);
		return 64;
	}
	seed = strtoull(argv[1], NULL, 10);
	count = (unsigned)strtoul(argv[2], NULL, 10);
	if (argc == 5)
		macros = read_macros(argv[4]);
	for (number = 0; number < count; number++)
		write_configuration(seed, number, argv[3], macros);
	free(macros);
	return 0;
}
