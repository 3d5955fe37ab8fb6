/*
 * Settings while they are collected: by filter and name, the last one wins;
 * lists grow word by word. For agent/parse/dovecot_*.c only.
 */
#ifndef CPWARD_PARSE_DOVECOT_SETTINGS_H
#define CPWARD_PARSE_DOVECOT_SETTINGS_H

#include "parse/dovecot_private.h"

/* What all names, filters and values may take: twenty times a large server. */
#define DOVECOT_MAX_GROWN (64u * 1024 * 1024)

struct dovecot_settings {
	struct arena *arena;
	struct dovecot_index names;	/* owner: the filter's number */
	struct dovecot_index words;	/* owner: the list's entry */
	struct dovecot_entry *entries;
	size_t entry_count;
	size_t order;			/* settings seen so far */
	size_t grown;
	bool has_cleared;		/* some map was */
};

/* One setting to be kept. */
struct dovecot_change {
	size_t scope;			/* number of the filter */
	const char *filter;		/* its text */
	const char *name;
	struct conf_place place;
};

void dovecot_settings_init(struct dovecot_settings *settings, struct arena *arena);

/* Counts bytes that the input made grow; -1 past DOVECOT_MAX_GROWN. */
int dovecot_settings_grow(struct dovecot_settings *settings, size_t bytes,
    const struct conf_place *place, struct err *err);

void dovecot_settings_set(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *value, bool from_file);
/* key = word word: the list holds these and nothing else. */
void dovecot_settings_list(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *const *words, size_t count);
/* key { word = yes|no }: added to the list, or taken off. */
void dovecot_settings_word(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *word, bool on);
/* key { }: the list as it is. */
void dovecot_settings_open_list(struct dovecot_settings *settings,
    const struct dovecot_change *change);
/* map =: forgets all name/key set before. */
void dovecot_settings_clear_map(struct dovecot_settings *settings,
    const struct dovecot_change *change);

/* NULL when not set. A list's value is not filled in yet. */
const struct dovecot_setting *dovecot_settings_find(
    const struct dovecot_settings *settings, size_t scope, const char *name);

/* The settings in force, in the order in which they were first set. */
void dovecot_settings_finish(struct dovecot_settings *settings,
    struct dovecot_conf *conf);

#endif
