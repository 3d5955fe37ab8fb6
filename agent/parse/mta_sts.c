#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "parse/mta_sts.h"
#include "parse/tag_list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_AGE_LIMIT 31557600	/* RFC 8461 3.2 */
#define MX_LIMIT 512
#define URI_LIMIT 64
#define ID_MAX 32
#define NAME_MAX_BYTES 32

/* ---- TXT records: RFC 8461 3.1 and RFC 8460 3 ---- */

/* "v=WORD" and then ';' or the end. */
static bool
read_version(struct slice *rest, const char *version)
{
	struct slice piece;

	return rest->length > 0 && rest->bytes[0] == 'v' &&
	    slice_next(rest, ';', &piece) && slice_is(piece, version);
}

/* sts-ext-name and sts-policy-ext-name */
static bool
is_field_name(struct slice name)
{
	struct slice first = { name.bytes, 1 };

	return name.length > 0 && name.length <= NAME_MAX_BYTES &&
	    slice_is_plain(first, "") && slice_is_plain(name, "_-.");
}

/* sts-ext-value: visible, neither "=" nor ";" */
static bool
is_field_value(struct slice value)
{
	return value.length > 0 && slice_printable(value) &&
	    memchr(value.bytes, ' ', value.length) == NULL &&
	    memchr(value.bytes, '=', value.length) == NULL;
}

static bool
is_id(struct slice id)
{
	return id.length > 0 && id.length <= ID_MAX && slice_is_plain(id, "");
}

/* The first id counts: "all entries except for the first SHALL be ignored". */
static const char *
read_id_fields(struct arena *arena, struct slice rest, const char **ret_id)
{
	struct slice piece;
	struct tag tag;

	while (slice_next(&rest, ';', &piece)) {
		tag = tag_split(piece);
		if (!tag.has_value || !is_field_name(tag.name) ||
		    (!slice_is(tag.name, "id") && !is_field_value(tag.value)))
			return arena_printf(arena,
			    "\"%s\" is no field with a value",
			    slice_quote(arena, piece));
		if (!slice_is(tag.name, "id") || *ret_id != NULL)
			continue;
		if (!is_id(tag.value))
			return arena_printf(arena,
			    "id=%s: not 1 to 32 letters and digits",
			    slice_quote(arena, tag.value));
		*ret_id = arena_memdup(arena, tag.value.bytes,
		    tag.value.length);
	}
	return *ret_id == NULL ? "it has no id" : NULL;
}

bool
mta_sts_record_read(struct arena *arena, const char *text, size_t length,
    const char **ret_id, const char **ret_error)
{
	struct slice rest = { text, length };

	if (!read_version(&rest, "v=STSv1"))
		return false;
	*ret_id = NULL;
	*ret_error = read_id_fields(arena, rest, ret_id);
	return true;
}

static bool
is_report_uri(struct slice uri)
{
	struct slice host;
	size_t https = strlen("https://");

	return uri_mailto_host(uri, &host) ? uri_is_valid(uri) :
	    uri.length > https && strncasecmp(uri.bytes, "https://", https) ==
	    0 && uri_is_valid(uri);
}

/* Senders leave out what they do not know: an error, and the rest counts. */
static const char *
read_uris(struct arena *arena, struct slice list, const char ***uris,
    size_t *count)
{
	const char *error = NULL;
	struct slice uri;

	while (slice_next(&list, ',', &uri)) {
		if (*count == URI_LIMIT)
			return "rua has more URIs than are read";
		if (uri.length > 0)
			*arena_push(arena, uris, count) = arena_memdup(arena,
			    uri.bytes, uri.length);
		if (error == NULL && !is_report_uri(uri))
			error = arena_printf(arena,
			    "rua: \"%s\" is neither a mailto: nor an https: URI",
			    slice_quote(arena, uri));
	}
	return error;
}

