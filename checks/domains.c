#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "checks/domains.h"
#include "checks/words.h"

#define RECORD_SHOWN 512
#define RECORDS_SHOWN 5
#define TEXT_SHOWN 300
#define TXT_STRING_MAX 255	/* RFC 1035 3.3.14 */

bool
fact_true(const struct fact_bool *fact)
{
	return fact->meta.state == FACT_KNOWN && fact->value;
}

bool
fact_is(const struct fact_str *fact, const char *word)
{
	return fact->meta.state == FACT_KNOWN &&
	    strcasecmp(fact->value, word) == 0;
}

bool
fact_list_empty(const struct fact_list *list)
{
	return list->meta.state == FACT_ABSENT ||
	    (list->meta.state == FACT_KNOWN && list->count == 0);
}

bool
finding_part_known(const struct evaluation *ev, struct finding *finding,
    const char *path, const char *what, const struct fact_meta *meta)
{
	return meta->state == FACT_KNOWN ||
	    finding_part_need(ev, finding, path, what, meta);
}

/* ---- which domains a check judges ---- */

enum mail_use {
	MAIL_HERE,
	MAIL_NONE,
	MAIL_ELSEWHERE,
	MAIL_SUSPENDED,
};

static const struct {
	const char *word;
	enum mail_use use;
} mail_words[] = {
	{ "sends", MAIL_HERE },
	{ "receives", MAIL_HERE },
	{ "none", MAIL_NONE },
	{ "elsewhere", MAIL_ELSEWHERE },
	{ "suspended", MAIL_SUSPENDED },
};

static bool
has_use(const struct evaluation *ev, const struct domain_facts *domain,
    enum mail_use wanted, struct finding *finding)
{
	const struct fact_str *mail = &domain->mail;
	size_t i;

	for (i = 0; mail->meta.state == FACT_KNOWN &&
	    i < sizeof(mail_words) / sizeof(mail_words[0]); i++)
		if (strcmp(mail->value, mail_words[i].word) == 0)
			break;
	if (mail->meta.state == FACT_KNOWN &&
	    i < sizeof(mail_words) / sizeof(mail_words[0])) {
		if (mail_words[i].use == wanted)
			return true;
		finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mail));
		if (mail_words[i].use == MAIL_ELSEWHERE)
			finding_notapplicable(ev, finding,
			    "its mail is another server's");
		else if (mail_words[i].use == MAIL_SUSPENDED)
			finding_notapplicable(ev, finding,
			    "its account is suspended");
		else if (mail_words[i].use == MAIL_NONE)
			finding_notapplicable(ev, finding,
			    "it has no mail here");
		else
			finding_notapplicable(ev, finding, "it has mail here");
		return false;
	}
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, mail));
	finding_unknown(ev, finding, "what it does with mail is not known: %s",
	    mail->meta.state == FACT_KNOWN ? shown(ev->arena, mail->value) :
	    mail->meta.why != NULL ? mail->meta.why : "not collected");
	return false;
}

bool
domain_is_gone(const struct domain_facts *domain)
{
	return domain->exists.meta.state == FACT_KNOWN &&
	    !domain->exists.value;
}

/* One check tells it: no record would help. */
static bool
is_there(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	if (!domain_is_gone(domain))
		return true;
	finding_item_evidence(ev, finding, DOMAIN_FACT(domain, exists));
	finding_notapplicable(ev, finding, "the domain does not exist in DNS");
	return false;
}

bool
domain_is_used(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	return has_use(ev, domain, MAIL_HERE, finding);
}

bool
domain_has_mail(const struct evaluation *ev, const struct domain_facts *domain,
    struct finding *finding)
{
	return has_use(ev, domain, MAIL_HERE, finding) &&
	    is_there(ev, domain, finding);
}

bool
domain_has_no_mail(const struct evaluation *ev,
    const struct domain_facts *domain, struct finding *finding)
{
	return has_use(ev, domain, MAIL_NONE, finding) &&
	    is_there(ev, domain, finding);
}

/* ---- joins ---- */

/* Every item of a list begins with its name. */
static int
compare_name(const void *name, const void *item)
{
	return strcmp(name, *(const char *const *)item);
}

const struct sending_address_facts *
sending_address_find(const struct facts *facts, const char *name)
{
	if (facts->sending_addresses.count == 0)
		return NULL;
	return bsearch(name, facts->sending_addresses.items,
	    facts->sending_addresses.count,
	    sizeof(*facts->sending_addresses.items), compare_name);
}

const struct mx_host_facts *
mx_host_find(const struct facts *facts, const char *name)
{
	if (facts->mx_hosts.count == 0)
		return NULL;
	return bsearch(name, facts->mx_hosts.items, facts->mx_hosts.count,
	    sizeof(*facts->mx_hosts.items), compare_name);
}

const char *
mx_host_name(const char *mx)
{
	const char *blank = strchr(mx, ' ');

	return blank == NULL ? mx : blank + 1;
}

bool
name_within(const char *name, const char *domain)
{
	size_t length = strlen(name), tail = strlen(domain);

	return tail > 0 && length >= tail &&
	    strcasecmp(name + length - tail, domain) == 0 &&
	    (length == tail || name[length - tail - 1] == '.');
}

/* ---- messages ---- */

const char *
cut_text(struct arena *arena, const char *text)
{
	char *copy;

	if (strlen(text) <= TEXT_SHOWN)
		return text;
	copy = arena_memdup(arena, text, TEXT_SHOWN);
	text_mend(copy);
	return arena_printf(arena, "%s...", copy);
}

const char *
record_shown(struct arena *arena, const char *record)
{
	char text[RECORD_SHOWN + 1];
	size_t length = strlen(record);

	if (length <= RECORD_SHOWN)
		return arena_printf(arena, "\"%s\"", record);
	memcpy(text, record, RECORD_SHOWN);
	text[RECORD_SHOWN] = '\0';
	text_mend(text);
	return arena_printf(arena, "\"%s...\"", text);
}

const char *
record_to_publish(struct arena *arena, const char *record)
{
	const unsigned char *at = (const unsigned char *)record;

	for (; *at != '\0'; at++)
		if (*at < 0x20 || *at >= 0x7f || *at == '"' || *at == '\\')
			return NULL;
	return arena_printf(arena, "\"%s\"%s", record,
	    strlen(record) <= TXT_STRING_MAX ? "" :
	    " (in a zone file as strings of 255 bytes at most)");
}

const char *
records_shown(struct arena *arena, const struct fact_list *records)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < records->count && i < RECORDS_SHOWN; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "",
		    shown(arena, records->items[i]));
	if (records->count > RECORDS_SHOWN)
		text = arena_printf(arena, "%s and %zu more", text,
		    records->count - RECORDS_SHOWN);
	return text;
}

void
finding_remedy(const struct evaluation *ev, struct finding *finding,
    const char *remedy)
{
	if (finding->result == RESULT_FAIL && remedy != NULL)
		finding->message = arena_printf(ev->arena, "%s; %s",
		    finding->message, remedy);
}

bool
want_has(const struct evaluation *ev, const char *word)
{
	return list_has(ev->want->list, ev->want->list_count, word,
	    strlen(word));
}
