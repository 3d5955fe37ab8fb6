# "check<TAB>subject<TAB>result" of each finding of a report in ndjson. The first line, which is the report's own, has
# none; a line of another shape is printed as it is, so that whoever compares sees it.
BEGIN { FS = "\"" }
$2 == "schema" { next }
match($0, /"result": ?"[a-z]*", ?"severity"/) && $2 == "check" && $6 == "subject" {
	split(substr($0, RSTART), part, "\"")
	print $4 "\t" $8 "\t" part[4]
	next
}
{ print }
