/* One line's part in the ledger, by the rules of cpward-ledger(7). */
#include "collect/log_tally.h"

#include <string.h>

#include "facts/facts.h"
#include "parse/dovecot_log.h"
#include "parse/panel_log.h"

static const struct slice nothing = { "", 0 };
/* Of a failure whose address a client hid: a source like another. */
static const struct slice odd = { "(odd)", 5 };

/* ---- small questions ---- */

static bool
is_empty(struct slice slice)
{
	return slice.length == 0;
}

/* Behind the last '@'; empty without one. */
static struct slice
domain_of(struct slice address)
{
	const char *at = address.length == 0 ? NULL : memrchr(address.bytes, '@', address.length);

	return at == NULL ? nothing :
	    (struct slice){ at + 1, (size_t)(address.bytes + address.length - at - 1) };
}

static uint32_t
domain_name(struct ledger *ledger, enum ledger_owner owner, struct slice address)
{
	struct slice domain = domain_of(address);

	return is_empty(domain) ? LEDGER_NO_NAME : ledger_domain(ledger, owner, domain);
}

static uint32_t
constant(struct ledger *ledger, const char *text)
{
	return ledger_name(ledger, LEDGER_OURS, (struct slice){ text, strlen(text) });
}

static uint32_t
cipher_name(struct ledger *ledger, struct slice cipher)
{
	return is_empty(cipher) ? LEDGER_NO_NAME : ledger_name(ledger, LEDGER_OURS, cipher);
}

/* ---- Exim ---- */

static enum ledger_verified
verified_of(enum exim_log_verified verified)
{
	return verified == EXIM_LOG_CV_DANE ? LEDGER_DANE :
	    verified == EXIM_LOG_CV_YES ? LEDGER_VERIFIED : LEDGER_NOT_VERIFIED;
}

static uint32_t
recipient_count(const struct exim_log_event *event)
{
	return event->recipient_count == 0 ? 1 : event->recipient_count;
}

static void
count_sender(struct ledger *ledger, const struct exim_log_event *event, struct slice account, uint32_t domain)
{
	struct ledger_sender row = {
		.day = event->stamp.day,
		.account = ledger_account(ledger, LEDGER_OURS, account),
		.domain = domain,
		.messages = 1,
		.recipients = recipient_count(event),
		.most = recipient_count(event),
	};

	row.hours[event->stamp.hour] = recipient_count(event);
	ledger_add_sender(ledger, &row);
}

static void
count_smtp_login(struct ledger *ledger, const struct exim_log_event *event, struct slice account,
    const struct ledger_mail *mail)
{
	ledger_add_login(ledger, &(struct ledger_login){
		.day = event->stamp.day,
		.account = ledger_account(ledger, LEDGER_OURS, account),
		.domain = mail->hosted,
		.method = ledger_name(ledger, LEDGER_OURS, event->authenticator),
		.cipher = mail->cipher,
		.network = ledger_network(ledger, LEDGER_OURS, event->host_address),
		.service = LEDGER_SMTP,
		.tls = mail->tls,
		.trusted = log_is_loopback(event->host_address),
		.hours = 1u << event->stamp.hour,
		.count = 1,
	});
}

static void
count_submitted(struct log_tally *tally, const struct exim_log_event *event, struct ledger_mail *mail)
{
	struct slice account = is_empty(event->authenticated_id) ? event->sender : event->authenticated_id;

	mail->direction = LEDGER_SUBMITTED;
	mail->hosted = domain_name(tally->ledger, LEDGER_OURS, event->authenticated_id);
	if (mail->hosted == LEDGER_NO_NAME)
		mail->hosted = domain_name(tally->ledger, LEDGER_OURS, event->sender);
	ledger_add_mail(tally->ledger, mail);
	count_smtp_login(tally->ledger, event, account, mail);
	count_sender(tally->ledger, event, account, mail->hosted);
}

