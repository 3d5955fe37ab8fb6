# The functions that the configuration calls. A real one looks into cPanel's own data; these answer for a quiet server.
sub get_sender_domain { my $from = Exim::expand_string('$sender_address_domain'); return $from || Exim::expand_string('$primary_hostname'); }
sub get_dkim_domain { my $domain = get_sender_domain(); return -e "/var/cpanel/domain_keys/private/$domain" ? $domain : ''; }
sub sender_domain_can_dkim_sign { return get_dkim_domain() ne '' ? 1 : 0; }
sub get_sender_from_uid { my ($id) = @_; return $id; }
sub check_mail_permissions { return 0; }
sub check_mail_permissions_results { return ':unknown:'; }
sub check_mail_permissions_headers { return ''; }
sub enforce_mail_permissions { return 0; }
sub enforce_mail_permissions_results { return ':unknown:'; }
sub increment_max_emails_per_hour_if_needed { return 0; }
1;
