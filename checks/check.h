/*
 * A check is a row and a pure function from facts to a finding: no file, no
 * socket, no clock. The tables are the product's catalogue: help, manual page,
 * JSON and profile lint are all printed from them.
 */
#ifndef CPWARD_CHECKS_CHECK_H
#define CPWARD_CHECKS_CHECK_H

#include "facts/facts.h"
#include "facts/finding.h"
#include "facts/profile_data.h"

enum check_scope {
	SCOPE_HOST,
	SCOPE_SERVICE,
	SCOPE_RESELLER,		/* one finding a reseller */
	SCOPE_TOKEN,		/* one finding a token of root */
	SCOPE_PASSWORD_FILE,	/* one finding a shadow file */
	SCOPE_PRIVATE_KEY,	/* one finding a key file */
	SCOPE_MAIL_PATH,	/* one finding a path that holds mail or logs */
	SCOPE_LISTENER,		/* one finding a port where TLS is spoken */
	SCOPE_DOMAIN,		/* one finding a domain of the server */
};

struct check;

/* All that an evaluator may look at. */
struct evaluation {
	struct arena *arena;		/* for what the finding keeps */
	const struct check *check;
	const struct facts *facts;
	const struct want *want;	/* the profile's threshold */
	const struct parameters *parameters;
	const struct data *data;
};

#define CHECK_MAX_NEEDS 14

struct check {
	const char *id;
	const char *title;
	enum check_scope scope;
	const char *subject;	/* of scope host and service: "host", "exim" */
	/*
	 * Paths of the facts that the judgement rests on, "exim.ssl" or, for
	 * an item's own, "tokens.acls": what doctor and `checks explain` print
	 * and, for single-plane facts of a group, what the engine demands: if
	 * one is unknown the finding is, unless it is optional: a path that
	 * begins with '?' (the evaluator deals with its state itself).
	 * Settings are judged plane by plane by the evaluator.
	 */
	const char *needs[CHECK_MAX_NEEDS];
	union {
		void (*host)(const struct evaluation *, struct finding *);
		void (*reseller)(const struct evaluation *,
		    const struct reseller_facts *, struct finding *);
		void (*token)(const struct evaluation *,
		    const struct token_facts *, struct finding *);
		void (*password_file)(const struct evaluation *,
		    const struct password_file_facts *, struct finding *);
		void (*private_key)(const struct evaluation *,
		    const struct private_key_facts *, struct finding *);
		void (*mail_path)(const struct evaluation *,
		    const struct mail_path_facts *, struct finding *);
		void (*listener)(const struct evaluation *,
		    const struct listener_facts *, struct finding *);
		void (*domain)(const struct evaluation *,
		    const struct domain_facts *, struct finding *);
	} evaluate;		/* host serves SCOPE_HOST and SCOPE_SERVICE */
	enum want_type want;
	/* The words that want may hold, NULL at the end; NULL = any. */
	const char *const *want_words;
	const char *remediation;	/* id of the remediation; NULL = none */
	enum remediation_mode mode;
	const char *explain;	/* why it matters and what to do, a paragraph */
};

struct check_table {
	const struct check *checks;
	size_t count;
};

/* Every table, in the order of the catalogue. */
extern const struct check_table check_catalogue[];
extern const size_t check_catalogue_count;

/* By id, through the table of replaced ids; NULL when nobody knows it. */
const struct check *check_find(const char *id);
const char *check_scope_name(enum check_scope scope);

/*
 * The list that a scope ranges over ("tokens"), NULL for host and service.
 */
const char *check_scope_list(enum check_scope scope);

/*
 * Judgements. The text is one sentence without a full stop. A format without a
 * directive is kept as it is and must be a constant.
 */
void finding_pass(const struct evaluation *ev, struct finding *finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void finding_fail(const struct evaluation *ev, struct finding *finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void finding_unknown(const struct evaluation *ev, struct finding *finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void finding_notapplicable(const struct evaluation *ev,
    struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a fact of a group by its path (a setting: all its planes). */
void finding_evidence(const struct evaluation *ev, struct finding *finding,
    const char *path);
/*
 * Adds a single-plane fact of a group as evidence. When it is not known the
 * finding becomes unknown, with the reason, and the answer is false.
 */
bool finding_need(const struct evaluation *ev, struct finding *finding,
    const char *path);
/* Adds a fact of a list's item; path, "tokens.acls", is a constant. */
void finding_item_evidence(const struct evaluation *ev,
    struct finding *finding, const char *path, const struct fact_meta *meta);

/*
 * What one plane says: pass or fail; unknown = it can not be told, which
 * forbids pass; notapplicable = this plane decides nothing here (not set in
 * the store, and no default is documented), which forbids nothing.
 */
struct judgement {
	enum result result;
	bool stock;		/* fails because of cPanel's shipped default */
	bool too_strict;	/* fails by refusing what is wanted */
	char text[640];
};

void judge(struct judgement *judgement, enum result result,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * The text of a setting on a plane: its value, or, when absent, what the
 * product does then (the field table). NULL when it is unknown or nothing is
 * documented.
 */
const char *setting_value(const struct evaluation *ev, const char *path,
    enum plane plane);

/* The same for a message: "value" in quotes, or what not being set means. */
const char *setting_shown(const struct evaluation *ev, const char *path,
    enum plane plane);

/* Is that value cPanel's shipped default? */
bool setting_is_stock(const struct evaluation *ev, const char *path,
    enum plane plane);

/*
 * Judges settings plane by plane: on each plane that any of them has, those
 * that have it must be known or absent there, then judge_plane says what the
 * plane amounts to. The known plane nearest the wire decides; another known
 * plane judged differently makes the finding fail, "inconsistent: …"; a plane
 * that was asked and failed forbids pass; a skipped one forbids nothing while
 * one plane is known. Evidence of every plane is added. paths ends with NULL.
 */
typedef void judge_plane(const struct evaluation *ev, enum plane plane,
    struct judgement *ret);
void evaluate_planes(const struct evaluation *ev, const char *const *paths,
    judge_plane *judge_one, struct finding *finding);

/*
 * The same for what the system may forbid beside the configuration: held says
 * what does, "the system's crypto policy only (DEFAULT)", NULL = nothing known.
 * A socket that passes where every configured plane fails is then a pass with
 * that note, unless a plane fails by refusing too much; without it,
 * inconsistent. A socket that is weaker than configured always is.
 */
void evaluate_planes_held(const struct evaluation *ev,
    const char *const *paths, judge_plane *judge_one, const char *held,
    struct finding *finding);

/*
 * Adds a further judgement to a finding: fail beats unknown beats pass; the
 * messages of the winning kind are joined with "; ".
 */
void finding_merge(const struct evaluation *ev, struct finding *finding,
    const struct finding *part);

/* Merges a judgement without evidence of its own. */
void finding_part(const struct evaluation *ev, struct finding *finding,
    enum result result, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Adds a fact of a list's item to the evidence. Where it is not known, a part
 * says so, unknown, and the answer is false; what names it in the message.
 */
bool finding_part_need(const struct evaluation *ev, struct finding *finding,
    const char *path, const char *what, const struct fact_meta *meta);

#endif
