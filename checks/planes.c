/*
 * Judging a setting that is seen on several planes. What the planes amount to
 * together is decided here and nowhere else.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "checks/check.h"
#include "checks/words.h"

void
judge(struct judgement *judgement, enum result result, const char *format, ...)
{
	va_list args;

	judgement->result = result;
	va_start(args, format);
	vsnprintf(judgement->text, sizeof(judgement->text), format, args);
	va_end(args);
	text_mend(judgement->text);
}

static const struct field_default *
default_of(const struct field *field, enum plane plane)
{
	return plane == PLANE_STORE || plane == PLANE_API ? &field->shipped :
	    &field->upstream;
}

const char *
setting_value(const struct evaluation *ev, const char *path, enum plane plane)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);
	const struct fact_str *value;

	if (field == NULL || field->type != FIELD_SETTING ||
	    !(field->planes & PLANE_BIT(plane)))
		return NULL;
	value = &((const struct setting *)fact)->plane[plane];
	switch (value->meta.state) {
	case FACT_KNOWN:
		return value->value != NULL ? value->value : "";
	case FACT_ABSENT:
		return default_of(field, plane)->value;
	default:
		return NULL;
	}
}

const char *
setting_shown(const struct evaluation *ev, const char *path, enum plane plane)
{
	const char *value = setting_value(ev, path, plane);
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);

	if (field == NULL)
		return "no such setting";
	if (field_meta(field, fact, plane)->state == FACT_KNOWN)
		return shown(ev->arena, value);
	if (value == NULL || value[0] == '\0')
		return "not set";
	return arena_printf(ev->arena, "not set, which means %s (%s)",
	    shown(ev->arena, value), default_of(field, plane)->document);
}

bool
setting_is_stock(const struct evaluation *ev, const char *path,
    enum plane plane)
{
	const char *value = setting_value(ev, path, plane);
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);

	return value != NULL && field->shipped.value != NULL &&
	    strcmp(value, field->shipped.value) == 0;
}

enum seen {
	SEEN_NOTHING,	/* no setting on this plane, or it decides nothing */
	SEEN_SKIPPED,	/* the run was told not to ask */
	SEEN_FAILED,	/* asked, and there is no answer to judge */
	SEEN_JUDGED,
};

struct view {
	enum seen seen;
	const char *origin;
	const char *why;
	struct judgement judgement;
};

/*
 * Are all settings of this plane there to be judged? One that was asked for
 * in vain weighs more than one that was skipped.
 */
static enum seen
look(const struct evaluation *ev, const char *const *paths, enum plane plane,
    struct view *view)
{
	enum seen seen = SEEN_NOTHING;

	for (; *paths != NULL; paths++) {
		const void *fact;
		const struct field *field = field_find(ev->facts, *paths, &fact);
		const struct fact_meta *meta;

		if (field == NULL || !(field->planes & PLANE_BIT(plane)))
			continue;
		meta = field_meta(field, fact, plane);
		if (meta->state != FACT_UNKNOWN) {
			if (seen == SEEN_NOTHING)
				seen = SEEN_JUDGED;
			if (view->origin == NULL)
				view->origin = meta->origin;
		} else if (!fact_skipped(meta)) {
			view->why = meta->why != NULL ? meta->why :
			    "not collected";
			return SEEN_FAILED;
		} else {
			view->why = meta->why;
			seen = SEEN_SKIPPED;
		}
	}
	return seen;
}

static void
view_plane(const struct evaluation *ev, const char *const *paths,
    enum plane plane, judge_plane *judge_one, struct view *view)
{
	view->seen = look(ev, paths, plane, view);
	if (view->seen != SEEN_JUDGED)
		return;
	judge_one(ev, plane, &view->judgement);
	if (view->judgement.result == RESULT_UNKNOWN) {
		view->seen = SEEN_FAILED;
		view->why = view->judgement.text;
	} else if (view->judgement.result == RESULT_NOTAPPLICABLE) {
		view->seen = SEEN_NOTHING;
		view->why = view->judgement.text;
	}
}

/* Why planes could not be judged: "daemon: exim -bP timed out; api: …". */
static const char *
reasons(const struct evaluation *ev, const struct view *views, bool failed_only)
{
	const char *text = "";
	int plane;

	for (plane = PLANE_COUNT - 1; plane >= 0; plane--) {
		if (views[plane].why == NULL ||
		    (failed_only && views[plane].seen != SEEN_FAILED))
			continue;
		text = arena_printf(ev->arena, "%s%s%s: %s", text,
		    text[0] != '\0' ? "; " : "", plane_name((enum plane)plane),
		    views[plane].why);
	}
	return text[0] != '\0' ? text : "nothing was collected";
}

static const char *
place(const struct evaluation *ev, const struct view *views, int plane)
{
	const char *origin = views[plane].origin;

	return arena_printf(ev->arena, "%s%s%s%s",
	    plane_name((enum plane)plane), origin != NULL ? " (" : "",
	    origin != NULL ? origin : "", origin != NULL ? ")" : "");
}

