/* What the columns of a kind are, and which words stand in them. */
#include <stddef.h>

#include "store/ledger_columns.h"

#define WORDS(table, type, function, number)				\
	static const char *						\
	table##_name(unsigned value)					\
	{								\
		return function((type)value);				\
	}								\
									\
	static const struct word_table table = { number, table##_name }

WORDS(directions, enum ledger_direction, ledger_direction_name, LEDGER_LOCAL + 1);
WORDS(versions, enum log_tls, ledger_tls_name, LOG_TLS_UNTOLD + 1);
WORDS(verifieds, enum ledger_verified, ledger_verified_name, LEDGER_DANE + 1);
WORDS(signeds, enum ledger_signed, ledger_signed_name, LEDGER_SIGNED_OTHER + 1);
WORDS(services, enum ledger_service, ledger_service_name, LEDGER_SERVICE_COUNT);
WORDS(notes, enum ledger_note_kind, ledger_note_name, LEDGER_NOTE_COUNT);

static const char *
truth_name(unsigned value)
{
	return value != 0 ? "yes" : "no";
}

static const struct word_table truths = { 2, truth_name };

#define AT(kind, member) offsetof(struct ledger_##kind, member)

const struct column ledger_columns[KIND_COUNT][COLUMNS_MAX] = {
	[KIND_MAIL] = {
		{ COLUMN_WORD, AT(mail, direction), &directions },
		{ COLUMN_DOMAIN, AT(mail, remote), NULL },
		{ COLUMN_DOMAIN, AT(mail, hosted), NULL },
		{ COLUMN_WORD, AT(mail, tls), &versions },
		{ COLUMN_NAME, AT(mail, cipher), NULL },
		{ COLUMN_WORD, AT(mail, verified), &verifieds },
		{ COLUMN_WORD, AT(mail, signed_by), &signeds },
		{ COLUMN_COUNT, AT(mail, messages), NULL },
		{ COLUMN_COUNT, AT(mail, recipients), NULL },
	},
	[KIND_LOGIN] = {
		{ COLUMN_WORD, AT(login, service), &services },
		{ COLUMN_DOMAIN, AT(login, domain), NULL },
		{ COLUMN_NAME, AT(login, account), NULL },
		{ COLUMN_NAME, AT(login, method), NULL },
		{ COLUMN_WORD, AT(login, tls), &versions },
		{ COLUMN_NAME, AT(login, cipher), NULL },
		{ COLUMN_NAME, AT(login, network), NULL },
		{ COLUMN_FLAG, AT(login, trusted), &truths },
		{ COLUMN_HOURS, AT(login, hours), NULL },
		{ COLUMN_COUNT, AT(login, count), NULL },
	},
	[KIND_FAILURE] = {
		{ COLUMN_WORD, AT(failure, service), &services },
		{ COLUMN_DOMAIN, AT(failure, domain), NULL },
		{ COLUMN_NAME, AT(failure, account), NULL },
		{ COLUMN_NAME, AT(failure, source), NULL },
		{ COLUMN_COUNT, AT(failure, count), NULL },
	},
	[KIND_SENDER] = {
		{ COLUMN_DOMAIN, AT(sender, domain), NULL },
		{ COLUMN_NAME, AT(sender, account), NULL },
		{ COLUMN_COUNT, AT(sender, messages), NULL },
		{ COLUMN_COUNT, AT(sender, recipients), NULL },
		{ COLUMN_SMALL, AT(sender, most), NULL },
		{ COLUMN_EACH_HOUR, AT(sender, hours), NULL },
	},
	[KIND_NOTE] = {
		{ COLUMN_WORD, AT(note, kind), &notes },
		{ COLUMN_NAME, AT(note, name), NULL },
		{ COLUMN_COUNT, AT(note, count), NULL },
	},
};

const char *const ledger_kind_names[KIND_COUNT] = {
	[KIND_MAIL] = "mail",
	[KIND_LOGIN] = "login",
	[KIND_FAILURE] = "failure",
	[KIND_SENDER] = "sender",
	[KIND_NOTE] = "note",
};
