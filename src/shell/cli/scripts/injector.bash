# Completion of injector in bash. The program itself says which words may come next.
_injector() {
    local words=() line word last= current bare before directive=4 index
    # `=` and `:` are words of their own in bash. Here they are joined again.
    for ((index = 1; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        line=${COMP_LINE:0:COMP_POINT}
        if ((${#words[@]})) && [[ $word == [=:]* || $last == [=:] ]] &&
            ! [[ -z $word && $line == *[[:blank:]] ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        last=$word
    done
    current=${words[${#words[@]} - 1]}
    bare=${COMP_WORDS[COMP_CWORD]}
    if [[ $bare == [=:] ]]; then bare=; fi
    before=${current%"$bare"}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :[0-9]* ]]; then
            directive=${line#:}
        else
            word=${line%%$'\t'*}
            COMPREPLY+=("${word#"$before"}")
        fi
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
    if [[ $directive == 0 ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do
            COMPREPLY+=("$line")
        done < <(compgen -f -- "$bare")
    fi
}

complete -F _injector injector