/* The judged plane below this one; -1 when there is none. */
static int
judged_below(const struct view *views, int plane)
{
	while (--plane >= 0)
		if (views[plane].seen == SEEN_JUDGED)
			return plane;
	return -1;
}

static int
contradicting(const struct view *views, int nearest)
{
	int plane = nearest;

	while ((plane = judged_below(views, plane)) >= 0)
		if (views[plane].judgement.result !=
		    views[nearest].judgement.result)
			return plane;
	return -1;
}

/* What refuses more than is wanted was never held back by the system. */
static bool
any_too_strict(const struct view *views)
{
	int plane;

	for (plane = 0; plane < PLANE_COUNT; plane++)
		if (views[plane].judgement.too_strict)
			return true;
	return false;
}

static bool
any_failed(const struct view *views)
{
	int plane;

	for (plane = 0; plane < PLANE_COUNT; plane++)
		if (views[plane].seen == SEEN_FAILED)
			return true;
	return false;
}

static const char *
paths_named(const char *const *paths, struct names *names)
{
	for (; *paths != NULL; paths++)
		names_add(names, *paths, strlen(*paths));
	return names_end(names);
}

/* Both fail: what a listener did, and the setting that lets it. */
static const char *
failing(const struct evaluation *ev, const struct view *views, int nearest)
{
	int below = nearest == PLANE_SOCKET ? judged_below(views, nearest) :
	    -1;

	return below < 0 ? views[nearest].judgement.text : arena_printf(
	    ev->arena, "%s; %s", views[nearest].judgement.text,
	    views[below].judgement.text);
}

/*
 * The plane that speaks against the nearest. Where the configured planes differ
 * among themselves, those are the two to name: *nearest becomes the upper one.
 * -1 when all agree, or when a socket is held by the system alone.
 */
static int
disagreeing(const struct view *views, int *nearest, const char *held,
    bool *ret_held)
{
	int other = contradicting(views, *nearest), below;

	*ret_held = false;
	if (other < 0 || *nearest != PLANE_SOCKET)
		return other;
	below = judged_below(views, PLANE_SOCKET);
	if (views[PLANE_SOCKET].judgement.result == RESULT_FAIL)
		return other;
	if (contradicting(views, below) >= 0) {
		*nearest = below;
		return contradicting(views, below);
	}
	*ret_held = held != NULL && !any_too_strict(views);
	return *ret_held ? -1 : other;
}

static void
conclude(const struct evaluation *ev, const char *const *paths,
    const struct view *views, const char *held, struct finding *finding)
{
	int nearest = judged_below(views, PLANE_COUNT);
	bool is_held;
	int other = nearest < 0 ? -1 : disagreeing(views, &nearest, held,
	    &is_held);
	const struct judgement *said;
	struct names names = { .count = 0 };
	const char *named = paths_named(paths, &names);

	if (nearest < 0) {
		finding_unknown(ev, finding, "%s %s unknown: %s",
		    named, names.count > 1 ? "are" : "is",
		    reasons(ev, views, false));
		return;
	}
	said = &views[nearest].judgement;
	if (other >= 0)
		finding_fail(ev, finding, "inconsistent: %s: %s; but %s: %s",
		    place(ev, views, nearest), said->text,
		    place(ev, views, other), views[other].judgement.text);
	else if (said->result == RESULT_FAIL)
		finding_fail(ev, finding, "%s", failing(ev, views, nearest));
	else if (any_failed(views))
		finding_unknown(ev, finding, "not all could be seen: %s; seen "
		    "in %s: %s", reasons(ev, views, true),
		    place(ev, views, nearest), said->text);
	else if (is_held)
		finding_pass(ev, finding, "%s; held by %s: %s",
		    said->text, held, views[judged_below(views,
		    nearest)].judgement.text);
	else
		finding_pass(ev, finding, "%s", said->text);
	finding->stock = other < 0 && said->result == RESULT_FAIL &&
	    (said->stock || (nearest == PLANE_SOCKET &&
	    judged_below(views, nearest) >= 0 &&
	    views[judged_below(views, nearest)].judgement.stock));
}

void
evaluate_planes(const struct evaluation *ev, const char *const *paths,
    judge_plane *judge_one, struct finding *finding)
{
	evaluate_planes_held(ev, paths, judge_one, NULL, finding);
}

void
evaluate_planes_held(const struct evaluation *ev, const char *const *paths,
    judge_plane *judge_one, const char *held, struct finding *finding)
{
	struct view views[PLANE_COUNT];
	const char *const *path;
	int plane;

	memset(views, 0, sizeof(views));
	for (path = paths; *path != NULL; path++)
		finding_evidence(ev, finding, *path);
	for (plane = 0; plane < PLANE_COUNT; plane++)
		view_plane(ev, paths, (enum plane)plane, judge_one,
		    &views[plane]);
	conclude(ev, paths, views, held, finding);
}
