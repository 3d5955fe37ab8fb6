/*
 * Makes a server of many domains: its files as `cpward scan --root` reads them,
 * the zones that say what the world is told of it, and what is true of each
 * domain, written down from here and not from what cpward says.
 *
 *	generate DOMAINS FOLDER
 *
 * FOLDER, which must not be there, gets
 *
 *	tree/		the server's files (owned as on a server when run as root)
 *	zones/		example.zone, reverse.zone
 *	truth.tsv	DOMAIN CHECK RESULT KIND, for the shipped profile hipaa
 *	questions	NAME TYPE, seven a domain, as dnsperf takes them
 *
 * The number of domains decides every byte: the kinds of domains below have
 * fixed shares, whatever looks random comes from the index, and RSA keys are
 * products of two of a pool of primes, which are found from a fixed seed. (So
 * the keys are whole, and no two domains have the same, but nobody should use
 * one: two of them may share a prime.)
 *
 * DOMAINS is a multiple of 1,000. Status 1 when something cannot be written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#define BLOCK 1000		/* the shares below are of so many */
#define STRIDE 379		/* has no factor in common with BLOCK: spreads the kinds */
#define DOMAINS_MAX 200000
#define A_MAILBOX_AT_LEAST 2
#define EXPONENT 65537

/* An account has so many domains, of these types. */
static const char *const domain_types[] = {
	"main", "addon", "addon", "parked", "sub",
};
#define PER_ACCOUNT (sizeof(domain_types) / sizeof(domain_types[0]))

#define SUSPENDED_EVERY 50	/* accounts, the last of each so many */
#define OWN_ADDRESS_EVERY 20	/* accounts whose mail leaves from the second address */

static const struct address {
	const char *local;	/* before 1:1 NAT */
	const char *public;
	const char *host;	/* its PTR, and what Exim says there */
} addresses[] = {
	{ "10.0.0.25", "192.0.2.25", "server1.host.example" },
	{ "10.0.0.26", "192.0.2.26", "server2.host.example" },
};

enum role { SENDS, RECEIVES, NO_MAIL, ELSEWHERE, SUSPENDED, ROLES };

enum check {
	SPF_VALID, SPF_POLICY, DKIM_VALID, DMARC_POLICY, DMARC_HYGIENE, PTR_MX,
	MTA_STS, DNSSEC_TLSA, LOCKDOWN, CHECKS,
};

static const char *const check_ids[CHECKS] = {
	[SPF_VALID] = "dns.spf.valid",
	[SPF_POLICY] = "dns.spf.policy",
	[DKIM_VALID] = "dns.dkim.valid",
	[DMARC_POLICY] = "dns.dmarc.policy",
	[DMARC_HYGIENE] = "dns.dmarc.hygiene",
	[PTR_MX] = "dns.ptr_mx",
	[MTA_STS] = "dns.mta_sts",
	[DNSSEC_TLSA] = "dns.dnssec_tlsa",
	[LOCKDOWN] = "dns.nonmail.lockdown",
};

#define NA "notapplicable"

/*
 * What is true of a domain whose records are right, by the baseline. No domain
 * publishes an MTA-STS policy: the same fault of all. None has a TLSA record,
 * which the baseline judges only where it is.
 */
static const char *const truths[ROLES][CHECKS] = {
	[SENDS] = { "pass", "pass", "pass", "pass", "pass", "pass", "fail", NA, NA },
	[RECEIVES] = { "pass", "pass", "pass", "pass", "pass", "pass", "fail", NA, NA },
	[NO_MAIL] = { NA, NA, NA, NA, NA, NA, NA, NA, "pass" },
	[ELSEWHERE] = { NA, NA, NA, NA, NA, NA, NA, NA, NA },
	[SUSPENDED] = { NA, NA, NA, NA, NA, NA, NA, NA, NA },
};

enum dkim { DKIM_RIGHT, DKIM_NONE, DKIM_OTHER_KEY, DKIM_SHORT, DKIM_REVOKED, DKIM_TESTING, DKIM_NO_PRIVATE };

/*
 * In a text %d is the domain, %a its address. NULL is what is right for the
 * role, "" is no record; '\n' is between two records.
 */
struct kind {
	const char *name;
	unsigned share;		/* of BLOCK */
	enum role role;
	const char *spf;
	enum dkim dkim;
	const char *dmarc;
	const char *mx;
	const char *mta_sts;
	const char *aliases;
	struct {
		enum check check;
		const char *result;
	} wrong[3];		/* what differs from the role's truth */
};

#define GATEWAY_MX "10 mx1.filter.example.\n10 mx2.filter.example."

