#include <string.h>

#include "checks/switches.h"
#include "checks/words.h"

/* "resetpass_sub" of "tweak.resetpass_sub". */
static const char *
own_name(const char *path)
{
	return strchr(path, '.') + 1;
}

static bool
on_plane(const struct evaluation *ev, const char *path, enum plane plane)
{
	const void *fact;
	const struct field *field = field_find(ev->facts, path, &fact);

	return field != NULL && (field->planes & PLANE_BIT(plane));
}

void
judge_switches(const struct evaluation *ev, enum plane plane,
    const struct switch_row *rows, size_t count, struct judgement *ret)
{
	char wrong[sizeof(ret->text)] = "", right[sizeof(ret->text)] = "";
	char unclear[sizeof(ret->text)] = "";
	bool stock = true;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *path = rows[i].path;
		const char *value = setting_value(ev, path, plane);
		int on;

		if (!on_plane(ev, path, plane))
			continue;
		on = value == NULL ? -1 : switch_read(value);
		if (on == rows[i].on) {
			text_add(right, sizeof(right), ", ", "%s is %s",
			    own_name(path), rows[i].on ? "on" : "off");
			continue;
		}
		text_add(on < 0 ? unclear : wrong, sizeof(wrong), "; ",
		    "%s is %s, wanted %s", own_name(path),
		    setting_shown(ev, path, plane), rows[i].on ? "on" : "off");
		stock = stock && setting_is_stock(ev, path, plane);
	}
	if (wrong[0] != '\0')
		judge(ret, RESULT_FAIL, "%s", wrong);
	else if (unclear[0] != '\0')
		judge(ret, RESULT_UNKNOWN, "%s", unclear);
	else
		judge(ret, RESULT_PASS, "%s", right);
	ret->stock = stock;
}
