/* The field table: every path once, every member in its own place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "facts/fields.h"

struct owner {
	const char *name;
	const struct field *fields;
	size_t field_count;
	bool is_list;
	size_t item_size;
};

/* Groups and lists behind one another; false behind the last. */
static bool
owner_at(size_t index, struct owner *owner)
{
	if (index < field_group_count) {
		owner->name = field_groups[index].name;
		owner->fields = field_groups[index].fields;
		owner->field_count = field_groups[index].field_count;
		owner->is_list = false;
		return true;
	}
	index -= field_group_count;
	if (index >= field_list_count)
		return false;
	owner->name = field_lists[index].name;
	owner->fields = field_lists[index].fields;
	owner->field_count = field_lists[index].field_count;
	owner->is_list = true;
	owner->item_size = field_lists[index].item_size;
	return true;
}

static unsigned
plane_count(unsigned planes)
{
	unsigned plane, count = 0;

	for (plane = 0; plane < PLANE_COUNT; plane++)
		count += (planes & PLANE_BIT(plane)) != 0;
	return count;
}

static size_t
field_size(const struct field *field)
{
	static const size_t sizes[] = {
		[FIELD_BOOL] = sizeof(struct fact_bool),
		[FIELD_INT] = sizeof(struct fact_int),
		[FIELD_STR] = sizeof(struct fact_str),
		[FIELD_LIST] = sizeof(struct fact_list),
		[FIELD_SETTING] = sizeof(struct setting),
	};

	return sizes[field->type];
}

static void
test_names_are_unique(void **state)
{
	struct owner owner, other;
	size_t index, i, j;

	(void)state;
	for (index = 0; owner_at(index, &owner); index++) {
		for (i = 0; i < index; i++) {
			assert_true(owner_at(i, &other));
			if (strcmp(owner.name, other.name) == 0)
				fail_msg("%s is there twice", owner.name);
		}
		for (i = 0; i < owner.field_count; i++)
			for (j = 0; j < i; j++)
				if (strcmp(owner.fields[i].name,
				    owner.fields[j].name) == 0)
					fail_msg("%s.%s is there twice",
					    owner.name, owner.fields[i].name);
	}
}

/* A path is split at its first dot, a snapshot's key at its last. */
static void
test_names_are_words(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	struct owner owner;
	size_t index, i;

	(void)state;
	for (index = 0; owner_at(index, &owner); index++) {
		assert_int_equal(strspn(owner.name, letters),
		    strlen(owner.name));
		assert_true(owner.field_count > 0);
		for (i = 0; i < owner.field_count; i++)
			if (owner.fields[i].name[0] == '\0' ||
			    owner.fields[i].name[strspn(owner.fields[i].name,
			    letters)] != '\0')
				fail_msg("%s.%s", owner.name,
				    owner.fields[i].name);
	}
}

static void
test_planes(void **state)
{
	const unsigned every = PLANE_BIT(PLANE_COUNT) - 1;
	const struct field *field;
	struct owner owner;
	size_t index, i;
	unsigned count;

	(void)state;
	for (index = 0; owner_at(index, &owner); index++) {
		for (i = 0; i < owner.field_count; i++) {
			field = &owner.fields[i];
			count = plane_count(field->planes);
			if ((field->planes & ~every) != 0 ||
			    (field->type == FIELD_SETTING ? count < 1 :
			    count != 1))
				fail_msg("%s.%s has %u planes", owner.name,
				    field->name, count);
			if (field->type != FIELD_SETTING)
				assert_int_equal(
				    PLANE_BIT(field_plane(field)),
				    field->planes);
		}
	}
}

/* Only a setting has defaults, and a default names its document. */
static void
check_default(const char *owner, const struct field *field,
    const struct field_default *given)
{
	if (given->value != NULL && (given->document == NULL ||
	    field->type != FIELD_SETTING))
		fail_msg("%s.%s", owner, field->name);
}

static void
test_defaults_have_a_document(void **state)
{
	const struct field *field;
	struct owner owner;
	size_t index, i;

	(void)state;
	for (index = 0; owner_at(index, &owner); index++) {
		for (i = 0; i < owner.field_count; i++) {
			field = &owner.fields[i];
			check_default(owner.name, field, &field->upstream);
			check_default(owner.name, field, &field->shipped);
		}
	}
}

/* No two members share a byte, and none covers an item's name. */
static void
test_members_do_not_overlap(void **state)
{
	const struct field *one, *other;
	struct owner owner;
	size_t index, i, j;

	(void)state;
	for (index = 0; owner_at(index, &owner); index++) {
		for (i = 0; i < owner.field_count; i++) {
			one = &owner.fields[i];
			if (owner.is_list && (one->offset < sizeof(char *) ||
			    one->offset + field_size(one) > owner.item_size))
				fail_msg("%s.%s is outside its item",
				    owner.name, one->name);
			for (j = 0; j < i; j++) {
				other = &owner.fields[j];
				if (one->offset < other->offset +
				    field_size(other) && other->offset <
				    one->offset + field_size(one))
					fail_msg("%s.%s and .%s overlap",
					    owner.name, one->name,
					    other->name);
			}
		}
	}
}