static const struct kind kinds[] = {
	/* 88 in 100 are right */
	{ .name = "right", .share = 590, .role = SENDS },
	{ .name = "shared-include", .share = 50, .role = SENDS, .spf = "v=spf1 include:_spf.host.example -all" },
	{ .name = "nested-include", .share = 20, .role = SENDS, .spf = "v=spf1 include:_all.host.example ~all" },
	{ .name = "redirect", .share = 10, .role = SENDS, .spf = "v=spf1 redirect=_spf.host.example" },
	{ .name = "forwards", .share = 20, .role = RECEIVES,
	    .aliases = "office@%d: office.%d@mailbox.example\n*: \":fail: No Such User Here\"\n" },
	{ .name = "catch-all", .share = 20, .role = RECEIVES, .aliases = "*: %u\n" },
	{ .name = "locked-down", .share = 100, .role = NO_MAIL },
	{ .name = "mail-elsewhere", .share = 70, .role = ELSEWHERE },
	/* 12 in 100 are wrong */
	{ .name = "spf-missing", .share = 8, .role = SENDS, .spf = "",
	    .wrong = { { SPF_VALID, "fail" }, { SPF_POLICY, "fail" } } },
	{ .name = "spf-two-records", .share = 5, .role = SENDS, .spf = "v=spf1 ip4:%a -all\nv=spf1 +a +mx ~all",
	    .wrong = { { SPF_VALID, "fail" }, { SPF_POLICY, "fail" } } },
	{ .name = "spf-eleven-lookups", .share = 4, .role = SENDS,
	    .spf = "v=spf1 include:_deep.host.example +mx -all",
	    .wrong = { { SPF_VALID, "fail" } } },
	{ .name = "spf-syntax", .share = 4, .role = SENDS, .spf = "v=spf1 ip4:%a/33 -all",
	    .wrong = { { SPF_VALID, "fail" }, { SPF_POLICY, "fail" } } },
	{ .name = "spf-anybody", .share = 4, .role = SENDS, .spf = "v=spf1 ip4:%a +all",
	    .wrong = { { SPF_POLICY, "fail" } } },
	{ .name = "spf-neutral", .share = 4, .role = SENDS, .spf = "v=spf1 ip4:%a ?all",
	    .wrong = { { SPF_POLICY, "fail" } } },
	{ .name = "spf-other-address", .share = 8, .role = SENDS, .spf = "v=spf1 ip4:198.51.100.77 -all",
	    .wrong = { { SPF_VALID, "fail" } } },
	{ .name = "dkim-missing", .share = 8, .role = SENDS, .dkim = DKIM_NONE, .wrong = { { DKIM_VALID, "fail" } } },
	{ .name = "dkim-other-key", .share = 8, .role = SENDS, .dkim = DKIM_OTHER_KEY,
	    .wrong = { { DKIM_VALID, "fail" } } },
	/* RFC 8301 3.2 lets verifiers refuse no 1,024 bits, and so does the baseline. */
	{ .name = "dkim-1024-bits", .share = 6, .role = SENDS, .dkim = DKIM_SHORT },
	{ .name = "dkim-revoked", .share = 3, .role = SENDS, .dkim = DKIM_REVOKED,
	    .wrong = { { DKIM_VALID, "fail" } } },
	{ .name = "dkim-testing", .share = 3, .role = SENDS, .dkim = DKIM_TESTING,
	    .wrong = { { DKIM_VALID, "fail" } } },
	{ .name = "dkim-no-private-key", .share = 2, .role = SENDS, .dkim = DKIM_NO_PRIVATE,
	    .wrong = { { DKIM_VALID, "fail" } } },
	{ .name = "dmarc-missing", .share = 10, .role = SENDS, .dmarc = "",
	    .wrong = { { DMARC_POLICY, "fail" }, { DMARC_HYGIENE, NA } } },
	{ .name = "dmarc-none", .share = 8, .role = SENDS, .dmarc = "v=DMARC1; p=none; rua=mailto:dmarc@%d",
	    .wrong = { { DMARC_POLICY, "fail" } } },
	{ .name = "dmarc-two-records", .share = 3, .role = SENDS,
	    .dmarc = "v=DMARC1; p=reject; rua=mailto:dmarc@%d\nv=DMARC1; p=none",
	    .wrong = { { DMARC_POLICY, "fail" }, { DMARC_HYGIENE, "fail" } } },
	/* Receivers ignore what RFC 9989 removed; only the strict profile minds. */
	{ .name = "dmarc-removed-tag", .share = 6, .role = SENDS,
	    .dmarc = "v=DMARC1; p=quarantine; sp=quarantine; np=reject; pct=50; adkim=r; aspf=r; rua=mailto:dmarc@%d" },
	{ .name = "dmarc-reports-unauthorised", .share = 4, .role = SENDS,
	    .dmarc = "v=DMARC1; p=quarantine; sp=quarantine; np=reject; adkim=r; aspf=r; "
	    "rua=mailto:%d@collector.example",
	    .wrong = { { DMARC_HYGIENE, "fail" } } },
	{ .name = "mx-of-somebody-else", .share = 6, .role = SENDS, .mx = GATEWAY_MX,
	    .wrong = { { PTR_MX, "fail" } } },
	{ .name = "mta-sts-malformed", .share = 4, .role = SENDS, .mta_sts = "v=STSv1; id=2026-11-01" },
	{ .name = "not-locked-down", .share = 8, .role = NO_MAIL, .spf = "", .dmarc = "",
	    .wrong = { { LOCKDOWN, "fail" } } },
	{ .name = "half-locked-down", .share = 4, .role = NO_MAIL, .dmarc = "v=DMARC1; p=none",
	    .wrong = { { LOCKDOWN, "fail" } } },
};

