# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kpolicy for bash 4 and newer.

_kpolicy() {
	local kind value word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	# $1 is the command as it was typed: a kpolicy that is not in PATH completes itself.
	while IFS=$'\t' read -r kind value _; do
		case $kind in
		word) COMPREPLY+=("$value") ;;
		file | folder)
			# The answer tells the part of the word that a path may begin with.
			compopt -o filenames
			local action=-f path
			[ "$kind" = folder ] && action=-d
			while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$action" -- "$value")
			;;
		esac
	done < <("${1/#\~\//$HOME/}" completion bash --answer -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
}
complete -F _kpolicy kpolicy
