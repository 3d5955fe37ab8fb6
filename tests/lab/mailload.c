/*
 * mailload: keep a number of SMTP connections busy with mail and count what became of it.
 *
 *   mailload [--to ADDRESS:PORT] [--slots N] [--seconds N] [--hold MS] [--gap MS] [--keep] [--idle]
 *
 * Each slot connects, says EHLO, hands over one message to a mailbox of the laboratory, keeps the connection until it
 * is MS old, says QUIT, waits for the end and, after the gap, begins again. --keep: one connection for the whole time,
 * a message every MS. --idle: connections without mail, kept open: what a careless prober does. The slots come from
 * 127.0.1.1 and up, ten each, so that no limit per host is met.
 *
 * When all slots have had their first answer, "ready" is printed; at the end one line:
 * "accepted N deferred N refused N connections N". Deferred: a 4xx anywhere; refused: a 5xx, no connection, or one cut.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SLOTS = 512, SLOTS_AN_ADDRESS = 10, LINE_MAX_BYTES = 1024, REPLY_SECONDS = 60, BACK_OFF_MS = 100,
    IDLE_APART_MS = 20 };

enum outcome { ACCEPTED, DEFERRED, REFUSED, OUTCOME_COUNT };

static const char *const mailboxes[] = {
	"reception@clinic.example", "billing@clinic.example", "nurse@clinic.example", "records@clinic.example",
	"doctor@clinic.example", "results@clinic-lab.example", "samples@clinic-lab.example", "reception@dental.example",
	"billing@dental.example", "hygiene@dental.example", "reception@dental-north.example",
	"billing@dental-north.example", "reception@ortho.example", "xray@ortho.example", "orders@shop.example",
	"support@shop.example", "support@medhost.example", "noc@medhost.example",
};

struct load {
	struct sockaddr_in to;
	unsigned slots, seconds, hold_ms, gap_ms;
	bool keep, idle;
	int64_t end_ms;
	atomic_uint counts[OUTCOME_COUNT];
	atomic_uint connections;
	atomic_uint answered;		/* slots that had their first answer */
};

struct slot {
	struct load *load;
	unsigned number;
	unsigned sent;
	bool answered;
	FILE *in;
	int fd;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
sleep_until(int64_t when)
{
	int64_t left = when - now_ms();

	if (left > 0)
		nanosleep(&(struct timespec){ left / 1000, left % 1000 * 1000000 }, NULL);
}

/* The last line's code; 0 when the connection ended. */
static int
reply_read(struct slot *slot)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof line, slot->in) != NULL)
		if (strlen(line) > 3 && line[3] != '-')
			return atoi(line);
	return 0;
}

