# bash completion for cpward(8). Commands, flags, profiles and checks are asked
# of the program itself, so that this file can not fall behind it.

_cpward_commands() {
	"$1" help 2>/dev/null | awk '/^  / { print $1 }'
}

_cpward_flags() {
	"$1" "$2" --help 2>/dev/null |
		awk '/^  -/ { print ($1 == "-o,") ? $2 : $1 }'
}

_cpward_profiles() {
	"$1" profile list 2>/dev/null | awk '{ print $1 }'
}

_cpward_checks() {
	"$1" checks list 2>/dev/null | awk '{ print $1 }'
}

# The words that may stand behind a flag; fails when files may.
_cpward_values() {
	case $2 in
	--profile) _cpward_profiles "$1" ;;
	--check | --skip-check) _cpward_checks "$1" ;;
	--severity | --fail-on) echo critical high medium low info ;;
	--color) echo auto always never ;;
	--by) echo day domain account ;;
	--if)
		# The sign cuts the word in two: the value is typed by hand.
		echo exim.min_version= exim.require_secure_auth= \
			exim.hosts_require_tls= dovecot.ssl_min_protocol= \
			dovecot.auth_allow_cleartext= dovecot.protocols=
		;;
	-o | --output)
		case $3 in
		checks) echo text json man ;;
		collect) echo json ;;
		probe) echo text json ;;
		ledger) echo text json csv tsv ;;
		*) echo text json ndjson ;;
		esac
		;;
	*) return 1 ;;
	esac
}

# The words that may stand behind a command that are no flags.
_cpward_arguments() {
	case $2-$3 in
	ledger-) echo update forecast clear old logins clients failures bursts ;;
	ledger-update | ledger-forecast) ;;
	ledger-*) echo clear old logins clients failures bursts ;;
	checks-) echo list explain ;;
	checks-explain) _cpward_checks "$1" ;;
	profile-) echo list show lint ;;
	profile-show | profile-lint) _cpward_profiles "$1" ;;
	esac
}

# Does the flag take a word of its own?
_cpward_takes_word() {
	case $1 in
	--config | --profile | --root | --check | --skip-check | --reference | \
		--severity | --fail-on | -o | --output | --facts | --color | \
		--source | --name | --days | --since | --by | --domain | --if) ;;
	*) return 1 ;;
	esac
}

# Is that word a file, where it is none of a few?
_cpward_takes_file() {
	case $1 in
	--reference | --source | --name | --days | --since | --domain) return 1 ;;
	esac
}

_cpward_reply() {
	mapfile -t COMPREPLY < <(compgen "${@:2}" -- "$1")
}

_cpward_reply_files() {
	compopt -o filenames 2>/dev/null
	_cpward_reply "$@"
}

# Sets command and argument from the words before the cursor.
_cpward_look_back() {
	local skip='' word i

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		# Readline cuts --color=always and json:FILE at the sign.
		if [[ $word == [=:] ]]; then
			skip=yes
		elif [[ -n $skip ]]; then
			skip=
		elif _cpward_takes_word "$word"; then
			skip=yes
		elif [[ $word != -* && -z $command ]]; then
			command=$word
		elif [[ $word != -* && -z $argument ]]; then
			argument=$word
		fi
	done
}

_cpward() {
	local program=$1 current=$2 previous=$3
	local command='' argument='' words

	COMPREPLY=()
	if [[ $current == [=:] ]]; then
		previous=$current
		current=
	fi
	if [[ $previous == : ]]; then
		_cpward_reply_files "$current" -f
		return
	fi
	if [[ $previous == = ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 1]}
		[[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	_cpward_look_back
	if _cpward_takes_word "$previous"; then
		if words=$(_cpward_values "$program" "$previous" "$command"); then
			_cpward_reply "$current" -W "$words"
		elif [[ $previous == --root ]]; then
			_cpward_reply_files "$current" -d
		elif _cpward_takes_file "$previous"; then
			_cpward_reply_files "$current" -f
		fi
		return
	fi
	if [[ -z $command ]]; then
		words=$(_cpward_commands "$program")
	elif [[ $current == -* ]]; then
		words=$(_cpward_flags "$program" "$command")
	else
		words=$(_cpward_arguments "$program" "$command" "$argument")
	fi
	_cpward_reply "$current" -W "$words"
}

complete -F _cpward cpward