/* One record may have several rua fields (tlsrpt-record in RFC 8460 3). */
bool
tls_rpt_record_read(struct arena *arena, const char *text, size_t length,
    const char *const **ret_rua, size_t *ret_count, const char **ret_error)
{
	struct slice rest = { text, length }, piece;
	const char **uris = NULL, *error = NULL, *found;
	struct tag tag;

	*ret_count = 0;
	if (!read_version(&rest, "v=TLSRPTv1"))
		return false;
	while (slice_next(&rest, ';', &piece)) {
		tag = tag_split(piece);
		found = NULL;
		if (!tag.has_value || !is_field_name(tag.name))
			found = arena_printf(arena,
			    "\"%s\" is no field with a value",
			    slice_quote(arena, piece));
		else if (slice_is(tag.name, "rua"))
			found = read_uris(arena, tag.value, &uris, ret_count);
		error = error != NULL ? error : found;
	}
	*ret_rua = uris;
	*ret_error = error == NULL && *ret_count == 0 ? "it has no rua" : error;
	return true;
}

/* ---- the policy file: RFC 8461 3.2 ---- */

struct policy_reading {
	struct arena *arena;
	struct mta_sts_policy *policy;
	const char **mx;
	bool has_version;
	bool has_max_age;
};

/* NULL = fine; the text goes behind "line N: ". */
typedef const char *read_field(struct policy_reading *reading,
    struct slice value);

static const char *
read_policy_version(struct policy_reading *reading, struct slice value)
{
	if (reading->has_version)
		return NULL;
	reading->has_version = true;
	return slice_is(value, "STSv1") ? NULL : arena_printf(reading->arena,
	    "version is \"%s\", not STSv1", slice_quote(reading->arena, value));
}

static const char *
read_mode(struct policy_reading *reading, struct slice value)
{
	static const char *const modes[] = { "enforce", "testing", "none" };
	size_t i;

	if (reading->policy->mode != NULL)
		return NULL;
	for (i = 0; i < COUNT(modes); i++)
		if (slice_is(value, modes[i])) {
			reading->policy->mode = modes[i];
			return NULL;
		}
	return arena_printf(reading->arena,
	    "mode is \"%s\", none of enforce, testing and none",
	    slice_quote(reading->arena, value));
}

static const char *
read_max_age(struct policy_reading *reading, struct slice value)
{
	int64_t seconds = 0;
	size_t i;

	if (reading->has_max_age)
		return NULL;
	reading->has_max_age = true;
	if (value.length == 0 || value.length > 10 ||
	    !slice_is_digits(value))
		return arena_printf(reading->arena,
		    "max_age is \"%s\", not 1 to 10 digits",
		    slice_quote(reading->arena, value));
	for (i = 0; i < value.length; i++)
		seconds = seconds * 10 + (value.bytes[i] - '0');
	reading->policy->max_age = seconds;
	return seconds <= MAX_AGE_LIMIT ? NULL : arena_printf(reading->arena,
	    "max_age is %lld, over %d", (long long)seconds, MAX_AGE_LIMIT);
}

/* "mail.example.com", "*.example.com"; the star is one label, the leftmost */
static const char *
read_mx(struct policy_reading *reading, struct slice value)
{
	struct slice name = value;

	if (name.length > 2 && memcmp(name.bytes, "*.", 2) == 0) {
		name.bytes += 2;
		name.length -= 2;
	}
	if (!slice_is_domain(name))
		return arena_printf(reading->arena,
		    "mx is \"%s\", no host name or \"*.\" and one",
		    slice_quote(reading->arena, value));
	if (reading->policy->mx_count == MX_LIMIT)
		return "more mx lines than are read";
	*arena_push(reading->arena, &reading->mx, &reading->policy->mx_count) =
	    arena_memdup(reading->arena, value.bytes, value.length);
	return NULL;
}

static const struct {
	const char *name;
	read_field *read;
} policy_fields[] = {
	{ "version", read_policy_version },
	{ "mode", read_mode },
	{ "max_age", read_max_age },
	{ "mx", read_mx },
};

