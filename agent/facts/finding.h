/*
 * What evaluation yields: one judgement of one check on one subject. Plain
 * data; scoring, sorting and rendering happen later. Strings live in the
 * arena of the evaluation or are constants.
 */
#ifndef CPWARD_FACTS_FINDING_H
#define CPWARD_FACTS_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/fields.h"

struct arena;

/* XCCDF 1.2's result words where it has them; these ten and no more. */
enum result {
	RESULT_UNKNOWN,		/* zeroed memory is not a pass */
	RESULT_PASS,
	RESULT_FAIL,
	RESULT_ERROR,
	RESULT_NOTAPPLICABLE,
	RESULT_NOTSELECTED,
	RESULT_WAIVED,
	RESULT_ATTESTED,
	RESULT_EXPIRED,
	RESULT_FIXED,
	RESULT_COUNT,
};

enum severity {
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_COUNT,
};

enum remediation_mode {
	REMEDIATION_NONE,
	REMEDIATION_AUTO,	/* what no user, client or partner can feel */
	REMEDIATION_GUIDED,
	REMEDIATION_MANUAL,
};

/* A fact that the judgement rests on. */
struct evidence {
	const char *fact;		/* "exim.openssl_options", "tokens.acls" */
	const struct field *field;
	enum plane plane;
	const struct fact_meta *meta;	/* the fact itself begins with it */
	/*
	 * Of a judgement in several parts: how the part that it belongs to
	 * ended. A setting that is right among wrong ones is no reason.
	 */
	bool has_part;
	enum result part;
};

struct finding {
	const char *check;		/* id */
	const char *subject;
	const char *scope;
	const char *title;
	enum result result;
	enum severity severity;
	const char *message;		/* one sentence: value seen, value wanted */
	bool stock;			/* what fails is cPanel's shipped default */
	struct evidence *evidence;
	size_t evidence_count;
	const char *const *references;	/* HIPAA citations, owned by the profile */
	size_t reference_count;
	const char *remediation;	/* id, NULL = none */
	enum remediation_mode remediation_mode;
};

struct findings {
	struct finding *items;
	size_t count;
	size_t notselected;		/* counted, not listed */
};

const char *result_name(enum result result);
const char *severity_name(enum severity severity);
/* -1 for a word that is none. */
int severity_parse(const char *word, enum severity *ret_severity);
const char *remediation_mode_name(enum remediation_mode mode);

#endif