/* Where a role's text is not the sender's. */
static const char *const right_spf[ROLES] = {
	[SENDS] = "v=spf1 ip4:%a +a +mx -all",
	[RECEIVES] = "v=spf1 ip4:%a +a +mx -all",
	[NO_MAIL] = "v=spf1 -all",
	[ELSEWHERE] = "v=spf1 include:_spf.filter.example -all",
	[SUSPENDED] = "v=spf1 ip4:%a +a +mx -all",
};
static const char *const right_mx[ROLES] = {
	[SENDS] = "0 mail.%d.",
	[RECEIVES] = "0 mail.%d.",
	[NO_MAIL] = "0 .",
	[ELSEWHERE] = GATEWAY_MX,
	[SUSPENDED] = "0 mail.%d.",
};
static const char right_dmarc[] =
	"v=DMARC1; p=quarantine; sp=quarantine; np=reject; adkim=r; aspf=r; rua=mailto:dmarc@%d";
static const char no_mail_dmarc[] = "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s";
static const char no_alias[] = "*: \":fail: No Such User Here\"\n";

/* What many domains lead to; the same whatever the number of domains. */
static const char zone_head[] =
	"$ORIGIN example.\n"
	"$TTL 3600\n"
	"@ SOA ns.host hostmaster.host 2026112200 3600 900 604800 300\n"
	"@ NS ns.host\n"
	"ns.host A 127.0.0.1\n"
	"server1.host A 192.0.2.25\n"
	"server1.host TXT \"v=spf1 ip4:192.0.2.25 -all\"\n"
	"server1.host CAA 0 issue \"letsencrypt.org\"\n"
	"server2.host A 192.0.2.26\n"
	"server2.host TXT \"v=spf1 ip4:192.0.2.26 -all\"\n"
	"_spf.host TXT \"v=spf1 ip4:192.0.2.25 ip4:192.0.2.26 -all\"\n"
	"_all.host TXT \"v=spf1 include:_spf.host.example include:_spf.filter.example ~all\"\n"
	"_spf.filter TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n"
	/* Ten lookups: with the include that leads here and mx they are twelve. */
	"_deep.host TXT \"v=spf1 include:_d1.host.example include:_d2.host.example include:_d3.host.example"
	" include:_d4.host.example include:_d5.host.example include:_d6.host.example include:_d7.host.example"
	" include:_d8.host.example include:_d9.host.example include:_spf.host.example -all\"\n"
	"_d1.host TXT \"v=spf1 ip4:198.51.100.1 -all\"\n"
	"_d2.host TXT \"v=spf1 ip4:198.51.100.2 -all\"\n"
	"_d3.host TXT \"v=spf1 ip4:198.51.100.3 -all\"\n"
	"_d4.host TXT \"v=spf1 ip4:198.51.100.4 -all\"\n"
	"_d5.host TXT \"v=spf1 ip4:198.51.100.5 -all\"\n"
	"_d6.host TXT \"v=spf1 ip4:198.51.100.6 -all\"\n"
	"_d7.host TXT \"v=spf1 ip4:198.51.100.7 -all\"\n"
	"_d8.host TXT \"v=spf1 ip4:198.51.100.8 -all\"\n"
	"_d9.host TXT \"v=spf1 ip4:198.51.100.9 -all\"\n"
	"mx1.filter A 198.51.100.11\n"
	"mx2.filter A 198.51.100.12\n"
	"collector MX 10 mx1.filter\n"
	"mailbox MX 10 mx1.filter\n";
static const char reverse_zone[] =
	"$ORIGIN 2.0.192.in-addr.arpa.\n"
	"$TTL 3600\n"
	"@ SOA ns.host.example. hostmaster.host.example. 2026112200 3600 900 604800 300\n"
	"@ NS ns.host.example.\n"
	"25 PTR server1.host.example.\n"
	"26 PTR server2.host.example.\n";

/* The addresses that the server has, as the kernel shows them. */
static const char fib_trie[] =
	"Local:\n"
	"  +-- 0.0.0.0/0 3 0 5\n"
	"     +-- 10.0.0.0/24 2 0 2\n"
	"        |-- 10.0.0.25\n"
	"           /32 host LOCAL\n"
	"        |-- 10.0.0.26\n"
	"           /32 host LOCAL\n"
	"     +-- 127.0.0.0/8 2 0 2\n"
	"           |-- 127.0.0.1\n"
	"              /32 host LOCAL\n";

struct domain {
	size_t index;
	const struct kind *kind;
	enum role role;		/* the kind's, unless its account is suspended */
	const char *type;
	const struct address *address;
	/* Of a subdomain without a record that counts, its parent's is in force. */
	const struct kind *dmarc_of;
	bool without_dmarc;	/* it publishes none, although its kind would */
	char name[96];
	char main[48];		/* of its account */
	char user[32];
	unsigned uid;
};

