/* The words of the files, and of what is shown. */
#include "store/ledger.h"

static const char *const service_names[LEDGER_SERVICE_COUNT] = {
	[LEDGER_SMTP] = "smtp",
	[LEDGER_IMAP] = "imap",
	[LEDGER_POP3] = "pop3",
	[LEDGER_SIEVE] = "sieve",
	[LEDGER_SUBMISSION] = "submission",
	[LEDGER_WEBMAIL] = "webmail",
	[LEDGER_CPANEL] = "cpanel",
	[LEDGER_WHM] = "whm",
	[LEDGER_DAV] = "dav",
	[LEDGER_OTHER_SERVICE] = "other",
};

static const char *const note_names[LEDGER_NOTE_COUNT] = {
	[LEDGER_CLEAR_FALLBACK] = "clear-fallback",
	[LEDGER_TLS_REQUIRED] = "tls-required",
	[LEDGER_TLS_FAILURE] = "tls-failure",
	[LEDGER_CLEAR_REFUSED] = "clear-refused",
	[LEDGER_REJECTED] = "rejected",
	[LEDGER_DEFERRED] = "deferred",
	[LEDGER_BROKEN] = "broken",
	[LEDGER_BROKEN_ARRIVAL] = "broken-arrival",
	[LEDGER_BROKEN_DELIVERY] = "broken-delivery",
	[LEDGER_LINES] = "lines",
};

static const char *const direction_names[] = {
	[LEDGER_IN] = "in",
	[LEDGER_OUT] = "out",
	[LEDGER_SUBMITTED] = "submitted",
	[LEDGER_LOCAL] = "local",
};

static const char *const tls_names[] = {
	[LOG_TLS_NONE] = "clear",
	[LOG_TLS_SOME] = "encrypted",
	[LOG_TLS_SSL3] = "SSLv3",
	[LOG_TLS_1_0] = "TLSv1",
	[LOG_TLS_1_1] = "TLSv1.1",
	[LOG_TLS_1_2] = "TLSv1.2",
	[LOG_TLS_1_3] = "TLSv1.3",
	[LOG_TLS_UNTOLD] = "untold",
};

static const char *const verified_names[] = {
	[LEDGER_NOT_VERIFIED] = "no",
	[LEDGER_VERIFIED] = "yes",
	[LEDGER_DANE] = "dane",
};

static const char *const signed_names[] = {
	[LEDGER_UNSIGNED] = "no",
	[LEDGER_SIGNED] = "yes",
	[LEDGER_SIGNED_OTHER] = "other",
};

const char *
ledger_service_name(enum ledger_service service)
{
	return service_names[service];
}

const char *
ledger_note_name(enum ledger_note_kind kind)
{
	return note_names[kind];
}

const char *
ledger_direction_name(enum ledger_direction direction)
{
	return direction_names[direction];
}

const char *
ledger_tls_name(enum log_tls tls)
{
	return tls_names[tls];
}

const char *
ledger_verified_name(enum ledger_verified verified)
{
	return verified_names[verified];
}

const char *
ledger_signed_name(enum ledger_signed signed_by)
{
	return signed_names[signed_by];
}
