/*
 * The talk in clear, fed with what servers say: transcripts of Exim 4.96 and
 * of Dovecot 2.3.19 and 2.4.1 as they spoke (each listener from an address of
 * its own host and from another), ManageSieve and HTTP after their RFCs'
 * examples, and what none of them should say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse/dialogue.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SAYS(text) .says = (text), .length = sizeof(text) - 1

#define EXIM_BANNER \
	"220-server1.lab.example ESMTP Exim 4.96 #2 Sun, 22 Nov 2026 " \
	"00:33:17 +0000 \r\n" \
	"220-We do not authorize the use of this system to transport " \
	"unsolicited, \r\n" \
	"220 and/or bulk e-mail.\r\n"
#define EXIM_GREETING \
	"220-server1.lab.example ESMTP Exim 4.96 #2 Sun, 22 Nov 2026 " \
	"00:33:17 +0000 "
#define EXIM_EHLO(auth) \
	"250-server1.lab.example Hello probe.example [127.0.0.1]\r\n" \
	"250-SIZE 52428800\r\n250-8BITMIME\r\n250-ETRN\r\n250-VRFY\r\n" \
	"250-PIPELINING\r\n250-PIPECONNECT\r\n" auth "250-STARTTLS\r\n" \
	"250 HELP\r\n"
#define EHLO "EHLO probe.example\r\n"
#define IMAP_23 "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ "
#define IMAP_24 "IMAP4rev1 LOGIN-REFERRALS ID ENABLE IDLE SASL-IR LITERAL+ "
#define IMAP_SAYS(capabilities) \
	"* OK [CAPABILITY " capabilities "] Dovecot ready.\r\n" \
	"* CAPABILITY " capabilities "\r\n" \
	"a OK Pre-login capabilities listed, post-login capabilities have more.\r\n"
#define POP3_CAPA(more) \
	"+OK Dovecot ready.\r\n" \
	"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\n" \
	"AUTH-RESP-CODE\r\nSTLS\r\n" more ".\r\n"
#define SIEVE_SAYS(sasl) \
	"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n" \
	"\"SIEVE\" \"fileinto reject envelope\"\r\n" \
	"\"NOTIFY\" \"mailto\"\r\n" \
	"\"SASL\" \"" sasl "\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\n" \
	"OK \"Dovecot ready.\"\r\n"
#define GET \
	"GET / HTTP/1.1\r\nHost: probe.example\r\nUser-Agent: cpward/" \
	CPWARD_VERSION "\r\nConnection: close\r\n\r\n"
#define MAIL "MAIL FROM:<postmaster@probe.example>\r\n"
#define RCPT "RCPT TO:<cpward-probe@example.net>\r\n"

/* What has no field here is expected to be zero, or empty. */
static const struct {
	const char *name;
	enum probe_protocol protocol;
	enum dialogue_goal goal;
	const char *says;
	size_t length;
	enum dialogue_state state;
	const char *sent;
	size_t unused;
	const char *greeting;		/* NULL = any */
	enum probe_seen starttls;
	const char *mechanisms;		/* NULL = not seen */
	enum probe_seen clear_login;
	enum probe_seen relay;
	unsigned http_status;
	const char *location;
	const char *hsts;
	const char *why;		/* a part of it; NULL = empty */
} cases[] = {
	/* Exim 4.96 */
	{ "exim, hardened", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS(EXIM_BANNER EXIM_EHLO("") "220 TLS go ahead\r\n"),
	  DIALOGUE_TLS, EHLO "STARTTLS\r\n", .greeting = EXIM_GREETING,
	  .starttls = PROBE_YES, .mechanisms = "" },
	{ "exim, hardened, login", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(EXIM_BANNER EXIM_EHLO("")
	  "503 AUTH command used when not advertised\r\n"
	  "220 TLS go ahead\r\n"),
	  DIALOGUE_TLS, EHLO "AUTH PLAIN\r\nSTARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "", .clear_login = PROBE_NO },
	{ "exim, AUTH in clear", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(EXIM_BANNER EXIM_EHLO("250-AUTH PLAIN LOGIN\r\n")
	  "220 TLS go ahead\r\n"),
	  DIALOGUE_TLS, EHLO "STARTTLS\r\n", .starttls = PROBE_YES,
	  .mechanisms = "PLAIN LOGIN", .clear_login = PROBE_YES },
	{ "exim, AUTH behind its back", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(EXIM_BANNER EXIM_EHLO("") "334 \r\n"
	  "501 Authentication cancelled\r\n220 TLS go ahead\r\n"),
	  DIALOGUE_TLS, EHLO "AUTH PLAIN\r\n*\r\nSTARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "", .clear_login = PROBE_YES },
	{ "exim, injection", PROBE_SMTP, DIALOGUE_INJECTION,
	  SAYS(EXIM_BANNER EXIM_EHLO("") "220 TLS go ahead\r\n250 OK\r\n"),
	  DIALOGUE_TLS, EHLO "STARTTLS\r\nNOOP\r\n", .unused = 8,
	  .starttls = PROBE_YES, .mechanisms = "" },
	{ "exim, relay refused", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS(EXIM_BANNER EXIM_EHLO("") "250 OK\r\n"
	  "550-Rejected relay attempt: '127.0.0.1' From: "
	  "'postmaster@probe.example' To:\r\n"
	  "550 'cpward-probe@example.net'\r\n250 Reset OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_YES,
	  .mechanisms = "", .relay = PROBE_NO },
	{ "exim, relay inside TLS", PROBE_SMTPS, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n250 OK\r\n250 Accepted\r\n250 Reset OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .relay = PROBE_YES },
	/* SMTP, RFC 5321, 3207, 4954 */
	{ "relay refused in the last line", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n250 OK\r\n"
	  "554 5.7.1 <x>: Relay access denied\r\n250 OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .relay = PROBE_NO },
	{ "recipient wants a login", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n250 OK\r\n"
	  "550-Please turn on SMTP Authentication in your mail client.\r\n"
	  "550 no\r\n250 OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .relay = PROBE_NO },
	{ "the recipient's domain takes no mail", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n250 OK\r\n"
	  "556 5.1.10 <cpward-probe@example.net>: null MX\r\n250 OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .why = "556 5.1.10" },
	{ "greylisted", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n250 OK\r\n451 4.7.1 Greylisted\r\n250 OK\r\n"),
	  DIALOGUE_DONE, EHLO MAIL RCPT "RSET\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .why = "451 4.7.1 Greylisted" },
	{ "sender refused", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n550 no such sender\r\n"),
	  DIALOGUE_DONE, EHLO MAIL, .starttls = PROBE_NO,
	  .mechanisms = "", .why = "550 no such sender" },
	{ "submission wants a login", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n530 5.7.0 Authentication required\r\n"),
	  DIALOGUE_DONE, EHLO MAIL, .starttls = PROBE_NO, .mechanisms = "",
	  .relay = PROBE_NO, .why = "530 5.7.0 Authentication required" },
	{ "submission wants TLS", PROBE_SMTP, DIALOGUE_RELAY,
	  SAYS("220 a\r\n250 a\r\n"
	  "530 5.7.0 Must issue a STARTTLS command first\r\n"),
	  DIALOGUE_DONE, EHLO MAIL, .starttls = PROBE_NO, .mechanisms = "",
	  .why = "530 5.7.0 Must issue" },
	{ "too many connections", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("421 Too many concurrent SMTP connections; please try again "
	  "later\r\n"), DIALOGUE_BUSY, "", .why = "421 Too many concurrent" },
	{ "421 behind EHLO", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n421 a lost input connection\r\n"), DIALOGUE_BUSY,
	  EHLO, .why = "421 a lost" },
	{ "421 at STARTTLS", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n250-a\r\n250 STARTTLS\r\n421 later\r\n"),
	  DIALOGUE_BUSY, EHLO "STARTTLS\r\n", .starttls = PROBE_YES,
	  .mechanisms = "", .why = "421 later" },
	{ "busy banner", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("450 not now\r\n"), DIALOGUE_BUSY, "", .why = "450 not now" },
	{ "no service", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("554 No SMTP service here\r\n"), DIALOGUE_FAILED, "",
	  .why = "554 No SMTP service here" },
	{ "EHLO refused", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n502 not implemented\r\n"), DIALOGUE_FAILED, EHLO,
	  .why = "502 not implemented" },
	{ "no STARTTLS", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n250-a STARTTLS\r\n250 SIZE\r\n"), DIALOGUE_DONE, EHLO,
	  .starttls = PROBE_NO, .mechanisms = "" },
	{ "the first line has no keyword", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n250 STARTTLS\r\n"), DIALOGUE_DONE, EHLO,
	  .starttls = PROBE_NO, .mechanisms = "" },
	{ "TLS not available", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n250-a\r\n250 starttls\r\n454 TLS currently "
	  "unavailable\r\n"), DIALOGUE_DONE, EHLO "STARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "",
	  .why = "454 TLS currently unavailable" },
	{ "AUTH of old, twice", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS("220 a\r\n250-a\r\n250-AUTH=plain login\r\n"
	  "250 AUTH PLAIN CRAM-MD5\r\n"), DIALOGUE_DONE, EHLO,
	  .starttls = PROBE_NO, .mechanisms = "PLAIN LOGIN CRAM-MD5",
	  .clear_login = PROBE_YES },
	{ "AUTH without mechanisms", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS("220 a\r\n250-a\r\n250 AUTH\r\n502 no\r\n"), DIALOGUE_DONE,
	  EHLO "AUTH PLAIN\r\n", .starttls = PROBE_NO, .mechanisms = "",
	  .clear_login = PROBE_NO },
	{ "AUTH, later", PROBE_SMTP, DIALOGUE_CLEAR_LOGIN,
	  SAYS("220 a\r\n250 a\r\n454 Temporary authentication failure\r\n"),
	  DIALOGUE_DONE, EHLO "AUTH PLAIN\r\n", .starttls = PROBE_NO,
	  .mechanisms = "", .why = "454 Temporary" },
	{ "codes differ", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220-a\r\n250 b\r\n"), DIALOGUE_FAILED, "",
	  .why = "codes of one reply differ: 250 b" },
	{ "bare codes and newlines", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220\n250\n"), DIALOGUE_DONE, EHLO, .greeting = "220",
	  .starttls = PROBE_NO, .mechanisms = "" },
	{ "another success at STARTTLS", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("220 a\r\n250-a\r\n250 STARTTLS\r\n250 ok\r\n"),
	  DIALOGUE_FAILED, EHLO "STARTTLS\r\n", .starttls = PROBE_YES,
	  .mechanisms = "", .why = "unexpected reply: 250 ok" },
	{ "a challenge nobody asked for", PROBE_SMTP, DIALOGUE_STARTTLS,
	  SAYS("334 \r\n"), DIALOGUE_FAILED, "", .why = "unexpected reply" },
	{ "SSH", PROBE_SMTP, DIALOGUE_STARTTLS, SAYS("SSH-2.0-OpenSSH_9.2\r\n"),
	  DIALOGUE_FAILED, "", .why = "not an SMTP reply: SSH-2.0" },
	{ "NUL", PROBE_SMTP, DIALOGUE_STARTTLS, SAYS("220 a\0b\r\n"),
	  DIALOGUE_FAILED, "", .why = "NUL byte" },
	/* Dovecot 2.3.19 and 2.4.1 */
	{ "dovecot 2.3, login", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(IMAP_SAYS(IMAP_23 "STARTTLS LOGINDISABLED")
	  "b NO [PRIVACYREQUIRED] Authentication not allowed until SSL/TLS is "
	  "enabled.\r\nc OK Begin TLS negotiation now.\r\n"),
	  DIALOGUE_TLS,
	  "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\nc STARTTLS\r\n",
	  .greeting = "* OK [CAPABILITY " IMAP_23 "STARTTLS LOGINDISABLED] "
	  "Dovecot ready.", .starttls = PROBE_YES, .mechanisms = "",
	  .clear_login = PROBE_NO },
	{ "dovecot 2.4, login", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(IMAP_SAYS(IMAP_24 "STARTTLS LOGINDISABLED")
	  "b NO [PRIVACYREQUIRED] Authentication disallowed on non-secure "
	  "(SSL/TLS) connections.\r\nc OK Begin TLS negotiation now.\r\n"),
	  DIALOGUE_TLS,
	  "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\nc STARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "", .clear_login = PROBE_NO },
	{ "dovecot 2.4, neglected", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(IMAP_SAYS(IMAP_24
	  "STARTTLS AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5") "+ \r\n"
	  "b BAD Authentication aborted by client.\r\n"
	  "c OK Begin TLS negotiation now.\r\n"), DIALOGUE_TLS,
	  "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\n*\r\nc STARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "PLAIN LOGIN CRAM-MD5",
	  .clear_login = PROBE_YES },
	{ "dovecot, untagged warning", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS(IMAP_SAYS(IMAP_23 "LOGINDISABLED")
	  "* BAD [ALERT] Plaintext authentication not allowed without SSL/TLS, "
	  "but your client did it anyway. If anyone was listening, the password "
	  "was exposed.\r\nb NO [PRIVACYREQUIRED] Plaintext authentication "
	  "disallowed on non-secure (SSL/TLS) connections.\r\n"),
	  DIALOGUE_DONE, "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\n",
	  .starttls = PROBE_NO, .mechanisms = "", .clear_login = PROBE_NO },
	{ "dovecot, injection", PROBE_IMAP, DIALOGUE_INJECTION,
	  SAYS(IMAP_SAYS(IMAP_23 "STARTTLS LOGINDISABLED")
	  "c OK Begin TLS negotiation now.\r\nd OK NOOP completed.\r\n"),
	  DIALOGUE_TLS, "a CAPABILITY\r\nc STARTTLS\r\nd NOOP\r\n",
	  .unused = 22, .starttls = PROBE_YES, .mechanisms = "" },
	{ "dovecot, pop3", PROBE_POP3, DIALOGUE_CLEAR_LOGIN,
	  SAYS(POP3_CAPA("SASL\r\n") "-ERR [AUTH] Authentication not allowed "
	  "until SSL/TLS is enabled.\r\n+OK Begin TLS negotiation now.\r\n"),
	  DIALOGUE_TLS, "CAPA\r\nAUTH PLAIN\r\nSTLS\r\n",
	  .greeting = "+OK Dovecot ready.", .starttls = PROBE_YES,
	  .mechanisms = "", .clear_login = PROBE_NO },
	{ "dovecot, pop3, neglected", PROBE_POP3, DIALOGUE_CLEAR_LOGIN,
	  SAYS(POP3_CAPA("USER\r\nSASL PLAIN LOGIN\r\n") "+ \r\n"
	  "-ERR Authentication aborted by client.\r\n"
	  "+OK Begin TLS negotiation now.\r\n"),
	  DIALOGUE_TLS, "CAPA\r\nAUTH PLAIN\r\n*\r\nSTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "USER PLAIN LOGIN",
	  .clear_login = PROBE_YES },
	{ "dovecot, pop3, injection", PROBE_POP3, DIALOGUE_INJECTION,
	  SAYS(POP3_CAPA("SASL\r\n") "+OK Begin TLS negotiation now.\r\n+OK\r\n"),
	  DIALOGUE_TLS, "CAPA\r\nSTLS\r\nCAPA\r\n", .unused = 5,
	  .starttls = PROBE_YES, .mechanisms = "" },
	/* IMAP, RFC 9051 */
	{ "LOGIN alone", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS("* OK hi\r\n* CAPABILITY IMAP4rev1\r\na OK\r\n"
	  "b NO no such mechanism\r\n"),
	  DIALOGUE_DONE, "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\n",
	  .starttls = PROBE_NO, .mechanisms = "LOGIN",
	  .clear_login = PROBE_YES },
	{ "BAD refuses too", PROBE_IMAP, DIALOGUE_CLEAR_LOGIN,
	  SAYS("* OK hi\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na OK x\r\n"
	  "b BAD unknown\r\n"),
	  DIALOGUE_DONE, "a CAPABILITY\r\nb AUTHENTICATE PLAIN\r\n",
	  .starttls = PROBE_NO, .mechanisms = "", .clear_login = PROBE_NO },
	{ "BYE of a limit", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* BYE Too many connections from your address\r\n"),
	  DIALOGUE_BUSY, "", .why = "* BYE Too many" },
	{ "BYE", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* BYE Disconnected: Shutting down\r\n"), DIALOGUE_FAILED, "",
	  .why = "* BYE Disconnected" },
	{ "BYE later", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* OK hi\r\n* BYE [UNAVAILABLE] x\r\n"), DIALOGUE_BUSY,
	  "a CAPABILITY\r\n", .why = "* BYE [UNAVAILABLE] x" },
	{ "PREAUTH", PROBE_IMAP, DIALOGUE_STARTTLS, SAYS("* PREAUTH hi\r\n"),
	  DIALOGUE_FAILED, "", .why = "unexpected greeting: * PREAUTH" },
	{ "literal", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* OK hi\r\n* X {12}\r\n"), DIALOGUE_FAILED, "a CAPABILITY\r\n",
	  .why = "unexpected literal: * X {12}" },
	{ "non-synchronising literal", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* OK {1+}\r\n"), DIALOGUE_FAILED, "",
	  .why = "unexpected literal" },
	{ "another tag", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* OK hi\r\nb OK x\r\n"), DIALOGUE_FAILED, "a CAPABILITY\r\n",
	  .why = "not an IMAP reply: b OK x" },
	{ "STARTTLS refused", PROBE_IMAP, DIALOGUE_STARTTLS,
	  SAYS("* OK hi\r\n* CAPABILITY STARTTLS\r\na OK\r\nc NO no key\r\n"),
	  DIALOGUE_DONE, "a CAPABILITY\r\nc STARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "LOGIN", .why = "c NO no key" },
	/* POP3, RFC 1939, 2449, 2595 */
	{ "a POP3 server without CAPA", PROBE_POP3, DIALOGUE_CLEAR_LOGIN,
	  SAYS("+OK\r\n-ERR what\r\n-ERR what\r\n+OK who\r\n-ERR what\r\n"),
	  DIALOGUE_DONE, "CAPA\r\nAUTH PLAIN\r\nUSER cpward-probe\r\nSTLS\r\n",
	  .starttls = PROBE_NO, .clear_login = PROBE_YES, .why = "-ERR what" },
	{ "USER refused", PROBE_POP3, DIALOGUE_CLEAR_LOGIN,
	  SAYS("+OK\r\n+OK\r\nUSER\r\n.\r\n-ERR\r\n-ERR TLS first\r\n"),
	  DIALOGUE_DONE, "CAPA\r\nAUTH PLAIN\r\nUSER cpward-probe\r\n",
	  .starttls = PROBE_NO, .mechanisms = "USER", .clear_login = PROBE_NO },
	{ "in use", PROBE_POP3, DIALOGUE_STARTTLS, SAYS("-ERR [IN-USE] x\r\n"),
	  DIALOGUE_BUSY, "", .why = "-ERR [IN-USE] x" },
	{ "refused", PROBE_POP3, DIALOGUE_STARTTLS, SAYS("-ERR go away\r\n"),
	  DIALOGUE_FAILED, "", .why = "-ERR go away" },
	{ "no POP3", PROBE_POP3, DIALOGUE_STARTTLS, SAYS("+OKAY\r\n"),
	  DIALOGUE_FAILED, "", .why = "not a POP3 reply: +OKAY" },
	/* ManageSieve, RFC 5804 */
	{ "sieve", PROBE_SIEVE, DIALOGUE_STARTTLS,
	  SAYS(SIEVE_SAYS("") "OK \"Begin TLS negotiation now.\"\r\n"),
	  DIALOGUE_TLS, "STARTTLS\r\n",
	  .greeting = "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"",
	  .starttls = PROBE_YES, .mechanisms = "" },
	{ "sieve, login refused", PROBE_SIEVE, DIALOGUE_CLEAR_LOGIN,
	  SAYS(SIEVE_SAYS("") "NO (ENCRYPT-NEEDED) \"no\"\r\nOK\r\n"),
	  DIALOGUE_TLS, "AUTHENTICATE \"PLAIN\"\r\nSTARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "", .clear_login = PROBE_NO },
	{ "sieve, login", PROBE_SIEVE, DIALOGUE_CLEAR_LOGIN,
	  SAYS(SIEVE_SAYS("PLAIN login") "\"\"\r\nNO \"aborted\"\r\nOK\r\n"),
	  DIALOGUE_TLS, "AUTHENTICATE \"PLAIN\"\r\n\"*\"\r\nSTARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "PLAIN LOGIN",
	  .clear_login = PROBE_YES },
	{ "sieve, login, literal", PROBE_SIEVE, DIALOGUE_CLEAR_LOGIN,
	  SAYS(SIEVE_SAYS("PLAIN") "{0}\r\n\r\nNO\r\nOK\r\n"),
	  DIALOGUE_TLS, "AUTHENTICATE \"PLAIN\"\r\n\"*\"\r\nSTARTTLS\r\n",
	  .starttls = PROBE_YES, .mechanisms = "PLAIN",
	  .clear_login = PROBE_YES },
	{ "sieve, injection", PROBE_SIEVE, DIALOGUE_INJECTION,
	  SAYS(SIEVE_SAYS("") "OK\r\nOK \"x\"\r\n"), DIALOGUE_TLS,
	  "STARTTLS\r\nCAPABILITY\r\n", .unused = 8, .starttls = PROBE_YES,
	  .mechanisms = "" },
	{ "sieve, later", PROBE_SIEVE, DIALOGUE_STARTTLS,
	  SAYS("BYE (TRYLATER) \"x\"\r\n"), DIALOGUE_BUSY, "",
	  .why = "BYE (TRYLATER)" },
	{ "sieve, literal", PROBE_SIEVE, DIALOGUE_STARTTLS,
	  SAYS("\"X\" {3}\r\n"), DIALOGUE_FAILED, "",
	  .why = "not a ManageSieve reply" },
	/* HTTP, RFC 9112 */
	{ "redirect", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("HTTP/1.1 301 Moved Permanently\r\nServer: Apache\r\n"
	  "Location: https://probe.example/\r\nContent-Length: 2\r\n\r\nhi"),
	  DIALOGUE_DONE, GET, .http_status = 301,
	  .location = "https://probe.example/" },
	{ "HSTS, the first one", PROBE_HTTPS, DIALOGUE_HTTP,
	  SAYS("HTTP/1.0 200 OK\r\nstrict-transport-SECURITY:\t max-age=1 \r\n"
	  "Strict-Transport-Security: max-age=2\r\n\r\n"),
	  DIALOGUE_DONE, GET, .http_status = 200, .hsts = "max-age=1" },
	{ "a header's name in another", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("HTTP/1.1 200 \r\nX-Location: a\r\nContent-Location: b\r\n\r\n"),
	  DIALOGUE_DONE, GET, .http_status = 200 },
	{ "an early reply", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("HTTP/1.1 103 Early Hints\r\nLocation: a\r\n\r\n"
	  "HTTP/1.1 404 Not Found\r\n\r\n"), DIALOGUE_DONE, GET,
	  .http_status = 404 },
	{ "folded", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"), DIALOGUE_FAILED, GET,
	  .http_status = 200, .why = "not an HTTP header" },
	{ "blank before the colon", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("HTTP/1.1 200 OK\r\nLocation : a\r\n\r\n"), DIALOGUE_FAILED, GET,
	  .http_status = 200, .why = "not an HTTP header" },
	{ "TLS where HTTP is wanted", PROBE_HTTP, DIALOGUE_HTTP,
	  SAYS("\x15\x03\x01\n"), DIALOGUE_FAILED, GET,
	  .why = "not an HTTP status line" },
	{ "HTTP/2", PROBE_HTTP, DIALOGUE_HTTP, SAYS("HTTP/2 200\r\n"),
	  DIALOGUE_FAILED, GET, .why = "not an HTTP status line" },
};

struct talk {
	struct dialogue dialogue;
	char sent[2048];
	size_t used;		/* by dialogue_input */
	size_t decided;		/* bytes after which it no longer wanted more */
};

static void
collect_sent(struct talk *talk)
{
	size_t length = strlen(talk->sent);

	assert_true(length + talk->dialogue.out_length < sizeof(talk->sent));
	memcpy(talk->sent + length, talk->dialogue.out,
	    talk->dialogue.out_length);
	talk->sent[length + talk->dialogue.out_length] = '\0';
	talk->dialogue.out_length = 0;
}

/* In pieces of piece bytes, the first limit bytes. */
static void
hold_talk(struct talk *talk, size_t number, size_t piece, size_t limit)
{
	size_t at = 0;

	memset(talk, 0, sizeof(*talk));
	dialogue_begin(&talk->dialogue, cases[number].protocol,
	    cases[number].goal, "probe.example");
	collect_sent(talk);
	talk->decided = limit;
	while (at < limit) {
		size_t length = limit - at < piece ? limit - at : piece;
		size_t used = dialogue_input(&talk->dialogue,
		    cases[number].says + at, length);

		assert_true(used <= length);
		collect_sent(talk);
		at += length;
		talk->used += used;
		if (talk->dialogue.state != DIALOGUE_MORE &&
		    talk->decided == limit)
			talk->decided = at;
		if (talk->dialogue.state == DIALOGUE_TLS)
			break;
	}
}

static const char *
text(const char *value)
{
	return value == NULL ? "" : value;
}

static void
check_talk(size_t number, const struct talk *talk)
{
	const struct dialogue *dialogue = &talk->dialogue;

	if (dialogue->state != cases[number].state)
		print_error("%s: state %d, why \"%s\"\n", cases[number].name,
		    dialogue->state, dialogue->why);
	assert_int_equal(dialogue->state, cases[number].state);
	assert_string_equal(talk->sent, cases[number].sent);
	if (cases[number].greeting != NULL)
		assert_string_equal(dialogue->greeting, cases[number].greeting);
	assert_int_equal(dialogue->starttls, cases[number].starttls);
	assert_int_equal(dialogue->mechanisms_seen,
	    cases[number].mechanisms != NULL);
	assert_string_equal(dialogue->mechanisms, text(cases[number].mechanisms));
	assert_int_equal(dialogue->clear_login, cases[number].clear_login);
	assert_int_equal(dialogue->relay, cases[number].relay);
	assert_int_equal(dialogue->http_status, cases[number].http_status);
	assert_string_equal(dialogue->location, text(cases[number].location));
	assert_string_equal(dialogue->hsts, text(cases[number].hsts));
	if (cases[number].why == NULL)
		assert_string_equal(dialogue->why, "");
	else if (strstr(dialogue->why, cases[number].why) == NULL)
		fail_msg("%s: why is \"%s\"", cases[number].name, dialogue->why);
}

static void
test_whole(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct talk talk;

		hold_talk(&talk, i, cases[i].length, cases[i].length);
		check_talk(i, &talk);
		assert_int_equal(talk.used,
		    cases[i].length - cases[i].unused);
	}
}

static void
test_in_pieces(void **state)
{
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		for (piece = 1; piece < 8; piece++) {
			struct talk talk;

			hold_talk(&talk, i, piece, cases[i].length);
			check_talk(i, &talk);
		}
	}
}

/* Half a talk decides nothing; its end says so. */
static void
test_cut_off(void **state)
{
	size_t i, limit;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct talk whole;

		hold_talk(&whole, i, 1, cases[i].length);
		for (limit = 0; limit < whole.decided; limit++) {
			struct talk talk;
			enum dialogue_state ended;

			hold_talk(&talk, i, 1, limit);
			assert_int_equal(talk.dialogue.state, DIALOGUE_MORE);
			dialogue_end(&talk.dialogue);
			ended = talk.dialogue.state;
			if (talk.dialogue.relay != PROBE_UNKNOWN) {
				assert_int_equal(ended, DIALOGUE_DONE);
				continue;
			}
			assert_int_equal(ended,
			    (cases[i].protocol == PROBE_SMTP ||
			    cases[i].protocol == PROBE_SMTPS) &&
			    talk.dialogue.greeting[0] == '\0' ?
			    DIALOGUE_BUSY : DIALOGUE_FAILED);
			assert_non_null(strstr(talk.dialogue.why, "closed"));
		}
	}
}

static const struct {
	enum probe_protocol protocol;
	enum dialogue_goal goal;
	const char *name;
	enum dialogue_state state;
} beginnings[] = {
	{ PROBE_TLS, DIALOGUE_STARTTLS, NULL, DIALOGUE_TLS },
	{ PROBE_SMTPS, DIALOGUE_STARTTLS, "a", DIALOGUE_TLS },
	{ PROBE_IMAPS, DIALOGUE_CLEAR_LOGIN, "a", DIALOGUE_TLS },
	{ PROBE_HTTPS, DIALOGUE_STARTTLS, "a", DIALOGUE_TLS },
	{ PROBE_TLS, DIALOGUE_HTTP, "a", DIALOGUE_FAILED },
	{ PROBE_HTTP, DIALOGUE_STARTTLS, "a", DIALOGUE_FAILED },
	{ PROBE_IMAP, DIALOGUE_RELAY, "a", DIALOGUE_FAILED },
	{ PROBE_SMTP, DIALOGUE_STARTTLS, "a", DIALOGUE_MORE },
	{ PROBE_SMTP, DIALOGUE_STARTTLS, NULL, DIALOGUE_FAILED },
	{ PROBE_SMTP, DIALOGUE_STARTTLS, "", DIALOGUE_FAILED },
	{ PROBE_SMTP, DIALOGUE_STARTTLS, "a\r\nRSET", DIALOGUE_FAILED },
	{ PROBE_HTTP, DIALOGUE_HTTP, "[::1]", DIALOGUE_MORE },
};

static void
test_begin(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(beginnings); i++) {
		struct dialogue dialogue;

		dialogue_begin(&dialogue, beginnings[i].protocol,
		    beginnings[i].goal, beginnings[i].name);
		assert_int_equal(dialogue.state, beginnings[i].state);
		assert_int_equal(dialogue.out_length != 0,
		    beginnings[i].protocol == PROBE_HTTP &&
		    beginnings[i].state == DIALOGUE_MORE);
	}
}

static void
test_longest_line(void **state)
{
	static char line[DIALOGUE_LINE_MAX + 8];
	struct dialogue dialogue;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "220 ", 4);
	dialogue_begin(&dialogue, PROBE_SMTP, DIALOGUE_STARTTLS, "a.example");
	dialogue_input(&dialogue, line, DIALOGUE_LINE_MAX - 1);
	assert_int_equal(dialogue.state, DIALOGUE_MORE);
	dialogue_input(&dialogue, "\n", 1);
	assert_int_equal(dialogue.state, DIALOGUE_MORE);
	assert_int_equal(strlen(dialogue.greeting), PROBE_TEXT_MAX - 1);

	dialogue_begin(&dialogue, PROBE_SMTP, DIALOGUE_STARTTLS, "a.example");
	dialogue_input(&dialogue, line, DIALOGUE_LINE_MAX);
	assert_int_equal(dialogue.state, DIALOGUE_FAILED);
	assert_string_equal(dialogue.why, "line too long");
}

static void
test_endless_replies(void **state)
{
	struct dialogue dialogue;
	char line[64];
	int i;

	(void)state;
	dialogue_begin(&dialogue, PROBE_SMTP, DIALOGUE_STARTTLS, "a.example");
	for (i = 1; i < DIALOGUE_REPLY_LINES; i++)
		dialogue_input(&dialogue, "220-x\r\n", 7);
	assert_int_equal(dialogue.state, DIALOGUE_MORE);
	dialogue_input(&dialogue, "220-x\r\n", 7);
	assert_int_equal(dialogue.state, DIALOGUE_FAILED);
	assert_string_equal(dialogue.why, "reply of too many lines");

	dialogue_begin(&dialogue, PROBE_SMTP, DIALOGUE_STARTTLS, "a.example");
	dialogue_input(&dialogue, "220 x\r\n250-x\r\n", 14);
	for (i = 0; i < 60; i++) {
		snprintf(line, sizeof(line), "250-AUTH MECHANISM-%d\r\n", i);
		dialogue_input(&dialogue, line, strlen(line));
	}
	assert_int_equal(dialogue.state, DIALOGUE_FAILED);
	assert_string_equal(dialogue.why, "too many login mechanisms");
}

static void
test_goodbye(void **state)
{
	(void)state;
	assert_string_equal(dialogue_goodbye(PROBE_SMTPS), "QUIT\r\n");
	assert_string_equal(dialogue_goodbye(PROBE_POP3), "QUIT\r\n");
	assert_string_equal(dialogue_goodbye(PROBE_IMAP), "z LOGOUT\r\n");
	assert_string_equal(dialogue_goodbye(PROBE_SIEVE), "LOGOUT\r\n");
	assert_string_equal(dialogue_goodbye(PROBE_HTTP), "");
	assert_string_equal(dialogue_goodbye(PROBE_TLS), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_in_pieces),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_endless_replies),
		cmocka_unit_test(test_goodbye),
	};

	return cmocka_run_group_tests_name("dialogue", tests, NULL, NULL);
}