struct primes {
	BIGNUM **items;
	size_t count;
};

struct out {
	FILE *userdomains, *trueuserdomains, *trueuserowners, *userdatadomains;
	FILE *localdomains, *remotedomains, *mailips, *mailhelo, *passwd, *group;
	FILE *zone, *truth, *questions;
	struct primes primes;	/* of 1,024 bits */
	struct primes short_primes;
	BN_CTX *bn;
	bool as_root;
};

static void
die(const char *what)
{
	fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- files, below the current folder ---- */

static void __attribute__((format(printf, 2, 3)))
make_folder(mode_t mode, const char *format, ...)
{
	char path[512];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	if (mkdir(path, mode) == -1)
		die(path);
}

static FILE *
make_file(const char *path)
{
	FILE *file = fopen(path, "wxe");

	if (file == NULL)
		die(path);
	return file;
}

static void
close_file(FILE *file, const char *what)
{
	if (ferror(file) || fclose(file) != 0)
		die(what);
}

/* A small file in one go: there are hundreds of thousands. */
static void
write_file(const char *path, mode_t mode, unsigned uid, const struct out *out,
    const char *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd == -1 || write(fd, bytes, length) != (ssize_t)length ||
	    fchmod(fd, mode) == -1 ||
	    (out->as_root && uid != 0 && fchown(fd, uid, uid) == -1) ||
	    close(fd) == -1)
		die(path);
}

static void
make_users_folder(const struct domain *domain, const struct out *out,
    const char *path, mode_t mode)
{
	make_folder(mode, "%s", path);
	if (out->as_root && chown(path, domain->uid, domain->uid) == -1)
		die(path);
}

/* ---- keys ---- */

/* Bytes that look random and are always the same. */
static void
spread_bytes(const char *seed, size_t number, unsigned char *out, size_t length)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char text[96];
	size_t at, part;

	for (at = 0; at < length; at += part) {
		snprintf(text, sizeof(text), "%s %zu %zu", seed, number, at);
		SHA256((const unsigned char *)text, strlen(text), digest);
		part = length - at < sizeof(digest) ? length - at : sizeof(digest);
		memcpy(out + at, digest, part);
	}
}

/*
 * Fermat's test: a random number that passes it and is composite is rarer than
 * a machine that errs, and it takes a tenth of what a proof to 2^-128 would.
 */
static bool
is_prime(const BIGNUM *candidate, BN_CTX *bn)
{
	BIGNUM *power, *less, *two;
	bool prime;
	BN_ULONG divisor;

	for (divisor = 3; divisor < 2048; divisor += 2)
		if (BN_mod_word(candidate, divisor) == 0)
			return false;
	/* Else the exponent would have no inverse. */
	if (BN_mod_word(candidate, EXPONENT) == 1)
		return false;
	BN_CTX_start(bn);
	power = BN_CTX_get(bn);
	less = BN_CTX_get(bn);
	two = BN_CTX_get(bn);
	prime = two != NULL && BN_set_word(two, 2) && BN_copy(less, candidate) &&
	    BN_sub_word(less, 1) && BN_mod_exp(power, two, less, candidate, bn) &&
	    BN_is_one(power);
	BN_CTX_end(bn);
	return prime;
}

static void
find_primes(struct primes *primes, size_t count, size_t bytes, BN_CTX *bn)
{
	unsigned char start[128];
	size_t i;

	primes->items = calloc(count, sizeof(*primes->items));
	if (primes->items == NULL)
		die("primes");
	for (i = 0; i < count; i++) {
		spread_bytes("cpward prime", bytes * 1000 + i, start, bytes);
		start[0] |= 0xc0;	/* two of them make a number of full length */
		start[bytes - 1] |= 1;
		primes->items[i] = BN_bin2bn(start, (int)bytes, NULL);
		while (!is_prime(primes->items[i], bn))
			BN_add_word(primes->items[i], 2);
	}
	primes->count = count;
}

/* So many that there is a pair for each domain. */
static size_t
primes_needed(size_t domains)
{
	size_t count = 2;

	while (count * (count - 1) / 2 < domains)
		count++;
	return count;
}

/* The index-th pair. */
static RSA *
make_key(const struct primes *primes, size_t index, BN_CTX *bn)
{
	BIGNUM *n = BN_new(), *e = BN_new(), *d, *p, *q, *dp = BN_new();
	BIGNUM *dq = BN_new(), *inverse, *p1, *q1, *phi = BN_new();
	RSA *key = RSA_new();
	size_t larger = 1;

	while (index >= larger)
		index -= larger++;
	p = BN_dup(primes->items[larger]);
	q = BN_dup(primes->items[index]);
	p1 = BN_dup(p);
	q1 = BN_dup(q);
	BN_sub_word(p1, 1);
	BN_sub_word(q1, 1);
	BN_set_word(e, EXPONENT);
	BN_mul(n, p, q, bn);
	BN_mul(phi, p1, q1, bn);
	d = BN_mod_inverse(NULL, e, phi, bn);
	BN_mod(dp, d, p1, bn);
	BN_mod(dq, d, q1, bn);
	inverse = BN_mod_inverse(NULL, q, p, bn);
	if (key == NULL || d == NULL || inverse == NULL ||
	    !RSA_set0_key(key, n, e, d) || !RSA_set0_factors(key, p, q) ||
	    !RSA_set0_crt_params(key, dp, dq, inverse))
		die("RSA key");
	BN_free(p1);
	BN_free(q1);
	BN_free(phi);
	return key;
}

