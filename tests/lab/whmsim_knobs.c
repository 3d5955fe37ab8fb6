/* Quirks, faults and the version: names, and how flags and the config file set them. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "whmsim.h"

/* What each quirk turns on; without it the other form is shown. */
static const char *const quirk_names[QUIRK_COUNT] = {
	[QUIRK_NUMBERS_AS_STRINGS] = "numbers-as-strings",
	[QUIRK_RESULT_STRING] = "result-string",
	[QUIRK_NO_DATA] = "no-data",
	[QUIRK_NULL_VALUES] = "null-values",
	[QUIRK_NULL_ABSENT] = "null-absent",
	[QUIRK_NULL_EMPTY] = "null-empty",
	[QUIRK_PAYLOAD_LITERAL] = "payload-literal",
	[QUIRK_EXTRA_KEYS] = "extra-keys",
	[QUIRK_RANDOM_KEY_ORDER] = "random-key-order",
	[QUIRK_ESCAPE_SLASH] = "escape-slash",
	[QUIRK_ESCAPE_UNICODE] = "escape-unicode",
	[QUIRK_CONTENT_TYPE_JSON] = "content-type-json",
	[QUIRK_LEGACY_VERSION_WRAP] = "legacy-version-wrap",
	[QUIRK_TWEAK_UNSET_MISSING] = "tweak-unset-missing",
	[QUIRK_TWEAK_UNSET_EMPTY] = "tweak-unset-empty",
	[QUIRK_TWEAK_UNKNOWN_FAILS] = "tweak-unknown-fails",
	[QUIRK_TWEAK_SET_REFUSES_UNKNOWN] = "tweak-set-refuses-unknown",
	[QUIRK_TWEAK_MAIL_NO_REBUILD] = "tweak-mail-no-rebuild",
	[QUIRK_UNKNOWN_STATUS_404] = "unknown-status-404",
	[QUIRK_UNKNOWN_UNNAMED] = "unknown-unnamed",
	[QUIRK_MISSING_PARAMETER_PROVIDE] = "missing-parameter-provide",
	[QUIRK_ACL_MISSING_403] = "acl-missing-403",
	[QUIRK_POST_ONLY_405] = "post-only-405",
	[QUIRK_BATCH_OUTER_ZERO] = "batch-outer-zero",
	[QUIRK_MINIMAL_LISTACLS] = "minimal-listacls",
	[QUIRK_TWOFACTOR_NO_ADMINS] = "twofactor-no-admins",
	[QUIRK_BACKUP_WHEN_DATE] = "backup-when-date",
	[QUIRK_BACKUP_SET_RESETS] = "backup-set-resets",
	[QUIRK_PORT_STRING] = "port-string",
	[QUIRK_REBOOT_UNDER_DATA] = "reboot-under-data",
	[QUIRK_MODSEC_FLAT] = "modsec-flat",
	[QUIRK_DOVECOT_SET_REBUILDS] = "dovecot-set-rebuilds",
	[QUIRK_STRENGTHS_ROUND_5] = "strengths-round-5",
	[QUIRK_CLI_EXIT_FOLLOWS_RESULT] = "cli-exit-follows-result",
};

/* Names of the forms shown without any quirk: a test may ask for them too. */
static const char *const plain_names[] = { "tweak-unset-null", "acl-missing-200" };

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_SLOW_FIRST_BYTE] = "slow-first-byte",
	[FAULT_HANG] = "hang",
	[FAULT_TRUNCATED_CHUNK] = "truncated-chunk",
	[FAULT_MIDBODY_CLOSE] = "midbody-close",
	[FAULT_HTML_LOGIN_200] = "html-login-200",
	[FAULT_REDIRECT_302] = "redirect-302",
	[FAULT_HTTP_500] = "http-500",
	[FAULT_HTTP_503_HTML] = "http-503-html",
	[FAULT_EMPTY_BODY] = "empty-body",
	[FAULT_HUGE_BODY] = "huge-body",
	[FAULT_DEEP_JSON] = "deep-json",
	[FAULT_NOT_JSON] = "not-json",
	[FAULT_EXPIRED_TOKEN] = "expired-token",
	[FAULT_IP_DENIED] = "ip-denied",
	[FAULT_ACL_MISSING] = "acl-missing",
	[FAULT_NO_METADATA] = "no-metadata",
	[FAULT_RESULT_ZERO] = "result-zero",
	[FAULT_WRONG_API_VERSION] = "wrong-api-version",
	[FAULT_CLI_EXIT_1] = "cli-exit-1",
	[FAULT_CLI_SIGNAL] = "cli-signal",
	[FAULT_CLI_STDERR_NOISE] = "cli-stderr-noise",
	[FAULT_CLI_STDOUT_NOISE] = "cli-stdout-noise",
};

bool
quirk_on(const struct knobs *knobs, enum quirk quirk)
{
	return (knobs->quirks >> quirk & 1) != 0;
}

bool
fault_on(const struct knobs *knobs, enum fault fault, const char *function)
{
	for (size_t i = 0; i < knobs->fault_count; i++) {
		const struct fault_target *target = &knobs->faults[i];

		if (target->fault != fault)
			continue;
		if (target->function[0] == '\0' || strcmp(target->function, function) == 0)
			return true;
	}
	return false;
}

