#!/usr/bin/perl
# ledger.pl: an admin's program of the same purpose, one pass over exim_mainlog or (--maillog) Dovecot's lines: what
# ledger.awk counts, with regular expressions.
use strict;
use warnings;

my (%mail, %owner, %sent, %login, %failed, %rejected, %lines);
sub domain { my $at = rindex($_[0], '@'); return $at < 0 ? '' : lc substr($_[0], $at + 1) }

sub exim {
	while (<>) {
		my ($day, $id, $arrow) = /^(\S+) \S+ (\S+) (\S+)/ or next;
		$lines{$day}++;
		if ($arrow eq '<=') {
			my ($from) = / <= (\S+)/;
			my ($tls, $cipher, $cv) = / X=([^:]+):([^:]+):\S+ CV=(\w+)/;
			my @to = / for (\S+(?: \S+)*)$/ ? split(/ /, $1) : ();
			if (/ A=[^: ]+:(\S+)/) {
				$owner{$id} = domain($1);
				$mail{join ' ', $day, 'submitted', $owner{$id}, $tls // '', $cipher // '', $cv // ''}++;
				$login{join ' ', $day, $1, $tls // '', $cipher // ''}++;
				$sent{"$day $1"} += @to;
			} elsif (/ H=/) {
				$mail{join ' ', $day, 'in', domain($from), domain($to[0] // ''), $tls // '', $cipher // '', $cv // ''}++;
			} else {
				$owner{$id} = domain($from);
				$mail{join ' ', $day, 'local', $owner{$id}}++;
				$sent{"$day $from"} += @to;
			}
		} elsif ($arrow eq '=>' || $arrow eq '->') {
			next unless / H=\S+ \[/;
			my ($to, $original) = /[=-]> (\S+)(?: <(\S+)>)?/;
			my ($tls, $cipher, $cv) = / X=([^:]+):([^:]+):\S+ CV=(\w+)/;
			$mail{join ' ', $day, 'out', domain($to), defined $original ? domain($original) : $owner{$id} // '', $tls // '', $cipher // '', $cv // ''}++;
		} elsif ($arrow eq 'Completed') {
			delete $owner{$id};
		} elsif (/authenticator failed for .*?\[([0-9a-f.:]+)\]/) {
			my $source = $1;
			$failed{join ' ', $day, $source, /set_id=([^)]*)/ ? $1 : ''}++;
		} elsif (/ rejected (\S+)/) {
			$rejected{"$day $1"}++;
		}
	}
}

sub dovecot {
	while (<>) {
		my ($day, $service) = /^(\w+ +\d+) \S+ \S+ dovecot: (\w+)-login: / or next;
		my ($user, $address) = (/user=<([^>]*)>/, / rip=([^,]+)/) or next;
		if (/: (?:Login|Logged in): /) {
			my ($method) = /method=(\w+)/;
			$login{join ' ', $day, $service, $user, $method // '', $address, /, TLS/ ? 'TLS' : 'clear'}++;
		} elsif (/auth failed, (\d+) attempts/) {
			$failed{join ' ', $day, $service, $user, $address} += $1;
		}
	}
}

if (@ARGV && $ARGV[0] eq '--maillog') { shift; dovecot() } else { exim() }
print scalar(keys %mail), ' rows of mail, ', scalar(keys %login), ' of logins, ', scalar(keys %failed), ' of failures, ',
	scalar(keys %sent), " of senders\n";
