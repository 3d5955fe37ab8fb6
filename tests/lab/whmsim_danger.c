/* Functions that a scan must never call. They answer as the real ones do, so that a caller goes
 * on and the log catches it; the secrets they return carry a mark to search for. */

#include <string.h>

#include "whmsim.h"

static const char private_key[] = "-----BEGIN PRIVATE KEY-----\n"
    "S3CR3TMARKS3CR3TMARKS3CR3TMARKS3CR3TMARKS3CR3TMARKS3CR3TMARK\n"
    "-----END PRIVATE KEY-----\n";
static const char certificate[] = "-----BEGIN CERTIFICATE-----\n"
    "MIIBszCCAVmgAwIBAgIUSIMULATEDSIMULATEDSIMULATEDSIMULATEDSIMU\n"
    "-----END CERTIFICATE-----\n";

void
secret_service_ssl(struct call *call)
{
	static const char *const services[] = { "ftp", "exim", "dovecot", "cpanel" };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		json_t *certificate_info = state_at(call->state, "ssl.certificate");
		json_t *info = certificate_info != NULL
		    ? state_resolve(certificate_info) : json_object();

		json_object_set_new(info, "domains", json_pack("[O?]",
		    state_at(call->state, "hostname")));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "service",
		    services[i], "certificate", certificate, "cabundle", "", "key", private_key,
		    "certificate_info", info));
	}
	call->data = json_pack("{s:o}", "services", list);
}

void
secret_vhost_ssl(struct call *call)
{
	json_t *list = json_array();
	const char *user, *domain;
	json_t *account, *type;

	json_object_foreach(state_at(call->state, "accounts"), user, account) {
		json_object_foreach(json_object_get(account, "domains"), domain, type)
			json_array_append_new(list, json_pack(
			    "{s:s, s:s, s:o, s:n, s:n, s:s, s:o}", "servername", domain,
			    "certificate", certificate, "certificate_id",
			    json_sprintf("%s_lab_crt", domain), "cabundle", "cabundle_id", "key",
			    private_key, "key_id", json_sprintf("%s_lab_key", domain)));
	}
	call->data = json_pack("{s:o}", "components", list);
}

void
secret_crt(struct call *call)
{
	call->data = json_pack("{s:s, s:s, s:s, s:i}", "certificate", certificate, "cabundle", "",
	    "key", private_key, "is_self_signed", 0);
}

void
secret_dkim(struct call *call)
{
	json_t *domains = args_all(call->request->args, "domain");
	json_t *list = json_array();
	json_t *domain;
	size_t index;

	json_array_foreach(domains, index, domain)
		json_array_append_new(list, json_pack("{s:O, s:s, s:s}", "domain", domain, "pem",
		    private_key, "selector", "default"));
	json_decref(domains);
	call->data = json_pack("{s:o}", "payload", list);
}

void
secret_twofactor(struct call *call)
{
	const char *user = call_need(call, "user");

	if (user != NULL)
		call->data = json_pack("{s:s, s:s, s:s}", "user", user, "secret", "S3CR3TMARK",
		    "issuer", json_string_value(state_at(call->state, "hostname")));
}

/* "Check" in name, repair in deed. */
void
effect_exim_check(struct call *call)
{
	call->data = json_object();
}

void
effect_exim_validate(struct call *call)
{
	call->data = json_pack("{s:s}", "message",
	    "<pre>Exim configuration file /etc/exim.conf is valid</pre>");
}

/* Updates the cache by which Exim decides whether to sign. */
void
effect_dkims(struct call *call)
{
	json_t *domains = args_all(call->request->args, "domain");
	json_t *list = json_array();
	json_t *domain;
	size_t index;

	json_array_foreach(domains, index, domain) {
		const char *record = "v=DKIM1; k=rsa; p=MIIB";

		json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:s, s:[{s:s, s:s}]}",
		    "domain", json_sprintf("default._domainkey.%s", json_string_value(domain)),
		    "expected", record, "state", "VALID", "validity_cache_update", "set",
		    "records", "current", record, "state", "VALID"));
	}
	json_decref(domains);
	call->data = json_pack("{s:o}", "payload", list);
}

/* May disable the destination it was asked about. */
void
effect_destination_validate(struct call *call)
{
	call_need(call, "id");
}