int
knobs_add_quirk(struct knobs *knobs, const char *name)
{
	for (size_t i = 0; i < sizeof plain_names / sizeof plain_names[0]; i++)
		if (strcmp(plain_names[i], name) == 0)
			return 0;
	for (size_t i = 0; i < QUIRK_COUNT; i++) {
		if (strcmp(quirk_names[i], name) != 0)
			continue;
		knobs->quirks |= UINT64_C(1) << i;
		return 0;
	}
	fprintf(stderr, "whmsim: no quirk \"%s\"; --list-quirks prints them\n", name);
	return -1;
}

int
knobs_add_fault(struct knobs *knobs, const char *name_and_function)
{
	const char *colon = strchr(name_and_function, ':');
	size_t length = colon != NULL ? (size_t)(colon - name_and_function) : strlen(name_and_function);

	if (knobs->fault_count == MAX_FAULTS) {
		fprintf(stderr, "whmsim: more than %d faults\n", MAX_FAULTS);
		return -1;
	}
	for (int i = 0; i < FAULT_COUNT; i++) {
		struct fault_target *target = &knobs->faults[knobs->fault_count];

		if (strlen(fault_names[i]) != length
		    || memcmp(fault_names[i], name_and_function, length) != 0)
			continue;
		target->fault = (enum fault)i;
		snprintf(target->function, sizeof target->function, "%s",
		    colon != NULL ? colon + 1 : "");
		knobs->fault_count++;
		return 0;
	}
	fprintf(stderr, "whmsim: no fault \"%s\"; --list-faults prints them\n", name_and_function);
	return -1;
}

static int
config_set(struct sim *sim, struct knobs *knobs, const char *key, const char *value, bool locations)
{
	if (strcmp(key, "quirk") == 0)
		return knobs_add_quirk(knobs, value);
	if (strcmp(key, "fault") == 0)
		return knobs_add_fault(knobs, value);
	if (strcmp(key, "version") == 0)
		snprintf(knobs->version, sizeof knobs->version, "%s", value);
	else if (strcmp(key, "delay_ms") == 0)
		knobs->delay_ms = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "root") == 0 && locations)
		snprintf(sim->root, sizeof sim->root, "%s", strcmp(value, "/") == 0 ? "" : value);
	else if (strcmp(key, "state") == 0 && locations)
		snprintf(sim->state_file, sizeof sim->state_file, "%s", value);
	else if (strcmp(key, "log") == 0 && locations)
		snprintf(sim->log_file, sizeof sim->log_file, "%s", value);
	else if (strcmp(key, "root") != 0 && strcmp(key, "state") != 0 && strcmp(key, "log") != 0) {
		fprintf(stderr, "whmsim: no setting \"%s\"\n", key);
		return -1;
	}
	return 0;
}

/* Reads key=value lines into `knobs`; with `locations` also root, state and log into `sim`. A
 * missing file is no error: it is how tests say "nothing special". */
int
sim_read_config(struct sim *sim, struct knobs *knobs, const char *path, bool locations)
{
	char line[1024];
	FILE *file = fopen(path, "re");
	int result = 0;

	if (file == NULL)
		return errno == ENOENT ? 0 : -1;
	while (result == 0 && fgets(line, sizeof line, file) != NULL) {
		char *equals;

		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		equals = strchr(line, '=');
		if (equals == NULL) {
			fprintf(stderr, "whmsim: %s: \"%s\" has no =\n", path, line);
			result = -1;
			break;
		}
		*equals = '\0';
		result = config_set(sim, knobs, line, equals + 1, locations);
	}
	fclose(file);
	return result;
}

void
quirks_print(FILE *out)
{
	for (size_t i = 0; i < QUIRK_COUNT; i++)
		fprintf(out, "%s\n", quirk_names[i]);
	for (size_t i = 0; i < sizeof plain_names / sizeof plain_names[0]; i++)
		fprintf(out, "%s\n", plain_names[i]);
}

void
faults_print(FILE *out)
{
	for (size_t i = 0; i < FAULT_COUNT; i++)
		fprintf(out, "%s\n", fault_names[i]);
}

/* The API reports 11.134.0.30, update functions 134.0.30: both are branch 134. */
static const char *
version_without_prefix(const char *version)
{
	return strncmp(version, "11.", 3) == 0 ? version + 3 : version;
}

int
version_branch(const char *version)
{
	return atoi(version_without_prefix(version));
}

int
version_compare(const char *left, const char *right)
{
	left = version_without_prefix(left);
	right = version_without_prefix(right);
	while (*left != '\0' || *right != '\0') {
		char *left_end, *right_end;
		long a = strtol(left, &left_end, 10);
		long b = strtol(right, &right_end, 10);

		if (a != b)
			return a < b ? -1 : 1;
		if (left_end == left && right_end == right)
			break;
		left = *left_end == '.' ? left_end + 1 : left_end;
		right = *right_end == '.' ? right_end + 1 : right_end;
	}
	return 0;
}
