# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_injector_global_optspecs
    string join \n color= h/help V/version
end

function __fish_injector_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_injector_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_injector_using_subcommand
    set -l cmd (__fish_injector_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c injector -n "__fish_injector_needs_command" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_needs_command" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_needs_command" -f -a "inject" -d 'Inject sidecars into manifests'
complete -c injector -n "__fish_injector_needs_command" -f -a "uninject" -d 'Remove what was injected: the exact inverse'
complete -c injector -n "__fish_injector_needs_command" -f -a "check" -d 'Tell what is not injected, or not as it should be; exit 1 if anything is'
complete -c injector -n "__fish_injector_needs_command" -f -a "diff" -d 'Show what inject would change, as a unified diff; exit 1 if anything would'
complete -c injector -n "__fish_injector_needs_command" -f -a "explain" -d 'Show every eligibility rule, what it saw and where, and which one decided'
complete -c injector -n "__fish_injector_needs_command" -f -a "profile" -d 'List, show, check or start profiles'
complete -c injector -n "__fish_injector_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c injector -n "__fish_injector_needs_command" -f -a "man" -d 'Print the manual pages, or write one file a page'
complete -c injector -n "__fish_injector_using_subcommand inject" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -s o -l output -d 'The form of standard output [default: that of the input]' -r -f -a "yaml\t'The documents, with what was injected'
json\t'The objects as JSON: one as an object, several as a v1 List'
patch\t'The JSON Patch (RFC 6902)'
response\t'An AdmissionReview with its response; the default where the input is one'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l output-dir -d 'Write results below this directory, in the same tree' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand inject" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l set -d 'Set a parameter of the profiles (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l on-ineligible -d 'What a pod that is not eligible meets: overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l template-path -d 'Where another kind has its pod template (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -s n -l namespace -d 'The namespace of objects that name none [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l kubernetes-version -d 'The cluster\'s version, as 1.MINOR [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l report -d 'The form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions'
sarif\t'SARIF 2.1.0, for code scanning'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand inject" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand inject" -s i -l in-place -d 'Write results back to the files'
complete -c injector -n "__fish_injector_using_subcommand inject" -l keep-going -d 'Pass workloads that fail through unchanged'
complete -c injector -n "__fish_injector_using_subcommand inject" -l reinject -d 'Replace an outdated injection'
complete -c injector -n "__fish_injector_using_subcommand inject" -l clean -d 'Strip what the server added to a live object'
complete -c injector -n "__fish_injector_using_subcommand inject" -l expand -d 'Write a document anew where its form cannot be kept'
complete -c injector -n "__fish_injector_using_subcommand inject" -s q -l quiet -d 'Tell of errors only'
complete -c injector -n "__fish_injector_using_subcommand inject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand inject" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -s o -l output -d 'The form of standard output [default: that of the input]' -r -f -a "yaml\t'The documents, without what was injected'
json\t'The objects as JSON: one as an object, several as a v1 List'
patch\t'The JSON Patch (RFC 6902)'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -l output-dir -d 'Write results below this directory, in the same tree' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand uninject" -s p -l profile -d 'Undo this profile only (repeatable); all, last first, without it' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -l template-path -d 'Where another kind has its pod template (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand uninject" -l report -d 'The form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions'
sarif\t'SARIF 2.1.0, for code scanning'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s i -l in-place -d 'Write results back to the files'
complete -c injector -n "__fish_injector_using_subcommand uninject" -l keep-going -d 'Pass workloads that fail through unchanged'
complete -c injector -n "__fish_injector_using_subcommand uninject" -l force -d 'Drop what is left of an injection of which a part is gone'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s q -l quiet -d 'Tell of errors only'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand check" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l set -d 'Set a parameter of the profiles (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l on-ineligible -d 'What a pod that is not eligible meets: overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand check" -l template-path -d 'Where another kind has its pod template (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -s n -l namespace -d 'The namespace of objects that name none [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l kubernetes-version -d 'The cluster\'s version, as 1.MINOR [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l report -d 'The form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions'
sarif\t'SARIF 2.1.0, for code scanning'"
complete -c injector -n "__fish_injector_using_subcommand check" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand check" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand check" -s q -l quiet -d 'Tell of errors only'
complete -c injector -n "__fish_injector_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand check" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand diff" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l set -d 'Set a parameter of the profiles (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l on-ineligible -d 'What a pod that is not eligible meets: overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand diff" -l template-path -d 'Where another kind has its pod template (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -s n -l namespace -d 'The namespace of objects that name none [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l kubernetes-version -d 'The cluster\'s version, as 1.MINOR [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l report -d 'The form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions'
sarif\t'SARIF 2.1.0, for code scanning'"
complete -c injector -n "__fish_injector_using_subcommand diff" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand diff" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand diff" -l reinject -d 'As `inject --reinject` would'
complete -c injector -n "__fish_injector_using_subcommand diff" -l clean -d 'As `inject --clean` would'
complete -c injector -n "__fish_injector_using_subcommand diff" -l expand -d 'As `inject --expand` would'
complete -c injector -n "__fish_injector_using_subcommand diff" -s q -l quiet -d 'Tell of errors only'
complete -c injector -n "__fish_injector_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand diff" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand explain" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l set -d 'Set a parameter of the profiles (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l on-ineligible -d 'What a pod that is not eligible meets: overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand explain" -l template-path -d 'Where another kind has its pod template (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -s n -l namespace -d 'The namespace of objects that name none [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l kubernetes-version -d 'The cluster\'s version, as 1.MINOR [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand explain" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand explain" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -f -a "list" -d 'List the built-in profiles'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -f -a "show" -d 'Print a built-in profile in full, as a file to start from'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -f -a "lint" -d 'Check profiles: clashes, privileges, versions; exit 1 for a warning or worse'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init" -f -a "init" -d 'Print a commented profile to start from'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l fail-on -d 'The least level that makes the exit status 1' -r -f -a "note\t'Anything'
warning\t'Warnings and errors'
error\t'Errors'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l report -d 'The form of the report' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions'
sarif\t'SARIF 2.1.0, for code scanning'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'Tell of errors only'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand completions" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand completions" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand man" -l color -d 'When to colour the report' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand man" -s V -l version -d 'Print version'
