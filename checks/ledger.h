/*
 * What the checks on the ledger's facts share: how far back the logs go, and
 * whether they would show what a check looks for.
 *
 * A count that is too high fails however little of a log was read; that nothing
 * was seen passes only where days are known, and the selector that shows it is
 * on. Every local user can write lines through syslog, so Dovecot's mostly can
 * be added to by anybody, but nobody can take lines away: what is forged there
 * makes a check fail, and a pass rests on the absence of lines, with the days
 * of a log that the configuration names.
 */
#ifndef CPWARD_CHECKS_LEDGER_H
#define CPWARD_CHECKS_LEDGER_H

#include "checks/check.h"

/*
 * Has the log enough days to say that something did not happen: that of the
 * scan and one before it? Otherwise a part says why not, unknown. path is
 * "ledger.exim_days", "ledger.dovecot_days" or "ledger.panel_days".
 */
bool ledger_reaches(const struct evaluation *ev, struct finding *finding,
    const char *path);

/* The value of a fact that is known, else 0: nothing of the kind was seen. */
long long ledger_count(const struct fact_int *fact);
/* The day, else "a day not known". */
const char *ledger_last(const struct fact_str *fact);

/*
 * Is a selector of Exim's log on? Off as soon as one known plane says so: the
 * lines of the window may be from before or after a change.
 */
enum selector_seen { SELECTOR_UNKNOWN, SELECTOR_OFF, SELECTOR_ON };
enum selector_seen log_selector_seen(const struct evaluation *ev,
    const char *selector);

/*
 * Would the log show it? Yes when the selector is on, or, where that is not
 * known, when a line was seen that has it. Otherwise a part says unknown and
 * names the selector; hidden is what the log does not tell then.
 */
bool ledger_shows(const struct evaluation *ev, struct finding *finding,
    const char *selector, bool seen, const char *hidden);

/*
 * Could all arrivals be read, so that who did not show did not send? Otherwise a part says
 * unknown: how many could not, of which day the last is and how to find their lines; or why
 * that is not known.
 */
bool ledger_arrivals_read(const struct evaluation *ev,
    struct finding *finding);

/* The same of deliveries: could all be read, so that what did not show did not happen? */
bool ledger_deliveries_read(const struct evaluation *ev,
    struct finding *finding);

/*
 * Is the list whole? Otherwise a part says why not, unknown. path is
 * "inventory.peer_domains".
 */
bool ledger_whole(const struct evaluation *ev, struct finding *finding,
    const char *path);

#endif