/* All bytes of the groups are reachable: a member forgotten leaves a hole. */
static void
test_every_member_has_a_row(void **state)
{
	static const struct {
		const char *name;
		size_t size;
	} groups[] = {
		{ "platform", sizeof(struct platform_facts) },
		{ "site", sizeof(struct site_facts) },
		{ "exim", sizeof(struct exim_facts) },
		{ "dovecot", sizeof(struct dovecot_facts) },
		{ "tweak", sizeof(struct tweak_facts) },
		{ "access", sizeof(struct access_facts) },
		{ "backup", sizeof(struct backup_facts) },
		{ "crypto", sizeof(struct crypto_facts) },
		{ "exchange", sizeof(struct exchange_facts) },
		{ "listening", sizeof(struct listening_facts) },
		{ "dns", sizeof(struct dns_facts) },
		{ "ledger", sizeof(struct ledger_facts) },
		{ "inventory", sizeof(struct inventory_facts) },
	};
	struct owner owner;
	size_t index, i, covered, wanted;

	(void)state;
	assert_int_equal(field_group_count,
	    sizeof(groups) / sizeof(groups[0]));
	for (index = 0; owner_at(index, &owner); index++) {
		covered = 0;
		for (i = 0; i < owner.field_count; i++)
			covered += field_size(&owner.fields[i]);
		wanted = owner.item_size - sizeof(char *);
		if (!owner.is_list) {
			assert_string_equal(groups[index].name, owner.name);
			wanted = groups[index].size;
		}
		if (covered != wanted)
			fail_msg("%s: rows cover %zu bytes of %zu", owner.name,
			    covered, wanted);
	}
}

static void
test_find(void **state)
{
	static const char *const none[] = {
		"", ".", "exim", "exim.", "exim.nothing", ".ssl", "dovecot",
		"dovecot.ssl.file", "exi.log_selector", "eximx.log_selector",
		"tokens.acls",
	};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	const void *fact = NULL;
	const struct field *field;
	size_t i;

	(void)state;
	field = field_find(facts, "dovecot.ssl", &fact);
	assert_non_null(field);
	assert_string_equal(field->name, "ssl");
	assert_ptr_equal(fact, &facts->dovecot.ssl);
	assert_ptr_equal(field_meta(field, fact, PLANE_DAEMON),
	    &facts->dovecot.ssl.plane[PLANE_DAEMON].meta);
	field = field_find(facts, "tweak.disable-security-tokens", &fact);
	assert_ptr_equal(fact, &facts->tweak.disable_security_tokens);
	field = field_find(facts, "backup.daily", &fact);
	assert_ptr_equal(field_meta(field, fact, PLANE_STORE),
	    &facts->backup.daily.meta);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (field_find(facts, none[i], &fact) != NULL)
			fail_msg("\"%s\" was found", none[i]);
	assert_string_equal(field_find_in_list("tokens", "acls")->name,
	    "acls");
	assert_null(field_find_in_list("tokens", "mode"));
	assert_null(field_find_in_list("exim", "log_selector"));
	arena_free(arena);
}

static void
test_every_list_is_counted(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	const struct field *field;
	const void *fact;
	size_t i;

	(void)state;
	for (i = 0; i < field_list_count; i++) {
		field = field_find(facts, field_lists[i].counted_by, &fact);
		if (field == NULL || field->type != FIELD_INT)
			fail_msg("%s is counted by %s", field_lists[i].name,
			    field_lists[i].counted_by);
	}
	arena_free(arena);
}

static void
test_new_facts_are_unknown(void **state)
{
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	const struct field_list *list;
	struct owner owner;
	const struct fact_meta *meta;
	const char *item;
	size_t i, j;

	(void)state;
	assert_int_equal(FACT_UNKNOWN, 0);
	assert_null(facts->host);
	assert_true(owner_at(0, &owner));
	for (i = 0; i < field_list_count; i++) {
		char name[] = "item";

		list = &field_lists[i];
		item = facts_add_item(facts, list, name);
		name[0] = 'X';
		assert_string_equal(*(const char *const *)(const void *)item,
		    "item");
		for (j = 0; j < list->field_count; j++) {
			meta = field_meta(&list->fields[j],
			    item + list->fields[j].offset, PLANE_FILE);
			assert_int_equal(meta->state, FACT_UNKNOWN);
			assert_null(meta->why);
		}
	}
	assert_int_equal(facts->tokens.count, 1);
	assert_int_equal(facts->mail_paths.count, 1);
	arena_free(arena);
}

static void
test_words(void **state)
{
	struct fact_meta meta = { FACT_UNKNOWN, NULL, NULL };
	unsigned plane, other;

	(void)state;
	for (plane = 0; plane < PLANE_COUNT; plane++)
		for (other = 0; other < plane; other++)
			assert_string_not_equal(plane_name(plane),
			    plane_name(other));
	assert_string_equal(plane_name(PLANE_STORE), "store");
	assert_string_equal(plane_name(PLANE_LOG), "log");
	assert_string_equal(fact_state_name(FACT_ABSENT), "absent");
	assert_false(fact_skipped(&meta));
	meta.why = "skipped";
	assert_false(fact_skipped(&meta));
	meta.why = "skipped: --no-network";
	assert_true(fact_skipped(&meta));
	meta.state = FACT_KNOWN;
	assert_false(fact_skipped(&meta));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_unique),
		cmocka_unit_test(test_names_are_words),
		cmocka_unit_test(test_planes),
		cmocka_unit_test(test_defaults_have_a_document),
		cmocka_unit_test(test_members_do_not_overlap),
		cmocka_unit_test(test_every_member_has_a_row),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_every_list_is_counted),
		cmocka_unit_test(test_new_facts_are_unknown),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
