/*
 * What the listeners of a service amount to: the socket plane of its checks.
 * And whose the mail ports are: what Exim is told decides only where Exim
 * listens.
 */
#ifndef CPWARD_CHECKS_LISTENERS_H
#define CPWARD_CHECKS_LISTENERS_H

#include "checks/check.h"
#include "checks/words.h"

/*
 * The listeners of a service, "exim", one after the other: *cursor begins at
 * 0, NULL is the end. service NULL = every listener. A port that could not be
 * told is among them, its facts unknown.
 */
const struct listener_facts *listener_next(const struct evaluation *ev,
    const char *service, size_t *cursor);

unsigned listener_port(const struct listener_facts *listener);

/* TLS comes with the first byte: smtps, imaps, pop3s, https. */
bool listener_implicit(const struct listener_facts *listener);

/*
 * May TLS be spoken there? No where HTTP is spoken in clear or STARTTLS is
 * known not to be offered; yes too while that is not known.
 */
bool listener_has_tls(const struct listener_facts *listener);

/* A list fact that is known and holds the word. */
bool fact_list_has(const struct fact_list *list, const char *word);

/*
 * What a judge says of listeners, a sentence a listener; equal sentences are
 * put together: "127.0.0.1:25, 127.0.0.1:587: TLSv1.0 is accepted". Zeroed
 * memory is the beginning.
 */
struct saying {
	enum result result;
	struct names listeners;
	const char *text;
};

struct sayings {
	struct saying *items;
	size_t count;
};

/* result: RESULT_FAIL, RESULT_UNKNOWN, or RESULT_PASS for a mere note. */
void say(const struct evaluation *ev, struct sayings *sayings,
    enum result result, const struct listener_facts *listener,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Is the fact known or absent? Says why not otherwise, which forbids pass. */
bool say_seen(const struct evaluation *ev, struct sayings *sayings,
    const struct listener_facts *listener, const char *what,
    const struct fact_meta *meta);

/*
 * Says unknown of the ports that are usually the service's and belong to another
 * program: what the service is told does not decide there.
 */
void say_foreign(const struct evaluation *ev, struct sayings *sayings,
    const char *service);

/* Fail beats unknown beats pass, whose text the notes are put behind. */
void sayings_judge(const struct sayings *sayings, const char *pass,
    struct judgement *ret);
void sayings_conclude(const struct evaluation *ev,
    const struct sayings *sayings, const char *pass, struct finding *finding);

/*
 * Adds facts of each listener of the service to the evidence, and whose those
 * are that say_foreign names; paths, constants like "listeners.protocols", end
 * with NULL.
 */
void listeners_evidence(const struct evaluation *ev, struct finding *finding,
    const char *service, const char *const *paths);

/*
 * As finding_need, for the socket plane of a setting: "listening.exim".
 */
bool finding_need_socket(const struct evaluation *ev, struct finding *finding,
    const char *path);

/*
 * Takes a pass back, to unknown, when a program that is not Exim owns port 25,
 * 465 or 587, a filter or a proxy before it, or when that was asked in vain. A
 * run that was not to ask (--root) takes nothing back.
 */
void listeners_hold_pass(const struct evaluation *ev, struct finding *finding);

#endif