static void
count_local(struct log_tally *tally, const struct exim_log_event *event, struct ledger_mail *mail)
{
	mail->direction = LEDGER_LOCAL;
	mail->tls = LOG_TLS_NONE;
	mail->cipher = LEDGER_NO_NAME;
	mail->verified = LEDGER_NOT_VERIFIED;
	mail->hosted = domain_name(tally->ledger, LEDGER_OURS, event->sender);
	ledger_add_mail(tally->ledger, mail);
	if (!is_empty(event->sender))
		count_sender(tally->ledger, event, is_empty(event->user) ? event->sender : event->user,
		    mail->hosted);
}

static void
count_incoming(struct log_tally *tally, const struct exim_log_event *event, struct ledger_mail *mail)
{
	mail->direction = LEDGER_IN;
	mail->remote = is_empty(event->sender) ? constant(tally->ledger, "<>") :
	    domain_name(tally->ledger, LEDGER_STRANGERS, event->sender);
	if (mail->remote == LEDGER_NO_NAME)
		mail->remote = constant(tally->ledger, "(odd)");
	mail->hosted = domain_name(tally->ledger, LEDGER_OURS, event->recipient);
	ledger_add_mail(tally->ledger, mail);
	/* whose it is when it is sent on, the delivery's <original> tells */
	mail->hosted = LEDGER_NO_NAME;
}

static void
exim_arrival(struct log_tally *tally, const struct exim_log_event *event)
{
	struct ledger_mail mail = {
		.day = event->stamp.day,
		.cipher = cipher_name(tally->ledger, event->cipher),
		.tls = (uint8_t)event->tls,
		.verified = (uint8_t)verified_of(event->verified),
		.messages = 1,
		.recipients = recipient_count(event),
	};

	if (!is_empty(event->authenticator))
		count_submitted(tally, event, &mail);
	else if (is_empty(event->host_address) || log_is_loopback(event->host_address))
		count_local(tally, event, &mail);
	else
		count_incoming(tally, event, &mail);
	if (!is_empty(event->id))
		open_set_put(&tally->ends.open, log_message_id(event->id), mail.hosted);
}

/* What the line itself says of whose mail it is. */
static uint32_t
delivery_hosted(struct log_tally *tally, const struct exim_log_event *event, uint32_t remote)
{
	uint32_t hosted = domain_name(tally->ledger, LEDGER_OURS, event->original);

	if (hosted != LEDGER_NO_NAME && hosted != remote)
		return hosted;
	return event->has_sender ? domain_name(tally->ledger, LEDGER_OURS, event->sender) : LEDGER_NO_NAME;
}

static void
exim_delivery(struct log_tally *tally, const struct exim_log_event *event)
{
	struct log_pending delivery;
	struct ledger_mail *row = &delivery.row;
	uint32_t hosted;

	if (is_empty(event->host_address) || log_is_loopback(event->host_address))
		return;
	delivery = (struct log_pending){
		.row = {
			.day = event->stamp.day,
			.remote = domain_name(tally->ledger, LEDGER_OURS, event->address),
			.cipher = cipher_name(tally->ledger, event->cipher),
			.direction = LEDGER_OUT,
			.tls = (uint8_t)event->tls,
			.verified = (uint8_t)verified_of(event->verified),
			.messages = !event->further,
			.recipients = 1,
		},
		.signing_domain = is_empty(event->signing_domain) ? LEDGER_NO_NAME :
		    ledger_domain(tally->ledger, LEDGER_OURS, event->signing_domain),
	};
	hosted = delivery_hosted(tally, event, row->remote);
	delivery.id = is_empty(event->id) ? 0 : log_message_id(event->id);
	/* The arrival of ">>" comes behind it, maybe in a segment that is joined already. */
	if (hosted != LEDGER_NO_NAME || event->has_sender || event->cutthrough || delivery.id == 0
	    || open_set_find(&tally->ends.open, delivery.id, &hosted))
		log_ends_decide(tally->ledger, row, hosted, delivery.signing_domain);
	else
		log_ends_wait(&tally->ends, tally->ledger, &delivery);
}

static void
count_note(struct log_tally *tally, enum ledger_note_kind kind, int32_t day, uint32_t name, uint64_t count)
{
	ledger_add_note(tally->ledger, &(struct ledger_note){ .day = day, .name = name,
	    .kind = (uint8_t)kind, .count = count });
}

