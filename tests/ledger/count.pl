#!/usr/bin/perl
# count.pl: the rows of a ledger by the same rules, written apart: what generate says is true is proven by it, before
# cpward is asked. Slow, and only for lines as generate writes them.
#
#	count.pl SECRET ROOT >rows.tsv
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);

my ($secret_file, $root) = @ARGV;
open(my $file, '<:raw', $secret_file) or die "$secret_file: $!\n";
read($file, my $secret, 32) == 32 or die "$secret_file: no 32 bytes\n";
my (%rows, %most, %bits, %hours, %open, %keys);

my $quoted = qr/"(?:[^"\\]|\\.)*"/s;
my $word = qr/(?:$quoted|[^\s"])+/;
my $peer = qr/(?:(?:[^\s(\[]+ )?(?:\([^)]*\) )?)?\[([0-9a-fA-F:.]+)\](?::\d+)?/;
# the last end of a HELO name with a whole line behind it
my $sender_peer = qr/(?:(?:[^\s(\[]+ )?(?:\(.*\) )?)?\[([0-9a-fA-F:.]+)\](?::\d+)?/s;
my $tls = qr/ X=([^:\s]+):(\S+?):\d+\*? CV=(\w+)/;

sub key { my $name = lc shift; return $name eq "" ? "" : ($keys{$name} //= substr(hmac_sha256_hex($name, $secret), 0, 16)) }
sub domain {
	my ($address, $none) = @_;
	return $none unless $address =~ /@([^@]*)$/s;
	my $domain = lc $1;
	return $domain =~ /^[-a-z0-9_.:\[\]]{1,255}$/ ? $domain : '(odd)';
}
sub version {
	my $text = shift;
	return 'clear' unless defined $text;
	return "TLSv$1" if $text =~ /^TLSv?(1(?:\.[1-3])?)$/;
	return $text eq 'SSLv3' ? $text : 'encrypted';
}
sub loopback { return $_[0] =~ /^(?:127\.|::1$)/ ? 1 : 0 }
sub network {
	my $address = shift;
	return "$1.0/24" if $address =~ /^(\d+\.\d+\.\d+)\.\d+$/;
	return '::/48' if $address eq '::1';
	return "$1::/48" if $address =~ /^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):/;
	die "what network is $address in?\n";
}
sub login {
	my ($day, $hour, $count, @columns) = @_;
	my $row = join("\t", 'login', $day, @columns);
	$rows{$row} += $count;
	$bits{$row} |= 1 << $hour;
}
sub add {
	my ($messages, $recipients, @columns) = @_;
	my $row = join("\t", 'mail', @columns);
	$rows{$row} //= [0, 0];
	$rows{$row}[0] += $messages;
	$rows{$row}[1] += $recipients;
}
sub sender {
	my ($day, $hour, $domain, $key, $count) = @_;
	my $row = join("\t", 'sender', $day, $domain, $key);
	$rows{$row} //= [0, 0];
	$rows{$row}[0]++;
	$rows{$row}[1] += $count;
	$most{$row} = $count if $count > ($most{$row} // 0);
	$hours{$row}[$hour] += $count;
}

sub arrival {
	my ($day, $hour, $id, $text) = @_;
	return 0 unless $text =~ /^(?:<=|\(=) (<>|$word)(?: R=\S+)?(?: H=$sender_peer)?(?: U=(\S+))?(?: P=\S+)?(?:$tls)?(?: A=([^:\s]+)(?::(\S+))?)?(?: K)? S=\d+(?: DKIM=\S+)?(?: id\*?=$word)?(?: T=$quoted)?(?: for (.*))?$/s;
	my ($from, $address, $user, $version, $cipher, $cv, $driver, $login, $list) = ($1, $2, $3, $4, $5, $6, $7, $8, $9);
	my @to = defined $list ? $list =~ /($word)/g : ();
	my $count = @to || 1;
	my @how = (version($version), $cipher // '', ($cv // 'no') eq 'yes' ? 'yes' : 'no', 'no');
	$from = '' if $from eq '<>';
	if (defined $driver) {
		my $hosted = defined $login && $login =~ /@/ ? domain($login) : domain($from, '(odd)');
		my $key = key($login // $from);
		add(1, $count, $day, 'submitted', '', $hosted, @how);
		login($day, $hour, 1, 'smtp', $hosted, $key, $driver, @how[0, 1], network($address), loopback($address) ? 'yes' : 'no');
		sender($day, $hour, $hosted, $key, $count);
		$open{$id} = $hosted;
	} elsif (defined $address && !loopback($address)) {
		add(1, $count, $day, 'in', $from eq '' ? '<>' : domain($from, '(odd)'), @to ? domain($to[0], '') : '', @how);
	} else {
		my $hosted = $from eq '' ? '' : domain($from, '(odd)');
		add(1, $count, $day, 'local', '', $hosted, 'clear', '', 'no', 'no');
		sender($day, $hour, $hosted, key($user // $from), $count) if $from ne '';
		$open{$id} = $hosted;
	}
	return 1;
}

sub delivery {
	my ($day, $id, $text) = @_;
	return 1 if $text =~ m{^.> [|/:]};
	return 0 unless $text =~ /^(=>|->|>>) ($word)(?: \([^)]*\))?(?: <($word)>)?(?: F=<((?:$quoted|[^\s">])*)>)? R=\S+ T=\S+(?: H=\S+ \[([^\]]+)\]\*?)?(?:$tls)?(?: K)?(?: DKIM=(\S+))?(?: C=$quoted)?(?: QT=\S+)?(?: DT=\S+)?$/s;
	my ($arrow, $to, $original, $from, $address, $version, $cipher, $cv, $dkim) = ($1, $2, $3, $4, $5, $6, $7, $8, $9);
	return 1 if !defined $address || loopback($address);
	my $remote = domain($to, '');
	my $hosted = $open{$id} // '';
	$hosted = domain($from) if defined $from && $from =~ /@/;
	$hosted = domain($original) if defined $original && $original =~ /@/ && domain($original) ne $remote;
	my $signed = !defined $dkim ? 'no' : $hosted eq $dkim || $hosted =~ /\.\Q$dkim\E$/ ? 'yes' : 'other';
	add($arrow eq '->' ? 0 : 1, 1, $day, 'out', $remote, $hosted, version($version), $cipher // '', $cv // 'no', $signed);
	return 1;
}

# false: it is broken
sub exim {
	my ($day, $hour, $text) = @_;
	my $id = $text =~ s/^(\w{6}-\w{6}-\w\w|\w{6}-\w{11}-\w{4}) //a ? $1 : '';
	if ($text =~ /^(?:(?:<=|\(=) |\*\*\*\* log string overflowed)/) {
		return 1 if arrival($day, $hour, $id, $text);
		$rows{"note\t$day\tbroken-arrival\t/var/log/exim_mainlog"}++;
		return 0;
	}
	if ($text =~ /^(?:=>|->|>>) /) {
		return 1 if delivery($day, $id, $text);
		$rows{"note\t$day\tbroken-delivery\t/var/log/exim_mainlog"}++;
		return 0;
	}
	if ($text =~ /^(?:==|\*\*) ($word)/) {
		my $to = $1;
		$rows{"note\t$day\ttls-required\t" . domain($to, '')}++ if $text =~ / H=\S+ \[[^\]]+\]: a TLS session is required/;
	} elsif ($text =~ /^Completed/) {
		delete $open{$id};
	} elsif ($text =~ /^TLS session: .*: delivering unencrypted to H=(\S+) \[/) {
		$rows{"note\t$day\tclear-fallback\t" . lc $1}++;
	} elsif ($text =~ /^TLS error on connection from /) {
		$rows{"note\t$day\ttls-failure\texim"}++;
	} elsif ($text =~ /^\w+ authenticator failed for $peer: \d+ [A-Z][a-z ]+(?: \(set_id=(.*)\))?$/s) {
		my ($source, $login) = ($1, $2 // '');
		$rows{join("\t", 'failure', $day, 'smtp', domain($login, ''), key($login), $source)}++;
	} elsif ($text =~ /^H=$peer(?:$tls)?(?: F=<(?:$quoted|[^\s">])*>)? (temporarily )?rejected (EHLO or HELO|after DATA|[A-Za-z]+)/) {
		$rows{join("\t", 'note', $day, $5 ? 'deferred' : 'rejected', $6)}++;
	}
	return 1;
}

sub dovecot {
	my ($day, $hour, $text) = @_;
	my %service = (imap => 'imap', pop3 => 'pop3', managesieve => 'sieve', submission => 'submission');
	return 1 unless $text =~ /^(\w+)-login: (.*)$/s;
	my ($service, $rest) = ($1, $2);
	return 0 unless $rest =~ /^(.*?): user=<(.*?)>(?=, (?:method|rip)=)(?:, method=(\w+))?, rip=([^,]+), lip=[^,]+(?:, mpid=\d+)?(.*)$/s;
	my ($what, $user, $method, $address, $tail) = ($1, $2, $3, $4, $5);
	my $trusted = $tail =~ /^, secured/ || loopback($address) ? 'yes' : 'no';
	my ($version, $cipher) = ('clear', '');
	$version = 'encrypted' if $tail =~ /^, TLS/;
	($version, $cipher) = ($1, $2) if $tail =~ /^, TLS, (\S+) with cipher (\S+)/;
	if ($what =~ /^(?:Login|Logged in)$/) {
		login($day, $hour, 1, $service{$service}, domain($user, ''), key($user), $method, $version, $cipher, network($address), $trusted);
	} elsif ($what =~ /\(auth failed, (\d+) attempts/) {
		$rows{join("\t", 'failure', $day, $service{$service}, domain($user, ''), key($user), $address)} += $1;
	} elsif ($what =~ /Plaintext authentication disabled|disallowed plaintext auth/) {
		$rows{"note\t$day\tclear-refused\t$service"}++;
	} elsif ($tail =~ /^, TLS handshaking: /) {
		$rows{"note\t$day\ttls-failure\t$service"}++;
	}
	return 1;
}

sub panel {
	my ($line) = @_;
	my %service = (webmaild => 'webmail', cpaneld => 'cpanel', whostmgrd => 'whm', cpdavd => 'dav');
	my ($day, $hour, $address, $user, $rest);
	if ($line =~ /^\[(\S+) (\d\d):\S+ \S+\] info \[\w+\] (\S+) - (\S+)(.*)$/s) {
		($day, $hour, $address, $user, $rest) = ($1, $2, $3, $4, $5);
	} elsif ($line =~ m{^(\S+) - (\S+) \[(\d\d)/(\d\d)/(\d{4}):(\d\d):\S+ \S+\](.*)$}s) {
		($day, $hour, $address, $user, $rest) = ("$5-$3-$4", $6, $1, $2, $7);
	} else {
		die "what is \"$line\"?\n";
	}
	$rows{"note\t$day\tlines\t/usr/local/cpanel/logs/login_log"}++;
	if ($rest =~ /^(?: \(possessor: \S+\))? - SUCCESS LOGIN (\w+)$/) {
		login($day, $hour, 1, $service{$1}, domain($user, ''), key($user), '', 'untold', '', network($address), loopback($address) ? 'yes' : 'no');
	} elsif ($rest =~ /" FAILED LOGIN (\w+): [^"]*$/) {
		$rows{join("\t", 'failure', $day, $service{$1}, domain($user, ''), key($user), $address)}++;
	}
}

# ---- reading ----

sub each_line {
	my ($path, $work) = @_;
	for my $name ((sort(glob("'$root$path-*'"))), "$root$path") {
		my @how = $name =~ /\.gz$/ ? ('-|:raw', 'gzip', '-dc', $name) : ('<:raw', $name);
		open(my $log, shift @how, @how) or die "$name: $!\n";
		while (my $line = <$log>) {
			chomp $line;
			$work->($line);
		}
	}
}

my ($day, $first) = ('', '9');
each_line('/var/log/exim_mainlog', sub {
	my ($line) = @_;
	my $whole = 0;
	if ($line =~ /^(\d{4}-\d\d-\d\d) (\d\d):\d\d:\d\d(?:\.\d+)?(?: [-+]\d{4})?(?: \[\d+\])? (.*)$/s) {
		my ($hour, $text) = ($2, $3);
		$day = $1;
		$first = $day if $day lt $first;
		$whole = length $line <= 65536 && exim($day, $hour, $text);
	} elsif (length $line <= 65536 && $line =~ /(?:^| )(?:<=|\(=) /) {
		$rows{"note\t$day\tbroken-arrival\t/var/log/exim_mainlog"}++;
	} elsif (length $line <= 65536 && $line =~ /(?:^| )(?:=>|->|>>) /) {
		$rows{"note\t$day\tbroken-delivery\t/var/log/exim_mainlog"}++;
	}
	$rows{"note\t$day\tlines\t/var/log/exim_mainlog"}++;
	$rows{"note\t$day\tbroken\t/var/log/exim_mainlog"}++ unless $whole;
});

my $year = substr($first, 0, 4);
my %month;
@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = map { sprintf('%02d', $_) } 1 .. 12;
each_line('/var/log/maillog', sub {
	my ($line) = @_;
	my ($hour, $text);
	if ($line =~ /^(\d{4}-\d\d-\d\d)T(\d\d)\S+ \S+ dovecot(?:\[\d+\])?: (.*)$/s) {
		($day, $hour, $text) = ($1, $2, $3);
	} elsif ($line =~ /^(\w{3}) ([ \d]\d) (\d\d):\S+ \S+ dovecot(?:\[\d+\])?: (.*)$/s) {
		($hour, $text) = ($3, $4);
		# the first day of all was the main log's; what seems to be before is of the next year
		$day = sprintf('%04d-%s-%02d', $year, $month{$1}, $2);
		$day = sprintf('%04d-%s-%02d', $year + 1, $month{$1}, $2) if $day lt $first;
	} else {
		return;
	}
	$rows{"note\t$day\tlines\t/var/log/maillog"}++;
	$rows{"note\t$day\tbroken\t/var/log/maillog"}++ unless length $line <= 65536 && dovecot($day, $hour, $text);
});
each_line('/usr/local/cpanel/logs/login_log', \&panel);

for my $row (keys %rows) {
	my $tail = $rows{$row};
	$tail = join("\t", @$tail) if ref $tail;
	$tail .= "\t$most{$row}\t" . join(',', map { $hours{$row}[$_] // 0 } 0 .. 23) if exists $most{$row};
	$tail = sprintf("%06x\t%d", $bits{$row}, $tail) if exists $bits{$row};
	print "$row\t$tail\n";
}