/* PEM_write_RSAPrivateKey takes OpenSSL 3 half a millisecond; this, a tenth. */
static void
write_pem(const struct out *out, const char *folder, const char *name,
    mode_t mode, const char *label, unsigned char *der, int length)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char path[512], *bytes;
	long size;

	snprintf(path, sizeof(path), "tree/var/cpanel/domain_keys/%s/%s",
	    folder, name);
	if (bio == NULL || length <= 0 ||
	    PEM_write_bio(bio, label, "", der, length) <= 0)
		die(path);
	size = BIO_get_mem_data(bio, &bytes);
	write_file(path, mode, 0, out, bytes, (size_t)size);
	BIO_free(bio);
	OPENSSL_free(der);
}

/* ---- texts ---- */

/* %d domain, %a address, %u user */
static void
expand(const struct domain *domain, const char *text, char *out, size_t size)
{
	const char *value;
	size_t used = 0;

	for (; *text != '\0'; text++) {
		value = text[0] != '%' ? NULL :
		    text[1] == 'd' ? domain->name :
		    text[1] == 'a' ? domain->address->public :
		    text[1] == 'u' ? domain->user : NULL;
		used += (size_t)snprintf(out + used, size - used, "%.*s",
		    value == NULL ? 1 : 253, value == NULL ? text : value);
		if (used >= size) {
			errno = ENAMETOOLONG;
			die(domain->name);
		}
		text += value != NULL;
	}
	out[used] = '\0';
}

/* A record's text in strings of 255 bytes at most. */
static void
print_text(FILE *zone, const char *text, size_t length)
{
	size_t part;

	do {
		part = length < 255 ? length : 255;
		fprintf(zone, " \"%.*s\"", (int)part, text);
		text += part;
		length -= part;
	} while (length > 0);
	fputc('\n', zone);
}

/* Each line of text is a record "PREFIX.NAME TYPE line". */
static void
print_records(FILE *zone, const struct domain *domain, const char *prefix,
    const char *type, const char *text)
{
	char expanded[4096], *line, *rest;

	expand(domain, text, expanded, sizeof(expanded));
	for (line = expanded; line[0] != '\0'; line = rest) {
		rest = line + strcspn(line, "\n");
		fprintf(zone, "%s%s. %s", prefix, domain->name, type);
		if (strcmp(type, "TXT") == 0)
			print_text(zone, line, (size_t)(rest - line));
		else
			fprintf(zone, " %.*s\n", (int)(rest - line), line);
		rest += *rest == '\n';
	}
}

static const char *
or_right(const char *own, const char *right)
{
	return own == NULL ? right : own;
}

/* ---- a domain ---- */

/* An account's own mailbox has its main domain: that is never without mail, but right. */
static const struct kind *
kind_of(size_t index)
{
	size_t place = index % BLOCK * STRIDE % BLOCK;
	size_t i;

	for (i = 0; place >= kinds[i].share; i++)
		place -= kinds[i].share;
	if (index % PER_ACCOUNT == 0 && kinds[i].role == NO_MAIL)
		return &kinds[0];
	/* For a subdomain cPanel writes "*: USER" by itself, so a catch-all tells nothing there. */
	if (index % PER_ACCOUNT == PER_ACCOUNT - 1 && kinds[i].aliases != NULL &&
	    kinds[i].aliases[0] == '*')
		return &kinds[0];
	return &kinds[i];
}

static struct domain
domain_make(size_t index)
{
	static const char *const words[] = {
		"clinic", "dental", "ortho", "cardio", "vision", "family",
		"praxis", "physio", "pharma", "radio",
	};
	size_t account = index / PER_ACCOUNT, slot = index % PER_ACCOUNT;
	const char *word = words[account % (sizeof(words) / sizeof(words[0]))];
	struct domain domain = {
		.index = index,
		.kind = kind_of(index),
		.type = domain_types[slot],
		.address = &addresses[account % OWN_ADDRESS_EVERY == 3],
		.uid = (unsigned)(2000 + account),
	};

	domain.role = account % SUSPENDED_EVERY == SUSPENDED_EVERY - 1 ?
	    SUSPENDED : domain.kind->role;
	snprintf(domain.user, sizeof(domain.user), "%s%05zu", word, account);
	snprintf(domain.main, sizeof(domain.main), "%s%05zu.example", word, account);
	if (strcmp(domain.type, "main") == 0)
		snprintf(domain.name, sizeof(domain.name), "%s", domain.main);
	else if (strcmp(domain.type, "sub") == 0)
		snprintf(domain.name, sizeof(domain.name), "portal.%s", domain.main);
	else
		snprintf(domain.name, sizeof(domain.name), "%s-%05zu-%s%zu.example",
		    word, account, domain.type, slot);
	domain.without_dmarc = slot == PER_ACCOUNT - 1 && domain.kind == &kinds[0] &&
	    kind_of(index - slot) == &kinds[0];
	/* RFC 9989 4.7: several records are none, and the walk goes on. */
	if (domain.without_dmarc || (slot == PER_ACCOUNT - 1 &&
	    domain.kind->dmarc != NULL && (domain.kind->dmarc[0] == '\0' ||
	    strchr(domain.kind->dmarc, '\n') != NULL)))
		domain.dmarc_of = kind_of(index - slot);
	return domain;
}