static void
exim_not_delivered(struct log_tally *tally, const struct exim_log_event *event)
{
	if (event->tls_required)
		count_note(tally, LEDGER_TLS_REQUIRED, event->stamp.day,
		    domain_name(tally->ledger, LEDGER_OURS, event->address), 1);
}

static void
count_failure(struct log_tally *tally, enum ledger_service service, int32_t day, struct slice user,
    struct slice source, uint64_t count)
{
	ledger_add_failure(tally->ledger, &(struct ledger_failure){
		.day = day,
		.account = is_empty(user) ? LEDGER_NO_NAME : ledger_account(tally->ledger, LEDGER_STRANGERS, user),
		.domain = domain_name(tally->ledger, LEDGER_STRANGERS, user),
		.source = is_empty(source) ? LEDGER_NO_NAME : ledger_domain(tally->ledger, LEDGER_STRANGERS, source),
		.service = (uint8_t)service,
		.count = count,
	});
}

static void
exim_event(struct log_tally *tally, const struct exim_log_event *event)
{
	int32_t day = event->stamp.day;

	switch (event->kind) {
	case EXIM_LOG_ARRIVAL:
		exim_arrival(tally, event);
		break;
	case EXIM_LOG_DELIVERY:
		exim_delivery(tally, event);
		break;
	case EXIM_LOG_FAILURE:
	case EXIM_LOG_DEFERRAL:
		exim_not_delivered(tally, event);
		break;
	case EXIM_LOG_COMPLETED:
		log_ends_complete(&tally->ends, log_message_id(event->id));
		break;
	case EXIM_LOG_REJECTION:
		count_note(tally, event->temporary ? LEDGER_DEFERRED : LEDGER_REJECTED, day,
		    ledger_name(tally->ledger, LEDGER_OURS, event->rejected), 1);
		break;
	case EXIM_LOG_AUTH_FAILURE:
		count_failure(tally, LEDGER_SMTP, day, event->authenticated_id,
		    is_empty(event->host_address) ? odd : event->host_address, 1);
		break;
	case EXIM_LOG_CLEAR_FALLBACK:
		count_note(tally, LEDGER_CLEAR_FALLBACK, day, ledger_domain(tally->ledger, LEDGER_OURS,
		    is_empty(event->host) ? event->host_address : event->host), 1);
		break;
	case EXIM_LOG_TLS_FAILURE:
		count_note(tally, LEDGER_TLS_FAILURE, day, constant(tally->ledger, "exim"), 1);
		break;
	case EXIM_LOG_BROKEN_ARRIVAL:
	case EXIM_LOG_BROKEN_DELIVERY:
	case EXIM_LOG_TLS_REQUIRED:	/* the deferral that follows is counted */
	case EXIM_LOG_OTHER:
	case EXIM_LOG_BROKEN:
		break;
	}
}

/* ---- Dovecot, cPanel ---- */

struct service_word {
	const char *word;
	enum ledger_service service;
};

static const struct service_word service_words[] = {
	{ "imap", LEDGER_IMAP },
	{ "pop3", LEDGER_POP3 },
	{ "managesieve", LEDGER_SIEVE },
	{ "sieve", LEDGER_SIEVE },
	{ "submission", LEDGER_SUBMISSION },
	{ "webmaild", LEDGER_WEBMAIL },
	{ "cpaneld", LEDGER_CPANEL },
	{ "whostmgrd", LEDGER_WHM },
	{ "cpdavd", LEDGER_DAV },
};

static enum ledger_service
service_of(struct slice word)
{
	size_t i;

	for (i = 0; i < sizeof service_words / sizeof service_words[0]; i++)
		if (slice_is(word, service_words[i].word))
			return service_words[i].service;
	return LEDGER_OTHER_SERVICE;
}

