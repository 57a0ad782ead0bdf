# Completion of injector in fish. The program itself says which words may come next.
function __injector_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l directive :4
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        if string match -qr '^:[0-9]+$' -- $line
            set directive $line
        else
            echo $line
        end
    end
    if test $directive = :0
        __fish_complete_path "$current"
    end
end

complete -c injector -f -a '(__injector_complete)'
