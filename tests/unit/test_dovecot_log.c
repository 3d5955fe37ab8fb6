/*
 * Lines of Dovecot's log. Those of server1 and of 198.51.100.7 are what 2.3.19.1
 * and 2.4.1 wrote (auth_verbose = yes, %k in the format of the former); the
 * rest follows src/login-common of 2.2 to 2.4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/dovecot_log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SYSLOG "Nov 21 19:11:22 server1 dovecot: "
#define AT "2026-11-21 19:11 "
#define REST "rip=192.0.2.5, lip=192.0.2.1, "
#define SESSION "session=<A9gxOc5gfIR/AAAB>"
#define FAILED_2_3 SYSLOG "imap-login: Disconnected: Aborted login by " \
	"logging out (auth failed, 1 attempts in 2 secs): "
#define FAILED_2_4 SYSLOG "imap-login: Login aborted: Logged out " \
	"(auth failed, 1 attempts in 2 secs) (auth_failed): "
#define DOUBTFUL "failure " AT "imap|||| clear - - ×1 doubtful"
#define K_1_3 "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
#define TEN "yyyyyyyyyy"
#define CUT_77 TEN TEN TEN TEN TEN TEN TEN "yyyyyyy"

static const char *const kinds[] = {
	"other", "broken", "login", "failure", "clear-refused", "tls-failure",
	"aborted",
};
static const char *const securities[] = { "clear", "secured", "encrypted" };
static const char *const versions[] = {
	"-", "some", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "untold",
};

/*
 * wanted: "other", "dovecot" for an OTHER that is Dovecot's, "broken", else
 * "KIND DAY HOUR SERVICE|USER|METHOD|REMOTE|LOCAL SECURITY VERSION CIPHER",
 * then " ×N" for attempts, " cut" and " doubtful".
 */