static void
dovecot_login(struct log_tally *tally, const struct dovecot_log_event *event)
{
	ledger_add_login(tally->ledger, &(struct ledger_login){
		.day = event->stamp.day,
		.account = ledger_account(tally->ledger, LEDGER_OURS, event->user),
		.domain = domain_name(tally->ledger, LEDGER_OURS, event->user),
		.method = ledger_name(tally->ledger, LEDGER_OURS, event->method),
		.cipher = cipher_name(tally->ledger, event->cipher),
		.network = ledger_network(tally->ledger, LEDGER_OURS, event->remote),
		.service = (uint8_t)service_of(event->service),
		.tls = (uint8_t)event->tls,
		.trusted = event->security == DOVECOT_LOG_SECURED || log_is_loopback(event->remote),
		.hours = 1u << event->stamp.hour,
		.count = 1,
	});
}

static void
dovecot_event(struct log_tally *tally, const struct dovecot_log_event *event)
{
	switch (event->kind) {
	case DOVECOT_LOG_LOGIN:
		dovecot_login(tally, event);
		break;
	case DOVECOT_LOG_AUTH_FAILURE:
		count_failure(tally, service_of(event->service), event->stamp.day, event->user,
		    event->doubtful ? odd : event->remote,
		    event->attempts == 0 ? 1 : event->attempts);
		break;
	case DOVECOT_LOG_CLEAR_REFUSED:
	case DOVECOT_LOG_TLS_FAILURE:
		count_note(tally, event->kind == DOVECOT_LOG_TLS_FAILURE ? LEDGER_TLS_FAILURE :
		    LEDGER_CLEAR_REFUSED, event->stamp.day,
		    constant(tally->ledger, ledger_service_name(service_of(event->service))), 1);
		break;
	case DOVECOT_LOG_ABORTED:
	case DOVECOT_LOG_OTHER:
	case DOVECOT_LOG_BROKEN:
		break;
	}
}

static void
panel_event(struct log_tally *tally, const struct panel_log_event *event)
{
	if (event->kind == PANEL_LOG_FAILURE)
		count_failure(tally, service_of(event->service), event->stamp.day, event->user, event->remote, 1);
	if (event->kind != PANEL_LOG_LOGIN)
		return;
	ledger_add_login(tally->ledger, &(struct ledger_login){
		.day = event->stamp.day,
		.account = ledger_account(tally->ledger, LEDGER_OURS, event->user),
		.domain = domain_name(tally->ledger, LEDGER_OURS, event->user),
		.network = ledger_network(tally->ledger, LEDGER_OURS, event->remote),
		.service = (uint8_t)service_of(event->service),
		.tls = LOG_TLS_UNTOLD,
		.trusted = log_is_loopback(event->remote),
		.hours = 1u << event->stamp.hour,
		.count = 1,
	});
}

/* ---- lines ---- */

const enum ledger_note_kind log_notes[LOG_NOTES] = {
	LEDGER_LINES, LEDGER_BROKEN, LEDGER_BROKEN_ARRIVAL, LEDGER_BROKEN_DELIVERY,
};

static void
day_flush(struct log_tally *tally)
{
	int32_t day = tally->ends.last_day;
	enum ledger_note_kind kind;
	size_t i;

	tally->totals.lines += tally->by_log[LEDGER_LINES];
	tally->totals.broken += tally->by_log[LEDGER_BROKEN];
	for (i = 0; i < LOG_NOTES; i++) {
		kind = log_notes[i];
		if (day == 0)
			tally->ends.headless[kind] += tally->by_log[kind];
		else if (tally->by_log[kind] > 0)
			count_note(tally, kind, day, constant(tally->ledger, tally->log),
			    tally->by_log[kind]);
		tally->by_log[kind] = 0;
	}
}

bool
log_stamp_is_later(const struct log_stamp *a, const struct log_stamp *b)
{
	return a->day != b->day ? a->day > b->day :
	    a->hour * 60 + a->minute > b->hour * 60 + b->minute;
}

/* A line whose minute is not that of the newest one so far. */
static void
minute_begin(struct log_tally *tally, const struct log_stamp *stamp)
{
	struct log_totals *totals = &tally->totals;

	if (stamp->day != tally->ends.last_day) {
		day_flush(tally);
		tally->ends.last_day = stamp->day;
		if (totals->first_day == 0 || stamp->day < totals->first_day)
			totals->first_day = stamp->day;
		if (stamp->day > totals->last_day)
			totals->last_day = stamp->day;
	}
	if (log_stamp_is_later(stamp, &totals->last))
		totals->last = *stamp;
}

