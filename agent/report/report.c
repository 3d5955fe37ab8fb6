#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "report/report_private.h"

int
report_format_parse(const char *word, enum report_format *ret_format)
{
	static const char *const words[] = {
		[REPORT_TEXT] = "text",
		[REPORT_JSON] = "json",
		[REPORT_NDJSON] = "ndjson",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*ret_format = (enum report_format)i;
		return 0;
	}
	return -1;
}

void
report_time(int64_t seconds, char *out)
{
	time_t when = (time_t)seconds;
	struct tm tm;

	/* A year that does not fit an int: a snapshot can claim anything. */
	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(out, REPORT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		strcpy(out, "1970-01-01T00:00:00Z");
}

static int
render(FILE *out, enum report_format format, const struct run *run,
    const struct report_options *options, struct err *err)
{
	switch (format) {
	case REPORT_JSON:
		return report_json(out, run, err);
	case REPORT_NDJSON:
		return report_ndjson(out, run, err);
	case REPORT_TEXT:
	default:
		return report_text(out, run, options);
	}
}

int
report_write(FILE *out, enum report_format format, const struct run *run,
    const struct report_options *options, struct err *err)
{
	if (render(out, format, run, options, err) == -1)
		return -1;
	errno = 0;
	if (fflush(out) != 0 || ferror(out))
		return err_set(err, ERR_IO, "the report was not written: %s",
		    strerror(errno != 0 ? errno : EIO));
	return 0;
}
