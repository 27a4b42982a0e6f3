#compdef kpolicy
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kpolicy for zsh.

_kpolicy() {
	local kind value help line
	local -a found parts described
	local -a answer=("${(@f)$(${(Q)words[1]/#\~\//$HOME/} completion zsh --answer -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
	# The value of --option=VALUE is completed by itself.
	[[ $PREFIX == --*=* ]] && compset -P '*='
	local paths=
	for line in $answer; do
		IFS=$'\t' read -r kind value help <<<"$line"
		case $kind in
		word)
			if [[ -n $help ]]; then
				described+=("${value//:/\\:}:$help")
			else
				found+=("$value")
			fi
			;;
		part) parts+=("$value") ;;
		file | folder) paths=$kind ;;
		esac
	done
	(( $#described )) && _describe -V kpolicy described
	(( $#found )) && compadd -- $found
	# More is to be typed right behind these.
	(( $#parts )) && compadd -S '' -- $parts
	case $paths in
	file) _path_files ;;
	folder) _path_files -/ ;;
	esac
}

# Read by `source` it is announced to zsh; as a file of $fpath it is called by zsh itself.
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
	_kpolicy "$@"
else
	compdef _kpolicy kpolicy
fi