/* sts-policy-ext-value: visible and UTF-8, blanks inside. */
static bool
has_controls(struct slice value)
{
	size_t i;

	for (i = 0; i < value.length; i++)
		if ((unsigned char)value.bytes[i] < ' ' ||
		    value.bytes[i] == '\x7f')
			return true;
	return false;
}

static const char *
read_line(struct policy_reading *reading, struct slice line)
{
	const char *colon = line.length == 0 ? NULL :
	    memchr(line.bytes, ':', line.length);
	struct slice name = line, value;
	size_t i;

	if (line.length == 0)
		return "it is empty, and the format has no empty lines";
	name.length = colon == NULL ? 0 : (size_t)(colon - line.bytes);
	value.bytes = line.bytes + name.length + 1;
	value.length = colon == NULL ? 0 : line.length - name.length - 1;
	value = slice_trim(value);
	if (!is_field_name(name) || value.length == 0 || has_controls(value))
		return arena_printf(reading->arena,
		    "\"%s\" is no field with a value",
		    slice_quote(reading->arena, line));
	for (i = 0; i < COUNT(policy_fields); i++)
		if (slice_is(name, policy_fields[i].name))
			return policy_fields[i].read(reading, value);
	return NULL;	/* unknown fields are ignored */
}

/* The next line without its LF or CRLF; blanks at its end are none of it. */
static bool
next_line(struct slice *rest, struct slice *ret_line)
{
	const char *end;

	if (rest->length == 0)
		return false;
	end = memchr(rest->bytes, '\n', rest->length);
	ret_line->bytes = rest->bytes;
	ret_line->length = end == NULL ? rest->length :
	    (size_t)(end - rest->bytes);
	rest->length -= ret_line->length + (end != NULL);
	rest->bytes += ret_line->length + (end != NULL);
	if (end != NULL && ret_line->length > 0 && end[-1] == '\r')
		ret_line->length--;
	while (ret_line->length > 0 &&
	    (ret_line->bytes[ret_line->length - 1] == ' ' ||
	    ret_line->bytes[ret_line->length - 1] == '\t'))
		ret_line->length--;
	return true;
}

/* "If any field is not specified, the policy SHALL be treated as invalid." */
static const char *
missing_field(const struct policy_reading *reading)
{
	const struct mta_sts_policy *policy = reading->policy;

	if (!reading->has_version)
		return "it has no version";
	if (policy->mode == NULL)
		return "it has no mode";
	if (!reading->has_max_age)
		return "it has no max_age";
	if (policy->mx_count == 0 && strcmp(policy->mode, "none") != 0)
		return "it has no mx";
	return NULL;
}

void
mta_sts_policy_read(struct arena *arena, const char *bytes,
    size_t length, struct mta_sts_policy *ret)
{
	struct policy_reading reading = { .arena = arena, .policy = ret };
	struct slice rest = { bytes, length }, line;
	const char *error;
	unsigned number = 0;

	*ret = (struct mta_sts_policy){ 0 };
	if (length > MTA_STS_POLICY_MAX) {
		ret->error = arena_printf(arena, "it is larger than %u bytes",
		    MTA_STS_POLICY_MAX);
		return;
	}
	while (next_line(&rest, &line)) {
		number++;
		error = read_line(&reading, line);
		if (error != NULL && ret->error == NULL)
			ret->error = arena_printf(arena, "line %u: %s", number,
			    error);
	}
	ret->mx = reading.mx;
	if (ret->error == NULL)
		ret->error = missing_field(&reading);
}

bool
mta_sts_covers(const char *pattern, const char *host)
{
	size_t length = strlen(host);

	if (length > 0 && host[length - 1] == '.')
		length--;
	if (strncmp(pattern, "*.", 2) == 0) {
		const char *dot = memchr(host, '.', length);

		if (dot == NULL || dot == host)
			return false;
		pattern += 2;
		length -= (size_t)(dot + 1 - host);
		host = dot + 1;
	}
	return length > 0 && strlen(pattern) == length &&
	    strncasecmp(pattern, host, length) == 0;
}