/* One or two passwords that nobody has: no text makes this hash. */
static size_t
write_mailboxes(const struct out *out, const struct domain *domain)
{
	static const char letters[] =
	    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char *const people[] = { "reception", "billing", "records" };
	size_t count = A_MAILBOX_AT_LEAST + domain->index % 2, i, j;
	char folder[256], path[300], passwd[1024] = "", shadow[2048] = "", hash[87];
	unsigned char bytes[86];
	size_t passwd_used = 0, shadow_used = 0;

	snprintf(folder, sizeof(folder), "tree/home/%s/etc/%s", domain->user, domain->name);
	make_users_folder(domain, out, folder, 0750);
	for (i = 0; i < count; i++) {
		spread_bytes("cpward mailbox", domain->index * 8 + i, bytes, sizeof(bytes));
		for (j = 0; j < sizeof(bytes); j++)
			hash[j] = letters[bytes[j] % 64];
		hash[sizeof(bytes)] = '\0';
		shadow_used += (size_t)snprintf(shadow + shadow_used,
		    sizeof(shadow) - shadow_used, "%s:$6$%.16s$%s:20500::::::\n",
		    people[i], hash + 40, hash);
		passwd_used += (size_t)snprintf(passwd + passwd_used,
		    sizeof(passwd) - passwd_used,
		    "%s:x:%u:%u::/home/%s/mail/%s/%s:/home/%s\n", people[i],
		    domain->uid, domain->uid, domain->user, domain->name,
		    people[i], domain->user);
	}
	snprintf(path, sizeof(path), "%s/passwd", folder);
	write_file(path, 0644, domain->uid, out, passwd, passwd_used);
	snprintf(path, sizeof(path), "%s/shadow", folder);
	write_file(path, 0640, domain->uid, out, shadow, shadow_used);
	return count;
}

static void
write_account(struct out *out, const struct domain *domain)
{
	char path[256];

	snprintf(path, sizeof(path), "tree/home/%s", domain->user);
	make_users_folder(domain, out, path, 0711);
	snprintf(path, sizeof(path), "tree/home/%s/etc", domain->user);
	make_users_folder(domain, out, path, 0750);
	snprintf(path, sizeof(path), "tree/home/%s/mail", domain->user);
	make_users_folder(domain, out, path, 0751);
	fprintf(out->passwd, "%s:x:%u:%u::/home/%s:/usr/local/cpanel/bin/noshell\n",
	    domain->user, domain->uid, domain->uid, domain->user);
	fprintf(out->group, "%s:x:%u:\n", domain->user, domain->uid);
	fprintf(out->trueuserdomains, "%s: %s\n", domain->name, domain->user);
	fprintf(out->trueuserowners, "%s: root\n", domain->user);
	if (domain->role == SUSPENDED) {
		snprintf(path, sizeof(path), "tree/var/cpanel/suspended/%s", domain->user);
		write_file(path, 0644, 0, out, "", 0);
	}
}

static void
write_files(struct out *out, const struct domain *domain)
{
	char path[256], text[1024];
	bool elsewhere = domain->role == ELSEWHERE;

	if (strcmp(domain->type, "main") == 0)
		write_account(out, domain);
	fprintf(out->userdomains, "%s: %s\n", domain->name, domain->user);
	fprintf(out->userdatadomains, "%s: %s==root==%s==%s==/home/%s/public_html==%s:80======0\n",
	    domain->name, domain->user, domain->type, domain->main,
	    domain->user, domain->address->local);
	fprintf(elsewhere ? out->remotedomains : out->localdomains, "%s\n", domain->name);
	if (domain->address != &addresses[0]) {
		fprintf(out->mailips, "%s: %s\n", domain->name, domain->address->local);
		fprintf(out->mailhelo, "%s: %s\n", domain->name, domain->address->host);
	}
	expand(domain, or_right(domain->kind->aliases, no_alias), text, sizeof(text));
	snprintf(path, sizeof(path), "tree/etc/valiases/%s", domain->name);
	write_file(path, 0640, domain->uid, out, text, strlen(text));
	snprintf(path, sizeof(path), "tree/home/%s/mail/%s", domain->user, domain->name);
	make_users_folder(domain, out, path, 0751);
	/* A suspended account keeps what it had. */
	if (domain->role == SENDS || domain->role == SUSPENDED)
		write_mailboxes(out, domain);
}