/* A whole line or block, then the reply to it. */
static int
say(struct slot *slot, const char *text)
{
	size_t length = strlen(text);

	if (send(slot->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
		return 0;
	return reply_read(slot);
}

static void
count(struct slot *slot, int code)
{
	enum outcome outcome = code >= 200 && code < 400 ? ACCEPTED : code / 100 == 4 ? DEFERRED : REFUSED;

	atomic_fetch_add(&slot->load->counts[outcome], 1);
}

static bool
slot_connect(struct slot *slot)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl((slot->load->idle ? 0x7f000201u : 0x7f000101u)
		    + slot->number / SLOTS_AN_ADDRESS),
	};
	struct timeval limit = { .tv_sec = REPLY_SECONDS };

	slot->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(slot->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (bind(slot->fd, (struct sockaddr *)&from, sizeof from) != 0
	    || connect(slot->fd, (struct sockaddr *)&slot->load->to, sizeof slot->load->to) != 0) {
		close(slot->fd);
		return false;
	}
	slot->in = fdopen(slot->fd, "r");
	atomic_fetch_add(&slot->load->connections, 1);
	return true;
}

/* The code that decided: of the end of the data, or of the step before it that did not go well. */
static int
message_send(struct slot *slot)
{
	char text[LINE_MAX_BYTES];
	int code;

	code = say(slot, "MAIL FROM:<load@sender.example>\r\n");
	if (code != 250)
		return code;
	snprintf(text, sizeof text, "RCPT TO:<%s>\r\n",
	    mailboxes[(slot->number + slot->sent) % (sizeof mailboxes / sizeof mailboxes[0])]);
	code = say(slot, text);
	if (code != 250)
		return code;
	code = say(slot, "DATA\r\n");
	if (code != 354)
		return code;
	snprintf(text, sizeof text, "From: load@sender.example\r\nSubject: load\r\n"
	    "Message-Id: <%d.%u.%u@sender.example>\r\n\r\nMail that has to arrive.\r\n.\r\n", (int)getpid(),
	    slot->number, slot->sent++);
	return say(slot, text);
}

static void
slot_talk(struct slot *slot, int64_t begun)
{
	const struct load *load = slot->load;
	int code = reply_read(slot);

	if (code == 220)
		code = say(slot, "EHLO pc.sender.example\r\n");
	if (!slot->answered)
		atomic_fetch_add(&slot->load->answered, 1);
	slot->answered = true;
	if (code != 250) {
		if (!load->idle)
			count(slot, code);
		sleep_until(now_ms() + BACK_OFF_MS);
		return;
	}
	do {
		code = load->idle ? 250 : message_send(slot);
		if (!load->idle)
			count(slot, code);
		begun += load->hold_ms;
		sleep_until(begun);
	} while (load->keep && code == 250 && now_ms() < load->end_ms);
	if (say(slot, "QUIT\r\n") == 221)
		while (fgetc(slot->in) != EOF)
			;
}

static void *
slot_run(void *data)
{
	struct slot *slot = data;
	struct load *load = slot->load;

	/* Not all at the same moment; the idle ones have to be there before the mail. */
	sleep_until(now_ms() + (load->idle ? IDLE_APART_MS : load->hold_ms / load->slots) * slot->number);
	while (now_ms() < load->end_ms) {
		if (slot_connect(slot)) {
			slot_talk(slot, now_ms());
			fclose(slot->in);
		} else {
			atomic_fetch_add(&load->counts[REFUSED], 1);
		}
		sleep_until(now_ms() + load->gap_ms);
	}
	return NULL;
}

static int
usage(void)
{
	fputs("usage: mailload [--to ADDRESS:PORT] [--slots N] [--seconds N] "
	    "[--hold MS]\n    [--gap MS] [--keep] [--idle]\n", stderr);
	return 64;
}

static int
to_set(struct load *load, char *text)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		return -1;
	*colon = '\0';
	load->to.sin_family = AF_INET;
	load->to.sin_port = htons((uint16_t)atoi(colon + 1));
	return inet_pton(AF_INET, text, &load->to.sin_addr) == 1 ? 0 : -1;
}

static int
flags_read(struct load *load, int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "slots", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 'd' },
		{ "hold", required_argument, NULL, 'h' },
		{ "gap", required_argument, NULL, 'g' },
		{ "keep", no_argument, NULL, 'k' },
		{ "idle", no_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	int flag;

	while ((flag = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (flag) {
		case 't':
			if (to_set(load, optarg) != 0)
				return -1;
			break;
		case 's': load->slots = (unsigned)atoi(optarg); break;
		case 'd': load->seconds = (unsigned)atoi(optarg); break;
		case 'h': load->hold_ms = (unsigned)atoi(optarg); break;
		case 'g': load->gap_ms = (unsigned)atoi(optarg); break;
		case 'k': load->keep = true; break;
		case 'i': load->idle = true; break;
		default: return -1;
		}
	return optind == argc && load->slots > 0 && load->slots <= MAX_SLOTS ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct load load = { .slots = 16, .seconds = 5, .hold_ms = 400, .gap_ms = 40 };
	struct slot slots[MAX_SLOTS] = { { .number = 0 } };
	pthread_t threads[MAX_SLOTS];
	char to[] = "127.0.0.1:25";

	signal(SIGPIPE, SIG_IGN);
	if (to_set(&load, to) != 0 || flags_read(&load, argc, argv) != 0)
		return usage();
	load.end_ms = now_ms() + load.seconds * 1000;
	for (unsigned i = 0; i < load.slots; i++) {
		slots[i] = (struct slot){ .load = &load, .number = i };
		if (pthread_create(&threads[i], NULL, slot_run, &slots[i]) != 0)
			return 71;
	}
	while (atomic_load(&load.answered) < load.slots && now_ms() < load.end_ms)
		sleep_until(now_ms() + 10);
	puts("ready");
	fflush(stdout);
	for (unsigned i = 0; i < load.slots; i++)
		pthread_join(threads[i], NULL);
	printf("accepted %u deferred %u refused %u connections %u\n", load.counts[ACCEPTED], load.counts[DEFERRED],
	    load.counts[REFUSED], load.connections);
	return 0;
}
