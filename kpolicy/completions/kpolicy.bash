# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kpolicy for bash 4 and newer.

_kpolicy() {
	local kind value start paths= word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	# $1 is the command as it was typed: a kpolicy that is not in PATH completes itself.
	while IFS=$'\t' read -r kind value _; do
		case $kind in
		word) COMPREPLY+=("$value") ;;
		part)
			# More is to be typed right behind it.
			COMPREPLY+=("$value")
			compopt -o nospace
			;;
		file | folder) paths=$kind start=$value ;;
		esac
	done < <("${1/#\~\//$HOME/}" completion bash --answer -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
	[ -n "$paths" ] || return 0
	local action=-f path
	[ "$paths" = folder ] && action=-d
	if [ ${#COMPREPLY[@]} -eq 0 ]; then
		# bash knows what quotes, variables and ~ mean where nothing but a path is possible.
		[ "$paths" = folder ] && compopt -o dirnames || compopt -o default
		return 0
	fi
	compopt -o filenames
	# The answer tells the part of the word that a path may begin with.
	while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$action" -- "$start")
}
complete -F _kpolicy kpolicy