/* The pair, as cPanel keeps it. */
static void
write_key_files(const struct out *out, const struct domain *domain, RSA *key)
{
	unsigned char *private = NULL, *public = NULL;
	int length = i2d_RSAPrivateKey(key, &private);

	if (domain->kind->dkim != DKIM_NO_PRIVATE)
		write_pem(out, "private", domain->name, 0640, "RSA PRIVATE KEY",
		    private, length);
	else
		OPENSSL_free(private);
	length = i2d_RSA_PUBKEY(key, &public);
	write_pem(out, "public", domain->name, 0644, "PUBLIC KEY", public, length);
}

static void
publish_key(const struct out *out, const struct domain *domain, RSA *key)
{
	enum dkim dkim = domain->kind->dkim;
	char text[1024], base64[900];
	unsigned char *der = NULL;
	int length = i2d_RSA_PUBKEY(key, &der);

	if (length <= 0 || (size_t)length > 600)
		die("RSA public key");
	EVP_EncodeBlock((unsigned char *)base64, der, length);
	OPENSSL_free(der);
	snprintf(text, sizeof(text), "v=DKIM1; k=rsa; %sp=%s",
	    dkim == DKIM_TESTING ? "t=y; " : "", dkim == DKIM_REVOKED ? "" : base64);
	print_records(out->zone, domain, "default._domainkey.", "TXT", text);
}

static void
write_key(struct out *out, const struct domain *domain)
{
	enum dkim dkim = domain->kind->dkim;
	RSA *key = dkim == DKIM_SHORT ?
	    make_key(&out->short_primes, domain->index, out->bn) :
	    make_key(&out->primes, domain->index, out->bn);

	write_key_files(out, domain, key);
	if (dkim == DKIM_OTHER_KEY) {
		RSA_free(key);
		key = make_key(&out->primes, domain->index - domain->index % BLOCK +
		    (domain->index + 1) % BLOCK, out->bn);
	}
	if (dkim != DKIM_NONE && domain->role != NO_MAIL && domain->role != ELSEWHERE)
		publish_key(out, domain, key);
	RSA_free(key);
}

static void
write_records(struct out *out, const struct domain *domain)
{
	const struct kind *kind = domain->kind;
	enum role role = domain->role;

	print_records(out->zone, domain, "", "A", "%a");
	print_records(out->zone, domain, "", "MX", or_right(kind->mx, right_mx[role]));
	if (role != NO_MAIL)
		print_records(out->zone, domain, "mail.", "A", "%a");
	print_records(out->zone, domain, "", "TXT", or_right(kind->spf, right_spf[role]));
	if (!domain->without_dmarc)
		print_records(out->zone, domain, "_dmarc.", "TXT", or_right(kind->dmarc,
		    role == NO_MAIL ? no_mail_dmarc : right_dmarc));
	if (kind->mta_sts != NULL)
		print_records(out->zone, domain, "_mta-sts.", "TXT", kind->mta_sts);
	if (role == NO_MAIL)
		print_records(out->zone, domain, "*._domainkey.", "TXT", "v=DKIM1; p=");
	else
		print_records(out->zone, domain, "_smtp._tls.", "TXT",
		    "v=TLSRPTv1; rua=mailto:tlsrpt@%d");
}

/* What the kind makes wrong of it; NULL where it is as the role has it. */
static const char *
kind_result(const struct kind *kind, enum check check)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (kind->wrong[i].result != NULL && kind->wrong[i].check == check)
			return kind->wrong[i].result;
	return NULL;
}

static void
write_truth(struct out *out, const struct domain *domain)
{
	const char *name = domain->role == SUSPENDED ? "suspended" : domain->kind->name;
	bool own_dmarc = domain->kind->dmarc != NULL && domain->kind->dmarc[0] != '\0';
	const struct kind *kind;
	const char *result;
	size_t check;

	for (check = 0; check < CHECKS; check++) {
		kind = domain->kind;
		/* Two records of its own are a fault, whatever is in force. */
		if (domain->dmarc_of != NULL && domain->role == SENDS &&
		    (check == DMARC_POLICY || (check == DMARC_HYGIENE && !own_dmarc)))
			kind = domain->dmarc_of;
		result = domain->role == SUSPENDED ? NULL : kind_result(kind, (enum check)check);
		/* A subdomain without mail is its parent's to lock down. */
		if (check == LOCKDOWN && strcmp(domain->type, "sub") == 0)
			result = NA;
		fprintf(out->truth, "%s\t%s\t%s\t%s\n", domain->name, check_ids[check],
		    result == NULL ? truths[domain->role][check] : result, name);
	}
}

static void
write_questions(struct out *out, const struct domain *domain)
{
	static const struct {
		const char *prefix;
		const char *type;
	} questions[] = {
		{ "", "MX" }, { "", "TXT" }, { "default._domainkey.", "TXT" },
		{ "_dmarc.", "TXT" }, { "_mta-sts.", "TXT" },
		{ "_smtp._tls.", "TXT" }, { "mail.", "A" },
	};
	size_t i;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		fprintf(out->questions, "%s%s %s\n", questions[i].prefix,
		    domain->name, questions[i].type);
}

