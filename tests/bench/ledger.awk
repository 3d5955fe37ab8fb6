# ledger.awk: an admin's program of the same purpose, one pass over exim_mainlog, for mawk. It counts messages by day,
# direction, domains, TLS and verification, who sends, failed logins and rejections; it takes a field by its letters
# wherever they stand, so a subject can mislead it, and it keys no accounts.
function domain(address) {
	sub(/^.*@/, "", address)
	sub(/>$/, "", address)
	return tolower(address)
}
function field(name, i, n) {
	n = length(name)
	for (i = 5; i <= NF; i++)
		if (substr($i, 1, n) == name)
			return substr($i, n + 1)
	return ""
}
{ lines[$1]++ }
$4 == "<=" {
	split(field("X="), tls, ":")
	id = field("A=")
	to = ""
	count = 0
	for (i = NF; i > 5 && $i != "for"; i--) {
		to = $i
		count++
	}
	if (id != "") {
		sub(/^[^:]*:/, "", id)
		owner[$3] = domain(id)
		mail[$1, "submitted", "", owner[$3], tls[1], tls[2], field("CV=")]++
		login[$1, id, tls[1], tls[2]]++
		sent[$1, id] += count
	} else if (field("H=") != "") {
		mail[$1, "in", domain($5), domain(to), tls[1], tls[2], field("CV=")]++
	} else {
		owner[$3] = domain($5)
		mail[$1, "local", "", owner[$3], "", "", ""]++
		sent[$1, $5] += count
	}
	next
}
($4 == "=>" || $4 == "->") && / H=/ {
	split(field("X="), tls, ":")
	hosted = substr($6, 1, 1) == "<" ? domain($6) : owner[$3]
	mail[$1, "out", domain($5), hosted, tls[1], tls[2], field("CV=")]++
	next
}
$4 == "Completed" { delete owner[$3]; next }
/ authenticator failed for / {
	who = ""
	if (match($0, /set_id=[^)]*/))
		who = substr($0, RSTART + 7, RLENGTH - 7)
	match($0, /\[[0-9a-f.:]+\]/)
	failed[$1, who, substr($0, RSTART, RLENGTH)]++
	next
}
/ rejected / { for (i = 4; i < NF; i++) if ($i == "rejected") { rejected[$1, $(i + 1)]++; break } }
END {
	for (i in mail) n++
	for (i in failed) f++
	for (i in sent) s++
	print n + 0, "rows of mail,", f + 0, "of failures,", s + 0, "of senders"
}
