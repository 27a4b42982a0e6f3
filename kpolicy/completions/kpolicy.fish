# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kpolicy for fish.

function __kpolicy_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    # fish matches whole tokens: the value of --option=VALUE is given with its option.
    set -l before (string match --regex -- '^--[^=]+=' $current)
    set -l value (string replace --regex -- '^--[^=]+=' '' $current)
    # As it was typed fish completes paths; kpolicy is asked about what it means.
    set -l plain (string unescape -- $current)
    or set plain (string replace --regex -- '^["\']' '' $current)
    set -l program (string replace --regex -- '^~/' $HOME/ $words[1])
    for line in ($program completion fish --answer -- $words[2..-1] "$plain" 2>/dev/null)
        set -l parts (string split --max 2 \t -- $line)
        switch $parts[1]
            case word part
                printf '%s%s\t%s\n' "$before" $parts[2] "$parts[3]"
            case file
                string replace --regex -- '^' "$before" (complete --do-complete "'' $value")
            case folder
                string replace --regex -- '^' "$before" (complete --do-complete "'' $value" | string match --regex -- '^.*/(?:\t.*)?$')
        end
    end
end

complete --command kpolicy --no-files --arguments '(__kpolicy_complete)'