/* ---- the server ---- */

static void
make_folders(void)
{
	static const char *const folders[] = {
		"tree", "tree/etc", "tree/etc/valiases", "tree/home", "tree/var",
		"tree/var/cpanel", "tree/var/cpanel/domain_keys",
		"tree/var/cpanel/domain_keys/private",
		"tree/var/cpanel/domain_keys/public", "tree/var/cpanel/suspended",
		"tree/proc", "tree/proc/net", "tree/var/log", "tree/usr", "tree/usr/local",
		"tree/usr/local/cpanel", "zones",
	};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		make_folder(0755, "%s", folders[i]);
}

/* What has nothing to do with how many domains there are. */
static void
write_fixed(const struct out *out)
{
	static const struct {
		const char *path;
		const char *text;
		mode_t mode;
	} files[] = {
		{ "tree/etc/hostname", "server1.host.example\n", 0644 },
		{ "tree/etc/os-release", "ID=\"almalinux\"\nVERSION_ID=\"9.6\"\n", 0644 },
		{ "tree/etc/secondarymx", "", 0640 },
		{ "tree/etc/manualmx", "", 0640 },
		{ "tree/etc/shadow", "root:*:20500:0:99999:7:::\n", 0600 },
		{ "tree/etc/exim.conf.localopts",
		    "custom_mailhelo=1\ncustom_mailips=1\nper_domain_mailips=0\nuse_rdns_for_helo=0\n", 0644 },
		{ "tree/proc/net/fib_trie", fib_trie, 0644 },
		{ "tree/proc/net/if_inet6", "", 0644 },
		{ "tree/var/cpanel/mainip", "10.0.0.25", 0644 },
		{ "tree/var/cpanel/cpnat", "10.0.0.25 192.0.2.25\n10.0.0.26 192.0.2.26\n", 0644 },
		{ "tree/var/cpanel/custom_mailhelo", "", 0644 },
		{ "tree/var/cpanel/custom_mailips", "", 0644 },
		{ "tree/var/cpanel/cpanel.config", "referrersafety=1\n", 0644 },
		{ "tree/usr/local/cpanel/version", "11.134.0.30\n", 0644 },
		{ "zones/reverse.zone", reverse_zone, 0644 },
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		write_file(files[i].path, files[i].mode, 0, out, files[i].text,
		    strlen(files[i].text));
}

struct stream {
	const char *path;
	size_t offset;		/* in struct out */
	const char *head;
};

#define STREAM(path, member, head) { path, offsetof(struct out, member), head }

static const struct stream streams[] = {
	STREAM("tree/etc/userdomains", userdomains, "*: nobody\n"),
	STREAM("tree/etc/trueuserdomains", trueuserdomains, ""),
	STREAM("tree/etc/trueuserowners", trueuserowners, ""),
	STREAM("tree/etc/userdatadomains", userdatadomains, ""),
	STREAM("tree/etc/localdomains", localdomains, "localhost\nserver1.host.example\n"),
	STREAM("tree/etc/remotedomains", remotedomains, ""),
	STREAM("tree/etc/mailips", mailips, "*: 10.0.0.25\n"),
	STREAM("tree/etc/mailhelo", mailhelo, "*: server1.host.example\n"),
	STREAM("tree/etc/passwd", passwd, "root:x:0:0:root:/root:/bin/bash\n"),
	STREAM("tree/etc/group", group, "root:x:0:\nmail:x:12:\n"),
	STREAM("zones/example.zone", zone, zone_head),
	STREAM("truth.tsv", truth, ""),
	STREAM("questions", questions, ""),
};

static FILE **
stream_file(struct out *out, const struct stream *stream)
{
	return (FILE **)(void *)((char *)out + stream->offset);
}

static void
generate(size_t domains)
{
	struct out out = { .bn = BN_CTX_new(), .as_root = geteuid() == 0 };
	struct domain domain;
	size_t i;

	make_folders();
	write_fixed(&out);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		*stream_file(&out, &streams[i]) = make_file(streams[i].path);
		fputs(streams[i].head, *stream_file(&out, &streams[i]));
	}
	find_primes(&out.primes, primes_needed(domains), 128, out.bn);
	find_primes(&out.short_primes, primes_needed(domains), 64, out.bn);
	for (i = 0; i < domains; i++) {
		domain = domain_make(i);
		write_files(&out, &domain);
		write_records(&out, &domain);
		write_key(&out, &domain);
		write_truth(&out, &domain);
		write_questions(&out, &domain);
	}
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		close_file(*stream_file(&out, &streams[i]), streams[i].path);
}

int
main(int argc, char **argv)
{
	size_t domains = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

	if (domains == 0 || domains > DOMAINS_MAX || domains % BLOCK != 0) {
		fputs("usage: generate DOMAINS FOLDER\n"
		    "DOMAINS is a multiple of 1000, 200000 at most\n", stderr);
		return 64;
	}
	umask(022);
	if (mkdir(argv[2], 0755) == -1 || chdir(argv[2]) == -1)
		die(argv[2]);
	generate(domains);
	return 0;
}
