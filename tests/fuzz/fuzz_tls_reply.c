/*
 * What a server answered to a ClientHello, of any bytes: read whole, cut in
 * the middle, and as all that will ever come.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/tls_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds for every reply. */
static void
check_reply(const struct tls_reply *reply, size_t size, bool ended)
{
	const struct tls_slice *slice;
	size_t i;

	if ((reply->state == TLS_REPLY_MORE && ended) ||
	    (reply->state == TLS_REPLY_BROKEN && reply->why[0] == '\0') ||
	    (reply->state == TLS_REPLY_HELLO && !reply->has_hello) ||
	    (reply->state == TLS_REPLY_RETRY && reply->has_hello) ||
	    memchr(reply->why, '\0', sizeof(reply->why)) == NULL ||
	    reply->certificate_count > TLS_REPLY_CERTIFICATES)
		abort();
	for (i = 0; i < reply->certificate_count; i++) {
		slice = &reply->certificates[i];
		if (slice->length == 0 || slice->length > size ||
		    slice->bytes < reply->assembled ||
		    slice->bytes + slice->length > reply->assembled + size)
			abort();
	}
}

static enum tls_reply_state
parse(const uint8_t *data, size_t size, bool ended)
{
	enum tls_reply_state state;
	struct tls_reply reply;

	tls_reply_parse(data, size, ended, &reply);
	check_reply(&reply, size, ended);
	state = reply.state;
	tls_reply_done(&reply);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum tls_reply_state whole = parse(data, size, false), part;

	part = parse(data, size / 2, false);
	/* What is decided stays so, whatever comes behind it. */
	if (part != TLS_REPLY_MORE && part != whole)
		abort();
	(void)parse(data, size / 2, true);
	if (parse(data, size, true) != whole && whole != TLS_REPLY_MORE)
		abort();
	return 0;
}