static inline void
line_count(struct log_tally *tally, const struct log_stamp *stamp, bool broken)
{
	const struct log_stamp *last = &tally->totals.last;

	if (stamp->day != 0 && (stamp->day != tally->ends.last_day || stamp->day != last->day
	    || stamp->minute != last->minute || stamp->hour != last->hour))
		minute_begin(tally, stamp);
	tally->by_log[LEDGER_LINES]++;
	tally->by_log[LEDGER_BROKEN] += broken;
}

/*
 * Exim lists recipients until one has no room in its log buffer. A line near its end that has
 * few of them was filled with something else, a HELO name for instance.
 */
enum {
	BUFFER_BYTES = 8192,		/* LOG_BUFFER_SIZE, src/macros.h */
	ADDRESS_BYTES = 256,		/* EXIM_EMAILADDR_MAX, src/exim.h */
	WHOLE_MAX = BUFFER_BYTES - ADDRESS_BYTES - 3,	/* of a line that certainly lists all */
};

static bool
may_be_cut(const struct exim_log_event *event, size_t length)
{
	return length > WHOLE_MAX && event->recipient_count < LEDGER_RECIPIENTS_LISTED;
}

static void
exim_line(struct log_tally *tally, const char *line, size_t length)
{
	struct exim_log_event event;
	bool arrival, delivery;

	exim_log_read_next(&tally->minute, line, length, &event);
	arrival = event.kind == EXIM_LOG_BROKEN_ARRIVAL;
	delivery = event.kind == EXIM_LOG_BROKEN_DELIVERY;
	line_count(tally, &event.stamp, arrival || delivery || event.kind == EXIM_LOG_BROKEN);
	tally->by_log[LEDGER_BROKEN_ARRIVAL] += arrival ||
	    (event.kind == EXIM_LOG_ARRIVAL && may_be_cut(&event, length));
	tally->by_log[LEDGER_BROKEN_DELIVERY] += delivery;
	if (event.stamp.day != 0)
		exim_event(tally, &event);
}

static void
dovecot_line(struct log_tally *tally, const char *line, size_t length)
{
	struct dovecot_log_event event;

	dovecot_log_read_next(&tally->minute, line, length, tally->reference_day, &event);
	/* other programs write there, too */
	if (!event.is_dovecot && event.kind != DOVECOT_LOG_BROKEN)
		return;
	line_count(tally, &event.stamp, event.kind == DOVECOT_LOG_BROKEN);
	if (event.stamp.day != 0)
		dovecot_event(tally, &event);
}

static void
panel_line(struct log_tally *tally, const char *line, size_t length)
{
	struct panel_log_event event;

	panel_log_read(line, length, &event);
	line_count(tally, &event.stamp, event.kind == PANEL_LOG_BROKEN);
	if (event.stamp.day != 0)
		panel_event(tally, &event);
}

void
log_tally_line(struct log_tally *tally, const char *line, size_t length)
{
	switch (tally->kind) {
	case LOG_EXIM:
		exim_line(tally, line, length);
		break;
	case LOG_DOVECOT:
		dovecot_line(tally, line, length);
		break;
	case LOG_PANEL:
		panel_line(tally, line, length);
		break;
	}
}

void
log_tally_init(struct log_tally *tally, enum log_kind kind, const char *log)
{
	*tally = (struct log_tally){ .kind = kind, .log = log };
	log_ends_init(&tally->ends);
}

void
log_tally_free(struct log_tally *tally)
{
	log_ends_release(&tally->ends);
}

void
log_tally_begin(struct log_tally *tally, struct ledger *ledger, int32_t reference_day)
{
	log_ends_reset(&tally->ends);
	tally->ledger = ledger;
	tally->reference_day = reference_day;
	memset(tally->by_log, 0, sizeof tally->by_log);
}

void
log_tally_end(struct log_tally *tally)
{
	day_flush(tally);
}
