#include <stdlib.h>
#include <string.h>

#include "parse/dovecot_settings.h"

struct list_word {
	const char *text;
	bool on;
	bool repeated;	/* "a a": taking a off leaves the other one */
};

struct dovecot_entry {
	struct dovecot_setting setting;
	size_t scope;
	size_t order;		/* of the line that set it last */
	size_t cleared;		/* map: what was set before is gone */
	bool is_map;
	bool is_list;
	struct list_word *words;
	size_t word_count;
};

void
dovecot_settings_init(struct dovecot_settings *settings, struct arena *arena)
{
	*settings = (struct dovecot_settings){ .arena = arena };
	dovecot_index_init(&settings->names, arena);
	dovecot_index_init(&settings->words, arena);
}

int
dovecot_settings_grow(struct dovecot_settings *settings, size_t bytes,
    const struct conf_place *place, struct err *err)
{
	settings->grown += bytes;
	if (settings->grown <= DOVECOT_MAX_GROWN)
		return 0;
	return err_at(err, ERR_LIMIT, place->file, place->line,
	    "names and values grow past %u bytes", DOVECOT_MAX_GROWN);
}

static struct dovecot_entry *
entry_for(struct dovecot_settings *settings, const struct dovecot_change *change)
{
	size_t number = dovecot_index_find(&settings->names, change->scope,
	    change->name);
	struct dovecot_entry *entry;

	if (number == DOVECOT_NONE) {
		entry = arena_push(settings->arena, &settings->entries,
		    &settings->entry_count);
		entry->setting.name = change->name;
		entry->setting.filter = change->filter;
		entry->setting.value = "";
		entry->scope = change->scope;
		dovecot_index_add(&settings->names, change->scope, change->name,
		    settings->entry_count - 1);
	} else {
		entry = &settings->entries[number];
	}
	entry->setting.place = change->place;
	entry->order = ++settings->order;
	return entry;
}

void
dovecot_settings_set(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *value, bool from_file)
{
	struct dovecot_entry *entry = entry_for(settings, change);

	entry->setting.value = value;
	entry->setting.from_file = from_file;
}

static struct list_word *
word_for(struct dovecot_settings *settings, struct dovecot_entry *entry,
    const char *word, bool *ret_new)
{
	size_t owner = (size_t)(entry - settings->entries);
	size_t number = dovecot_index_find(&settings->words, owner, word);
	struct list_word *added;

	/* The index still knows the words of a list that was replaced. */
	*ret_new = number == DOVECOT_NONE || number >= entry->word_count ||
	    strcmp(entry->words[number].text, word) != 0;
	if (!*ret_new)
		return &entry->words[number];
	added = arena_push(settings->arena, &entry->words, &entry->word_count);
	added->text = word;
	dovecot_index_add(&settings->words, owner, word, entry->word_count - 1);
	return added;
}

void
dovecot_settings_list(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *const *words, size_t count)
{
	struct dovecot_entry *entry = entry_for(settings, change);
	struct list_word *word;
	bool is_new;

	entry->is_list = true;
	entry->setting.appended = false;
	entry->words = NULL;
	entry->word_count = 0;
	for (size_t i = 0; i < count; i++) {
		word = word_for(settings, entry, words[i], &is_new);
		word->on = true;
		word->repeated = !is_new;
	}
}

void
dovecot_settings_open_list(struct dovecot_settings *settings,
    const struct dovecot_change *change)
{
	bool is_new = dovecot_index_find(&settings->names, change->scope,
	    change->name) == DOVECOT_NONE;
	struct dovecot_entry *entry = entry_for(settings, change);

	entry->is_list = true;
	if (is_new)
		entry->setting.appended = true;
}

void
dovecot_settings_word(struct dovecot_settings *settings,
    const struct dovecot_change *change, const char *word, bool on)
{
	struct list_word *found;
	bool is_new;

	dovecot_settings_open_list(settings, change);
	found = word_for(settings, entry_for(settings, change), word, &is_new);
	found->on = on || found->repeated;
}

void
dovecot_settings_clear_map(struct dovecot_settings *settings,
    const struct dovecot_change *change)
{
	struct dovecot_entry *entry = entry_for(settings, change);

	settings->has_cleared = true;
	entry->is_map = true;
	entry->cleared = entry->order;
}

const struct dovecot_setting *
dovecot_settings_find(const struct dovecot_settings *settings, size_t scope,
    const char *name)
{
	size_t number = dovecot_index_find(&settings->names, scope, name);

	return number == DOVECOT_NONE ? NULL : &settings->entries[number].setting;
}

/* In a list that adds to others a word taken off is kept, as "!word". */
static const char *
list_value(struct arena *arena, const struct dovecot_entry *entry)
{
	struct buf value;
	const char *text;

	buf_init(&value, DOVECOT_MAX_GROWN);
	for (size_t i = 0; i < entry->word_count; i++) {
		if (!entry->words[i].on && !entry->setting.appended)
			continue;
		if (value.length > 0)
			buf_addc(&value, ' ');
		if (!entry->words[i].on)
			buf_addc(&value, '!');
		buf_adds(&value, dovecot_list_quote(arena, entry->words[i].text));
	}
	text = arena_memdup(arena, value.bytes, value.length);
	buf_done(&value);
	return text;
}

static bool
is_cleared(const struct dovecot_settings *settings, const struct dovecot_entry *entry)
{
	const char *name = entry->setting.name;
	const char *slash = strrchr(name, '/');
	const struct dovecot_entry *map;
	size_t number;

	if (slash == NULL || !settings->has_cleared)
		return false;
	number = dovecot_index_find(&settings->names, entry->scope,
	    arena_memdup(settings->arena, name, (size_t)(slash - name)));
	if (number == DOVECOT_NONE)
		return false;
	map = &settings->entries[number];
	return map->is_map && entry->order < map->cleared;
}

void
dovecot_settings_finish(struct dovecot_settings *settings, struct dovecot_conf *conf)
{
	struct dovecot_entry *entry;

	conf->settings = arena_array(settings->arena,
	    settings->entry_count + 1, sizeof(*conf->settings));
	conf->setting_count = 0;
	for (size_t i = 0; i < settings->entry_count; i++) {
		entry = &settings->entries[i];
		if (is_cleared(settings, entry))
			continue;
		if (entry->is_list)
			entry->setting.value = list_value(settings->arena, entry);
		conf->settings[conf->setting_count++] = entry->setting;
	}
}