static const struct {
	const char *name;
	const char *line;
	const char *wanted;
} cases[] = {
	/* ---- whose lines ---- */
	{ "nothing", "", "other" },
	{ "a word", "dovecot", "other" },
	{ "no stamp", "server1 dovecot: imap-login: Login: user=<joe>, TLS",
	    "other" },
	{ "another program", "Nov 21 19:11:22 server1 spamd[123]: spamd: "
	    "connection from localhost", "other" },
	{ "another program with Dovecot's words", "Nov 21 19:11:22 server1 joe: "
	    "dovecot: imap-login: Login: user=<root>, rip=192.0.2.5, TLS",
	    "other" },
	{ "a program with a longer name", "Nov 21 19:11:22 server1 dovecot-x: "
	    "imap-login: Login: user=<root>, rip=192.0.2.5, TLS", "other" },
	{ "a process id that is none", "Nov 21 19:11:22 server1 dovecot[x]: "
	    "imap-login: Login: user=<root>, rip=192.0.2.5, TLS", "other" },
	{ "without a host", "Nov 21 19:11:22 dovecot: imap-login: Login: "
	    "user=<root>, rip=192.0.2.5, TLS", "other" },
	{ "saved mail", SYSLOG "lmtp(joe@example.com)<3321><abc>: msgid=<x@y>: "
	    "saved mail to INBOX", "dovecot" },
	{ "logged out", SYSLOG "imap(joe@example.com)<9264><qymjOM5gFdd/AAAC>: "
	    "Disconnected: Logged out in=98 out=1030", "dovecot" },
	{ "a mailbox name of elements", SYSLOG "imap(joe@example.com)<9264><q>: "
	    "expunge: box=imap-login: Login: user=<root>, rip=192.0.2.5",
	    "dovecot" },
	{ "the auth process", SYSLOG "auth: passwd-file(joe@example.com,"
	    "192.0.2.5,<A9gxOc5gfIR/AAAB>): Password mismatch", "dovecot" },
	{ "a login process about something else", SYSLOG "imap-login: Error: "
	    "Timeout waiting for handshake from auth server.", "dovecot" },
	{ "an error in words that are known", SYSLOG "imap-login: Error: "
	    "Login: user=<joe>, " REST "TLS", "dovecot" },
	{ "a mechanism that is none", SYSLOG "imap-login: Info: Authenticate "
	    "\"X, failed: Unsupported authentication mechanism.: user=<>, "
	    "method=\"X,, rip=198.51.100.7, lip=192.0.2.1, TLS, "
	    "session=<yhbaidhgrqbGM2QH>", "dovecot" },
	{ "a message that was repeated", "Nov 21 19:11:22 server1 last message "
	    "repeated 2 times", "other" },

	/* ---- stamps ---- */
	{ "syslog with a process id", "Nov 21 19:11:22 server1 dovecot[812]: "
	    "imap-login: Login: user=<joe>, method=PLAIN, " REST SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "a day of one digit", "Nov  1 09:05:59 server1 dovecot: imap-login: "
	    "Login: user=<joe>, method=PLAIN, " REST SESSION,
	    "login 2026-11-01 09:05 imap|joe|PLAIN|192.0.2.5|192.0.2.1 "
	    "clear - -" },
	{ "tomorrow", "Nov 23 00:00:00 server1 dovecot: imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION,
	    "login 2026-11-23 00:00 imap|joe|PLAIN|192.0.2.5|192.0.2.1 "
	    "clear - -" },
	{ "the day behind is of last year", "Nov 24 23:59:60 server1 dovecot: "
	    "imap-login: Login: user=<joe>, method=PLAIN, " REST SESSION,
	    "login 2025-11-24 23:59 imap|joe|PLAIN|192.0.2.5|192.0.2.1 "
	    "clear - -" },
	{ "a leap day", "Feb 29 12:00:00 server1 dovecot: imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION,
	    "login 2024-02-29 12:00 imap|joe|PLAIN|192.0.2.5|192.0.2.1 "
	    "clear - -" },
	{ "rsyslog's own stamp", "2026-11-21T19:11:22.123456+01:00 server1 "
	    "dovecot: imap-login: Login: user=<joe>, method=PLAIN, " REST
	    SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "the same without a fraction", "2026-11-21T19:11:22Z server1 "
	    "dovecot[9]: imap-login: Login: user=<joe>, method=PLAIN, " REST
	    SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "a file of Dovecot's own", "Nov 21 19:11:22 imap-login: Info: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "the same with a year", "2026-11-21 19:11:22 imap-login: Info: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "another line of such a file", "Nov 21 19:11:22 imap(joe)<1><A>: Info: "
	    "Disconnected: Logged out in=1 out=2", "dovecot" },
	{ "a program like a service, without a severity", "Nov 21 19:11:22 "
	    "imap-login: Login: user=<joe>, " REST "TLS", "other" },
	{ "no such month", "Nox 21 19:11:22 server1 dovecot: imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION, "other" },
	{ "no such day", "Nov 31 19:11:22 server1 dovecot: imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION, "other" },
	{ "no such hour", "Nov 21 24:11:22 server1 dovecot: imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST SESSION, "other" },
	{ "no such day of a year", "2026-02-29T19:11:22Z server1 dovecot: "
	    "imap-login: Login: user=<joe>, method=PLAIN, " REST SESSION,
	    "other" },

	/* ---- logins ---- */
	{ "2.3 over TLS", SYSLOG "imap-login: Info: Login: user=<joe@example.com"
	    ">, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1, mpid=138, TLS, "
	    K_1_3 ", session=<B3XGhthgWrzGM2QH>",
	    "login " AT "imap|joe@example.com|PLAIN|198.51.100.7|192.0.2.1 "
	    "encrypted TLSv1.3 TLS_AES_256_GCM_SHA384" },
	{ "2.3 in the default format", SYSLOG "pop3-login: Login: "
	    "user=<joe@example.com>, method=PLAIN, " REST "mpid=9264, TLS, "
	    SESSION,
	    "login " AT "pop3|joe@example.com|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some -" },
	{ "2.3 from the server itself", SYSLOG "imap-login: Info: Login: "
	    "user=<joe@example.com>, method=PLAIN, rip=127.0.0.1, "
	    "lip=127.0.0.1, mpid=139, secured, session=<sZjUhthgcMR/AAAB>",
	    "login " AT "imap|joe@example.com|PLAIN|127.0.0.1|127.0.0.1 "
	    "secured - -" },
	{ "2.4 over TLS", SYSLOG "imap-login: Logged in: user=<joe@example.com>, "
	    "method=PLAIN, " REST "mpid=23039, TLS, " SESSION,
	    "login " AT "imap|joe@example.com|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some -" },
	{ "2.4 in clear", SYSLOG "imap-login: Logged in: user=<joe@example.com>, "
	    "method=PLAIN, " REST "mpid=28682, session=<8nwAWM5gedh/AAAC>",
	    "login " AT "imap|joe@example.com|PLAIN|192.0.2.5|192.0.2.1 "
	    "clear - -" },
	{ "2.4.2's misspelt word", SYSLOG "imap-login: Logged in: user=<joe>, "
	    "method=PLAIN, " REST "mpid=1, TSL, " SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some -" },
	{ "with an error of TLS", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, " REST "mpid=1, TLS: SSL_read() failed: error:1, "
	    "or 2, " SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some -" },
	{ "a word that begins with TLS", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, " REST "TLSx, " SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "TLS 1.2 by its cipher alone", SYSLOG "managesieve-login: Login: "
	    "user=<joe>, method=PLAIN, " REST "mpid=1, TLSv1.2 with cipher "
	    "ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
	    "login " AT "managesieve|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted "
	    "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384" },
	{ "TLS 1.0 with compression", SYSLOG "submission-login: Login: "
	    "user=<joe>, method=LOGIN, " REST "TLS, TLSv1 with cipher AES128-SHA"
	    " (128/128 bits) zlib compression, " SESSION,
	    "login " AT "submission|joe|LOGIN|192.0.2.5|192.0.2.1 encrypted "
	    "TLSv1 AES128-SHA" },
	{ "another order", SYSLOG "imap-login: Login: rip=2001:db8::5, "
	    "TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits), "
	    "session=<A9gxOc5gfIR/AAAB>, method=CRAM-MD5, TLS, "
	    "user=<joe@example.com>, lip=2001:db8::1",
	    "login " AT "imap|joe@example.com|CRAM-MD5|2001:db8::5|2001:db8::1 "
	    "encrypted TLSv1.3 TLS_AES_128_GCM_SHA256" },
	{ "elements of somebody's own", SYSLOG "imap-login: Login: user=<joe>, "
	    "auth_user=<master>, method=PLAIN, rip=::1, lip=::1, rport=4711, "
	    "secured, session=<A/+9=>, svc=imap",
	    "login " AT "imap|joe|PLAIN|::1|::1 secured - -" },
	{ "through a proxy that ended TLS", SYSLOG "imap-login: Login: "
	    "user=<joe>, method=PLAIN, " REST "TLS, (proxied), " SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some -" },
	{ "no security in the format", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, " REST SESSION,
	    "login " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 clear - -" },
	{ "no address in the format", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, TLS, " SESSION,
	    "login " AT "imap|joe|PLAIN|| encrypted some -" },

	/* ---- how it failed ---- */
	{ "2.3 a wrong password", SYSLOG "imap-login: Info: Disconnected: "
	    "Aborted login by logging out (auth failed, 2 attempts in 8 secs): "
	    "user=<nobody>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1, TLS, "
	    K_1_3 ", session=<x4vahthgXrzGM2QH>",
	    "failure " AT "imap|nobody|PLAIN|198.51.100.7|192.0.2.1 encrypted "
	    "TLSv1.3 TLS_AES_256_GCM_SHA384 ×2" },
	{ "2.4 a wrong password", FAILED_2_4 "user=<joe@example.com>, "
	    "method=PLAIN, " REST "TLS, " SESSION,
	    "failure " AT "imap|joe@example.com|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1" },
	{ "2.4 without a method", SYSLOG "imap-login: Login aborted: Too many "
	    "invalid commands (auth failed, 17 attempts in 0 secs) "
	    "(auth_failed): user=<joe@example.com>, " REST SESSION,
	    "failure " AT "imap|joe@example.com||192.0.2.5|192.0.2.1 "
	    "clear - - ×17" },
	{ "2.2 a wrong password", SYSLOG "pop3-login: Aborted login (auth failed,"
	    " 3 attempts in 14 secs): user=<joe>, method=PLAIN, " REST SESSION,
	    "failure " AT "pop3|joe|PLAIN|192.0.2.5|192.0.2.1 clear - - ×3" },
	{ "2.2 disconnected", SYSLOG "pop3-login: Disconnected (auth failed, 1 "
	    "attempts in 2 secs): user=<joe>, method=PLAIN, " REST SESSION,
	    "failure " AT "pop3|joe|PLAIN|192.0.2.5|192.0.2.1 clear - - ×1" },
	{ "2.0 without seconds", SYSLOG "imap-login: Disconnected: Inactivity "
	    "(auth failed, 4 attempts): user=<joe>, method=PLAIN, " REST "TLS",
	    "failure " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some - "
	    "×4" },
	{ "more attempts than can be", SYSLOG "imap-login: Disconnected (auth "
	    "failed, 99999999999 attempts in 1 secs): user=<joe>, " REST "TLS",
	    "failure " AT "imap|joe||192.0.2.5|192.0.2.1 encrypted some - ×1" },
	{ "no attempt", SYSLOG "imap-login: Disconnected (auth failed, 0 "
	    "attempts in 1 secs): user=<joe>, " REST "TLS",
	    "failure " AT "imap|joe||192.0.2.5|192.0.2.1 encrypted some - ×1" },
	{ "not allowed", SYSLOG "imap-login: Login aborted: Logged out "
	    "(authorization failed, 2 attempts in 2 secs) "
	    "(authorization_failed): user=<joe>, method=PLAIN, " REST "TLS, "
	    SESSION,
	    "failure " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some - "
	    "×2" },
	{ "disabled", SYSLOG "imap-login: Disconnected: Connection closed (user "
	    "disabled): user=<joe>, method=PLAIN, " REST "TLS, " SESSION,
	    "failure " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some - "
	    "×1" },
	{ "expired", SYSLOG "imap-login: Login aborted: Logged out (password "
	    "expired, 3 attempts in 4 secs) (password_expired): user=<joe>, "
	    "method=PLAIN, " REST "TLS, " SESSION,
	    "failure " AT "imap|joe|PLAIN|192.0.2.5|192.0.2.1 encrypted some - "
	    "×3" },
	{ "2.3 refused in clear, while it goes on", SYSLOG "imap-login: Info: "
	    "Login failed: Plaintext authentication disabled: user=<>, "
	    "rip=198.51.100.7, lip=192.0.2.1, session=<q1zLhthg4J7GM2QH>",
	    "clear-refused " AT "imap|||198.51.100.7|192.0.2.1 clear - -" },
	{ "2.3 TLS wanted", SYSLOG "pop3-login: Info: Login failed: SSL required "
	    "for authentication: user=<>, method=PLAIN, rip=198.51.100.7, "
	    "lip=192.0.2.1, session=<lZtpi9hgmIjGM2QH>",
	    "clear-refused " AT "pop3||PLAIN|198.51.100.7|192.0.2.1 clear - -" },
	{ "2.3 refused in clear, at the end", SYSLOG "imap-login: Disconnected: "
	    "Aborted login by logging out (tried to use disallowed plaintext "
	    "auth): user=<>, " REST SESSION,
	    "clear-refused " AT "imap|||192.0.2.5|192.0.2.1 clear - -" },
	{ "2.2 refused in clear", SYSLOG "imap-login: Aborted login (tried to "
	    "use disallowed plaintext auth): user=<>, " REST SESSION,
	    "clear-refused " AT "imap|||192.0.2.5|192.0.2.1 clear - -" },
	{ "2.4 refused in clear", SYSLOG "imap-login: Login aborted: Logged out "
	    "(tried to use disallowed cleartext auth, 1 attempts in 0 secs) "
	    "(cleartext_auth_disabled): user=<>, " REST SESSION,
	    "clear-refused " AT "imap|||192.0.2.5|192.0.2.1 clear - -" },
	{ "2.4 refused in clear, while it goes on", SYSLOG "imap-login: Login "
	    "failed: Cleartext authentication disabled: user=<>, " REST SESSION,
	    "clear-refused " AT "imap|||192.0.2.5|192.0.2.1 clear - -" },
	{ "2.3 no handshake", SYSLOG "imap-login: Info: Disconnected: Connection "
	    "closed: SSL_accept() failed: error:0A000102:SSL routines::"
	    "unsupported protocol (no auth attempts in 0 secs): user=<>, "
	    "rip=198.51.100.7, lip=192.0.2.1, TLS handshaking: SSL_accept() "
	    "failed: error:0A000102:SSL routines::unsupported protocol, "
	    "session=<shLEhthgVLzGM2QH>",
	    "tls-failure " AT "imap|||198.51.100.7|192.0.2.1 encrypted some -" },
	{ "2.3 no handshake, and auth not ready", SYSLOG "imap-login: "
	    "Disconnected (disconnected before auth was ready, waited 0 secs): "
	    "user=<>, " REST "TLS handshaking, " SESSION,
	    "tls-failure " AT "imap|||192.0.2.5|192.0.2.1 encrypted some -" },
	{ "2.4 no handshake", SYSLOG "imap-login: Info: Login aborted: "
	    "Connection closed: SSL_accept() failed: error:0A000102:SSL "
	    "routines::unsupported protocol (disconnected during TLS handshake) "
	    "(tls_handshake_not_finished): user=<>, rip=198.51.100.7, "
	    "lip=192.0.2.1, TLS handshaking: SSL_accept() failed: "
	    "error:0A000102:SSL routines::unsupported protocol, "
	    "session=<2cPUi9hgyNfGM2QH>",
	    "tls-failure " AT "imap|||198.51.100.7|192.0.2.1 encrypted some -" },
	{ "nobody tried", SYSLOG "imap-login: Info: Disconnected: Connection "
	    "closed (no auth attempts in 0 secs): user=<>, rip=198.51.100.7, "
	    "lip=192.0.2.1, TLS: Connection closed, " K_1_3
	    ", session=<IMwri9hgrsbGM2QH>",
	    "aborted " AT "imap|||198.51.100.7|192.0.2.1 encrypted TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384" },
	{ "nobody tried, where the list begins elsewhere", SYSLOG "imap-login: "
	    "Disconnected (no auth attempts in 0 secs): rip=::1, user=<>, TLS, "
	    "session=<A>",
	    "aborted " AT "imap|||::1| encrypted some -" },
	{ "2.4 nobody tried", SYSLOG "imap-login: Login aborted: Connection "
	    "closed (no auth attempts in 0 secs) (no_auth_attempts): user=<>, "
	    REST "TLS, " SESSION,
	    "aborted " AT "imap|||192.0.2.5|192.0.2.1 encrypted some -" },
	{ "no such mechanism", SYSLOG "imap-login: Info: Disconnected: Aborted "
	    "login by logging out (tried to use unsupported auth mechanism): "
	    "user=<>, method=\"X,, rip=198.51.100.7, lip=192.0.2.1, TLS, " K_1_3
	    ", session=<yhbaidhgrqbGM2QH>",
	    "aborted " AT "imap||\"X,|198.51.100.7|192.0.2.1 encrypted TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384" },
	{ "a mechanism that looks like elements", SYSLOG "managesieve-login: "
	    "Login aborted: Logged out (tried to use unsupported auth mechanism,"
	    " 1 attempts in 0 secs) (invalid_mech): user=<>, method=X, "
	    "TLS handshaking, " REST SESSION,
	    "aborted " AT "managesieve||X|192.0.2.5|192.0.2.1 encrypted some -" },
	{ "2.4 TLS wanted, at the end", SYSLOG "imap-login: Info: Login aborted: "
	    "Logged out (auth failed, 1 attempts in 0 secs) (auth_failed): "
	    "user=<>, method=\"X,TLS,rip=1.2.3.4,secured\", rip=198.51.100.7, "
	    "lip=192.0.2.1, session=<hgnj5NhgXqvGM2QH>",
	    "failure " AT "imap||\"X,TLS,rip=1.2.3.4,secured\"|198.51.100.7|"
	    "192.0.2.1 clear - - ×1" },
	{ "in the middle of it", SYSLOG "imap-login: Info: Disconnected: "
	    "Connection closed (client didn't finish SASL auth, waited 15 secs):"
	    " user=<>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1, TLS: "
	    "Connection closed, " K_1_3 ", session=<ouLfidhguqbGM2QH>",
	    "aborted " AT "imap||PLAIN|198.51.100.7|192.0.2.1 encrypted TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384" },
	{ "too many of one", SYSLOG "imap-login: Maximum number of connections "
	    "from user+IP exceeded (mail_max_userip_connections=20): "
	    "user=<joe@example.com>, method=PLAIN, " REST "mpid=1, TLS, " SESSION,
	    "aborted " AT "imap|joe@example.com|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some -" },
	{ "without a reason", SYSLOG "imap-login: Disconnected: Shutting down: "
	    "user=<>, " REST SESSION,
	    "aborted " AT "imap|||192.0.2.5|192.0.2.1 clear - -" },
	{ "without elements", SYSLOG "imap-login: Disconnected (auth failed, 2 "
	    "attempts in 2 secs)",
	    "failure " AT "imap|||| clear - - ×2" },

	/* ---- names ---- */
	{ "quotes and a backslash", SYSLOG "imap-login: Info: Disconnected: "
	    "Aborted login by logging out (auth failed, 1 attempts in 17 secs): "
	    "user=<quote\"d\\ user>, method=PLAIN, rip=198.51.100.7, "
	    "lip=192.0.2.1, TLS: Connection closed, " K_1_3
	    ", session=<dT1TiNhgMKTGM2QH>",
	    "failure " AT "imap|quote\"d\\ user|PLAIN|198.51.100.7|192.0.2.1 "
	    "encrypted TLSv1.3 TLS_AES_256_GCM_SHA384 ×1" },
	{ "control characters", FAILED_2_3 "user=<ctl???@clinic.example>, "
	    "method=PLAIN, " REST "TLS, " SESSION,
	    "failure " AT "imap|ctl???@clinic.example|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1" },
	{ "a name that was cut", FAILED_2_3 "user=<" CUT_77 "...>, method=PLAIN, "
	    REST "TLS, " SESSION,
	    "failure " AT "imap|" CUT_77 "...|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1 cut" },
	{ "a short one that ends so", FAILED_2_3 "user=<joe...>, method=PLAIN, "
	    REST "TLS, " SESSION,
	    "failure " AT "imap|joe...|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1" },
	{ "a bracket", FAILED_2_3 "user=<a>b>, method=PLAIN, " REST "TLS, "
	    SESSION,
	    "failure " AT "imap|a>b|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1" },
	{ "words of a reason", FAILED_2_3 "user=<(no auth attempts)>, "
	    "method=PLAIN, " REST "TLS, " SESSION,
	    "failure " AT "imap|(no auth attempts)|PLAIN|192.0.2.5|192.0.2.1 "
	    "encrypted some - ×1" },
	{ "elements of the message", FAILED_2_3 "user=<: user=<x, rip=1.2.3.4>, "
	    "method=PLAIN, " REST SESSION,
	    "failure " AT "imap|: user=<x, rip=1.2.3.4|PLAIN|192.0.2.5|"
	    "192.0.2.1 clear - - ×1" },
	{ "forged elements", SYSLOG "imap-login: Info: Disconnected: Aborted "
	    "login by logging out (auth failed, 1 attempts in 10 secs): "
	    "user=<x>, TLS, rip=1.2.3.4, session=<y>, method=PLAIN, "
	    "rip=198.51.100.7, lip=192.0.2.1, TLS: Connection closed, " K_1_3
	    ", session=<55BTh9hgYLzGM2QH>", DOUBTFUL },
	{ "forged elements without an end", SYSLOG "imap-login: Info: "
	    "Disconnected: Aborted login by logging out (auth failed, 1 attempts"
	    " in 17 secs): user=<x>, TLS, rip=1.2.3.4>, method=PLAIN, "
	    "rip=198.51.100.7, lip=192.0.2.1, TLS: Connection closed, " K_1_3
	    ", session=<WbrTh9hg+LbGM2QH>", DOUBTFUL },
	{ "TLS forged in clear", FAILED_2_3 "user=<x>, TLS, a=<y>, method=PLAIN, "
	    REST SESSION, DOUBTFUL },
	{ "the same as a session", FAILED_2_3 "user=<x>, TLS, session=<y>, "
	    "method=PLAIN, " REST SESSION, DOUBTFUL },
	{ "where the format has no session", FAILED_2_3 "user=<x>, TLS, "
	    "session=<y>, method=PLAIN, rip=192.0.2.5, lip=192.0.2.1",
	    DOUBTFUL },
	{ "an address where the format has none", FAILED_2_3 "user=<x>, "
	    "rip=1.2.3.4, session=<y>, method=PLAIN, TLS", DOUBTFUL },
	{ "a short list that ends like a name, too", FAILED_2_3 "user=<>, "
	    "secured, mpid=1, =<>, method=PLAIN, " SESSION, DOUBTFUL },
	{ "the name at the end", FAILED_2_3 REST "user=<x>, TLS, session=<y>",
	    DOUBTFUL },
	{ "TLS forged as the last word", FAILED_2_3 "user=<x>, TLS>, "
	    "method=PLAIN, " REST SESSION, DOUBTFUL },
	{ "secured forged in clear", FAILED_2_3 "user=<x>, secured, a=<>, "
	    "method=PLAIN, " REST SESSION, DOUBTFUL },
	{ "a forged cipher", FAILED_2_3 "user=<x>, " K_1_3 ", a=<>, "
	    "method=PLAIN, " REST SESSION, DOUBTFUL },
	{ "a forged handshake", SYSLOG "imap-login: Disconnected: Aborted login "
	    "(sent invalid base64 in response): user=<x>, TLS handshaking, a=<>,"
	    " method=PLAIN, " REST SESSION, "broken" },
	{ "two names", FAILED_2_3 "user=<x>, user=<y>, method=PLAIN, " REST
	    SESSION, DOUBTFUL },

	/* ---- what can't be ---- */
	{ "a login of nobody", SYSLOG "imap-login: Login: user=<>, method=PLAIN, "
	    REST "TLS, " SESSION, "broken" },
	{ "without a name", SYSLOG "imap-login: Login: method=PLAIN, " REST
	    "TLS, " SESSION, "broken" },
	{ "without its elements", SYSLOG "imap-login: Login: joe", "broken" },
	{ "cut in the name", SYSLOG "imap-login: Login: user=<joe@exam",
	    "broken" },
	{ "cut in the session", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, " REST "TLS, session=<A9gx", "broken" },
	{ "cut behind a comma", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, ", "broken" },
	{ "an element of nothing", SYSLOG "imap-login: Login: user=<joe>, , "
	    "method=PLAIN, " REST "TLS", "broken" },
	{ "an address that is none", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN, rip=localhost, lip=192.0.2.1, TLS", "broken" },
	{ "a mechanism that is none", SYSLOG "imap-login: Login: user=<joe>, "
	    "method=PLAIN X, " REST "TLS", "broken" },
	{ "two addresses", SYSLOG "imap-login: Login: user=<joe>, rip=192.0.2.5, "
	    "rip=192.0.2.6, TLS", "broken" },
	{ "secured and encrypted", SYSLOG "imap-login: Login: user=<joe>, " REST
	    "secured, TLS", "broken" },
	{ "a control character in the name", SYSLOG "imap-login: Login: "
	    "user=<jo\te>, method=PLAIN, " REST "TLS", "broken" },
};

static int
part(char *out, size_t size, struct slice slice)
{
	return snprintf(out, size, "%.*s", (int)slice.length,
	    slice.length == 0 ? "" : slice.bytes);
}

static const char *
show(const struct dovecot_log_event *event, char *out, size_t size)
{
	char service[99], user[99], method[99], remote[99], local[99], cipher[99];
	char day[11], attempts[24] = "";

	if (event->kind == DOVECOT_LOG_OTHER && event->is_dovecot)
		return "dovecot";
	if (event->kind <= DOVECOT_LOG_BROKEN)
		return kinds[event->kind];
	part(service, sizeof(service), event->service);
	part(user, sizeof(user), event->user);
	part(method, sizeof(method), event->method);
	part(remote, sizeof(remote), event->remote);
	part(local, sizeof(local), event->local);
	if (part(cipher, sizeof(cipher), event->cipher) == 0)
		strcpy(cipher, "-");
	log_day_text(event->stamp.day, day);
	if (event->attempts > 0)
		snprintf(attempts, sizeof(attempts), " ×%u", event->attempts);
	snprintf(out, size, "%s %s %02d:%02d %s|%s|%s|%s|%s %s %s %s%s%s%s",
	    kinds[event->kind], day, event->stamp.hour, event->stamp.minute,
	    service, user, method, remote, local, securities[event->security],
	    versions[event->tls], cipher, attempts,
	    event->user_cut ? " cut" : "", event->doubtful ? " doubtful" : "");
	return out;
}

/* The line in memory of its own size, so that a byte too far is seen. */
static void
read_copy(const char *line, size_t length, struct dovecot_log_event *ret_event,
    char **ret_copy)
{
	*ret_copy = malloc(length == 0 ? 1 : length);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, line, length);
	dovecot_log_read(*ret_copy, length, log_day(2026, 11, 22), ret_event);
}

static void
test_cases(void **state)
{
	struct dovecot_log_event event;
	unsigned failed = 0;
	char out[1024], *copy;
	const char *seen;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		read_copy(cases[i].line, strlen(cases[i].line), &event, &copy);
		seen = show(&event, out, sizeof(out));
		if (strcmp(seen, cases[i].wanted) != 0) {
			print_error("%s: seen \"%s\", wanted \"%s\"\n",
			    cases[i].name, seen, cases[i].wanted);
			failed++;
		}
		free(copy);
	}
	assert_int_equal(failed, 0);
}

/* However a line is cut, it is never more than what it was. */
static void
test_cut_everywhere(void **state)
{
	struct dovecot_log_event event;
	size_t i, length;
	char *copy;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (length = 0; length < strlen(cases[i].line); length++) {
			read_copy(cases[i].line, length, &event, &copy);
			if (event.kind == DOVECOT_LOG_LOGIN &&
			    strncmp(cases[i].wanted, "login", 5) != 0 &&
			    strcmp(cases[i].wanted, "broken") != 0)
				fail_msg("%s, cut at %zu", cases[i].name,
				    length);
			free(copy);
		}
}

static void
test_long_lines(void **state)
{
	static const char begin[] = SYSLOG "imap-login: Login: user=<";
	struct dovecot_log_event event;
	char *line = malloc(LOG_LINE_MAX + 1);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', LOG_LINE_MAX + 1);
	memcpy(line, begin, sizeof(begin) - 1);
	memcpy(line + LOG_LINE_MAX - 4, ">, a", 4);
	dovecot_log_read(line, LOG_LINE_MAX, log_day(2026, 11, 22), &event);
	assert_int_equal(event.kind, DOVECOT_LOG_LOGIN);
	dovecot_log_read(line, LOG_LINE_MAX + 1, log_day(2026, 11, 22), &event);
	assert_int_equal(event.kind, DOVECOT_LOG_BROKEN);
	memset(line, 'x', LOG_LINE_MAX + 1);
	dovecot_log_read(line, LOG_LINE_MAX + 1, log_day(2026, 11, 22), &event);
	assert_int_equal(event.kind, DOVECOT_LOG_BROKEN);
	free(line);
}

static void
test_nul(void **state)
{
	static const char line[] = SYSLOG "imap-login: Login: user=<jo\0e>, "
	    "method=PLAIN, " REST "TLS, " SESSION;
	struct dovecot_log_event event;

	(void)state;
	dovecot_log_read(line, sizeof(line) - 1, log_day(2026, 11, 22), &event);
	assert_int_equal(event.kind, DOVECOT_LOG_BROKEN);
	assert_int_equal(event.stamp.day, log_day(2026, 11, 21));
	assert_true(event.is_dovecot);
	assert_int_equal(event.user.length, 0);
}

/* Every day of the years around is found again, whenever the file was written. */
static void
test_years(void **state)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct dovecot_log_event event;
	int32_t day, behind;
	char text[11], line[80];

	(void)state;
	for (day = log_day(2023, 1, 1); day < log_day(2028, 12, 31); day++) {
		log_day_text(day, text);
		snprintf(line, sizeof(line), "%.3s %2d 00:00:00 h dovecot: "
		    "auth: x", months + (atoi(text + 5) - 1) * 3,
		    atoi(text + 8));
		for (behind = -1; behind < 364; behind += 73) {
			dovecot_log_read(line, strlen(line), day + behind,
			    &event);
			assert_int_equal(event.stamp.day, day);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_years),
	};

	return cmocka_run_group_tests_name("dovecot_log", tests, NULL, NULL);
}
