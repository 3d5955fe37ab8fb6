#include <string.h>

#include "report/escape.h"
#include "report/wrap.h"

static void
place(struct wrap *wrap, const char *word, size_t length, unsigned gap)
{
	unsigned width = text_width(word, length);

	if (wrap->started && wrap->column + gap + width > wrap->width) {
		fputc('\n', wrap->out);
		wrap->column = 0;
		gap = wrap->indent;
	}
	fprintf(wrap->out, "%*s%.*s", (int)gap, "", (int)length, word);
	wrap->column += gap + width;
	wrap->started = true;
}

void
wrap_word(struct wrap *wrap, const char *word)
{
	place(wrap, word, strlen(word), wrap->started ? 1 : 0);
}

void
wrap_text(struct wrap *wrap, const char *text)
{
	unsigned gap = wrap->started ? 1 : 0;

	while (text[0] != '\0') {
		size_t blanks = strspn(text, " ");
		size_t length = strcspn(text + blanks, " ");

		text += blanks;
		gap += (unsigned)blanks;
		if (length > 0)
			place(wrap, text, length, gap);
		text += length;
		gap = 0;
	}
}

void
wrap_end(struct wrap *wrap)
{
	fputc('\n', wrap->out);
	wrap->column = 0;
	wrap->started = false;
}
