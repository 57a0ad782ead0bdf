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

complete -c injector -n "__fish_injector_needs_command" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_needs_command" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_needs_command" -f -a "inject" -d 'Inject sidecars into manifests'
complete -c injector -n "__fish_injector_needs_command" -f -a "uninject" -d 'Remove what was injected, to the byte'
complete -c injector -n "__fish_injector_needs_command" -f -a "check" -d 'Report what is not injected, or not as it should be; exit 1 if something is found'
complete -c injector -n "__fish_injector_needs_command" -f -a "diff" -d 'Show what inject would change, as a unified diff; exit 1 if something is found'
complete -c injector -n "__fish_injector_needs_command" -f -a "explain" -d 'Show every eligibility rule, what it saw and where, and which one decided'
complete -c injector -n "__fish_injector_needs_command" -f -a "profile" -d 'List, show, check, start or import profiles'
complete -c injector -n "__fish_injector_needs_command" -f -a "fn" -d 'Inject as a KRM function, in kustomize and kpt'
complete -c injector -n "__fish_injector_needs_command" -f -a "config" -d 'Show the settings of a repository'
complete -c injector -n "__fish_injector_needs_command" -f -a "install" -d 'Print the manifests that install the webhook in a cluster'
complete -c injector -n "__fish_injector_needs_command" -f -a "uninstall" -d 'Print the manifests that remove the webhook from a cluster, for kubectl delete'
complete -c injector -n "__fish_injector_needs_command" -f -a "serve" -d 'Inject as a TLS admission webhook in a cluster'
complete -c injector -n "__fish_injector_needs_command" -f -a "certs" -d 'Make, show, renew and rotate the webhook\'s certificates'
complete -c injector -n "__fish_injector_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c injector -n "__fish_injector_needs_command" -f -a "man" -d 'Print the manual pages, or write each to a file'
complete -c injector -n "__fish_injector_using_subcommand inject" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l exclude -d 'Leave out these files and folders (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -s o -l output -d 'The form of standard output [default: that of the input]' -r -f -a "yaml\t'The documents, changed only where something is added or removed'
json\t'The objects as JSON: one as an object, several as a v1 List'
patch\t'The JSON Patch (RFC 6902)'
response\t'An AdmissionReview with its response [default for an AdmissionReview]'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l output-dir -d 'Write results below this directory, in the same tree' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand inject" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l serviceaccount-file -d 'A file with ServiceAccount objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l deny -d 'Make this warning an error (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l allow -d 'Do not report this warning (repeatable); wins over `--deny`' -r
complete -c injector -n "__fish_injector_using_subcommand inject" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand inject" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand inject" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand inject" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand inject" -s i -l in-place -d 'Write results back to the files'
complete -c injector -n "__fish_injector_using_subcommand inject" -l keep-going -d 'Pass on workloads that fail, unchanged'
complete -c injector -n "__fish_injector_using_subcommand inject" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand inject" -l reinject -d 'Replace an outdated injection'
complete -c injector -n "__fish_injector_using_subcommand inject" -l clean -d 'Remove what the server added to a live object'
complete -c injector -n "__fish_injector_using_subcommand inject" -l expand -d 'Expand the aliases of a document that cannot be changed otherwise'
complete -c injector -n "__fish_injector_using_subcommand inject" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand inject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand inject" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -l exclude -d 'Leave out these files and folders (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand uninject" -s o -l output -d 'The form of standard output [default: that of the input]' -r -f -a "yaml\t'The documents, changed only where something is added or removed'
json\t'The objects as JSON: one as an object, several as a v1 List'
patch\t'The JSON Patch (RFC 6902)'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -l output-dir -d 'Write results below this directory, in the same tree' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand uninject" -s p -l profile -d 'Undo only this profile (repeatable) [default: all, last first]' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand uninject" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand uninject" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninject" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand uninject" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s i -l in-place -d 'Write results back to the files'
complete -c injector -n "__fish_injector_using_subcommand uninject" -l keep-going -d 'Pass on workloads that fail, unchanged'
complete -c injector -n "__fish_injector_using_subcommand uninject" -l force -d 'Remove what is left of an injection when a part of it is gone'
complete -c injector -n "__fish_injector_using_subcommand uninject" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand uninject" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand check" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l exclude -d 'Leave out these files and folders (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand check" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand check" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l serviceaccount-file -d 'A file with ServiceAccount objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l deny -d 'Make this warning an error (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l allow -d 'Do not report this warning (repeatable); wins over `--deny`' -r
complete -c injector -n "__fish_injector_using_subcommand check" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand check" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand check" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand check" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand check" -l keep-going -d 'Check the rest when a file cannot be read; the exit status is still 2'
complete -c injector -n "__fish_injector_using_subcommand check" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand check" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand check" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand diff" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l exclude -d 'Leave out these files and folders (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand diff" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand diff" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l serviceaccount-file -d 'A file with ServiceAccount objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand diff" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand diff" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand diff" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand diff" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand diff" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand diff" -l reinject -d 'Replace an outdated injection'
complete -c injector -n "__fish_injector_using_subcommand diff" -l clean -d 'Remove what the server added to a live object'
complete -c injector -n "__fish_injector_using_subcommand diff" -l expand -d 'Expand the aliases of a document that cannot be changed otherwise'
complete -c injector -n "__fish_injector_using_subcommand diff" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand diff" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand explain" -s f -l filename -d 'A file or directory, as kubectl names it (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l exclude -d 'Leave out these files and folders (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -s o -l output -d 'The form of standard output' -r -f -a "text\t'For people'
json\t'One JSON object, version `v1`'"
complete -c injector -n "__fish_injector_using_subcommand explain" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand explain" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand explain" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l serviceaccount-file -d 'A file with ServiceAccount objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand explain" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand explain" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand explain" -s R -l recursive -d 'Read the directories below a directory too'
complete -c injector -n "__fish_injector_using_subcommand explain" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand explain" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "list" -d 'List the built-in profiles'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "show" -d 'Print a profile in full, as a file to start from'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "lint" -d 'Check profiles: clashes, privileges, versions; exit 1 for a warning or worse'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "init" -d 'Print a commented profile to start from'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "compile" -d 'Print the admission policies that do what a profile does, for the API server itself'
complete -c injector -n "__fish_injector_using_subcommand profile; and not __fish_seen_subcommand_from list show lint init compile import" -f -a "import" -d 'Print the profile that the configuration of another injector becomes'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of standard output' -r -f -a "text\t'For people'
json\t'One JSON object, version `v1`'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -l resolved -d 'As one document, with all that it extends'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l fail-on -d 'The lowest level that makes the exit status 1' -r -f -a "note\t'Anything'
warning\t'Warnings and errors'
error\t'Errors'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l deny -d 'Make this warning an error (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l allow -d 'Do not report this warning (repeatable); wins over `--deny`' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from init" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l name -d 'The beginning of the names of the objects' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l set -d 'Set a parameter of the profile (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l failure-policy -d 'What happens to a pod for which an expression fails [default: Fail]' -r -f -a "Ignore\t'It is created without the sidecar'
Fail\t'It is refused'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l policy-api -d 'The version of the API of mutating policies' -r -f -a "v1\t'Kubernetes 1.36 and later'
v1beta1\t'Kubernetes 1.34 and 1.35, with a feature gate'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l params -d 'Keep the settings, or those named, in a ConfigMap that you can change' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -s n -l namespace -d 'The namespace of the ConfigMap of `--params` [default: kube-system]' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -l without-warnings -d 'Leave out the policy that warns; it costs some of the API server\'s time for each pod'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from compile" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from import" -l entry -d 'The entry of a ConfigMap that has several' -r
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from import" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand profile; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand fn" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand fn" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand fn" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand fn" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand fn" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l namespace-file -d 'A file with Namespace objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand fn" -l namespace-labels -d 'The labels of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l namespace-annotations -d 'The annotations of a namespace (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l serviceaccount-file -d 'A file with ServiceAccount objects (repeatable)' -r -F
complete -c injector -n "__fish_injector_using_subcommand fn" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l deny -d 'Make this warning an error (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l allow -d 'Do not report this warning (repeatable); wins over `--deny`' -r
complete -c injector -n "__fish_injector_using_subcommand fn" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand fn" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand fn" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand fn" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand fn" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand fn" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand fn" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand config; and not __fish_seen_subcommand_from show" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand config; and not __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand config; and not __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand config; and not __fish_seen_subcommand_from show" -f -a "show" -d 'Print the settings that count here, and where each of them is from'
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -s n -l namespace -d 'The namespace of objects that do not name one [default: default]' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l deny -d 'Make this warning an error (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l allow -d 'Do not report this warning (repeatable); wins over `--deny`' -r
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand install" -l name -d 'The name of everything that is installed' -r
complete -c injector -n "__fish_injector_using_subcommand install" -s n -l namespace -d 'The namespace of the webhook [default: injector-system]' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l as -d 'What runs in the cluster: a webhook, or policies that the API server evaluates itself' -r -f -a "webhook\t'Pods that the API server asks'
policy\t'Admission policies of Kubernetes 1.36 and later'"
complete -c injector -n "__fish_injector_using_subcommand install" -l only -d 'Print only the webhook configuration, or everything else [default: both]' -r -f -a "webhook\t'The webhook configuration'
rest\t'Everything else'"
complete -c injector -n "__fish_injector_using_subcommand install" -l generate-certs -d 'Make a CA and a serving certificate in this directory, or use the existing ones' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand install" -l tls-secret -d 'A Secret in the namespace that has `tls.crt` and `tls.key`' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l ca-file -d 'What the API server trusts, for `--tls-secret`: certificates as PEM' -r -F
complete -c injector -n "__fish_injector_using_subcommand install" -l config -d 'The settings of the repository [default: the nearest `.injector.yaml`]' -r -F
complete -c injector -n "__fish_injector_using_subcommand install" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand install" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand install" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand install" -l watch-namespaces -d 'Let the webhook watch namespaces [default: when a profile needs it]' -r -f -a "true\t''
false\t''"
complete -c injector -n "__fish_injector_using_subcommand install" -l watch-serviceaccounts -d 'Let the webhook watch ServiceAccounts [default: when a profile reads them]' -r -f -a "true\t''
false\t''"
complete -c injector -n "__fish_injector_using_subcommand install" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l failure-policy -d 'What happens to a pod without an answer [default: Ignore; with `--as policy`, Fail]' -r -f -a "Ignore\t'It is created without the sidecar'
Fail\t'It is refused'"
complete -c injector -n "__fish_injector_using_subcommand install" -l timeout-seconds -d 'How long the API server waits for an answer, in seconds, 1 to 30' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l reinvocation-policy -d 'Whether the API server asks again after another webhook changed the pod' -r -f -a "IfNeeded\t'It is asked again'
Never\t'It is asked once'"
complete -c injector -n "__fish_injector_using_subcommand install" -l match-policy -d 'Whether requests in another version of the API are sent to the webhook' -r -f -a "Equivalent\t'They are sent too'
Exact\t'They are not sent'"
complete -c injector -n "__fish_injector_using_subcommand install" -l image -d 'The webhook\'s image' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l replicas -d 'How many pods of the webhook run' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l priority-class -d 'The pods\' priority class, such as `system-cluster-critical`' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l drain-delay -d 'How long a pod still takes connections after it was asked to stop' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l drain-timeout -d 'How long it then waits for requests in flight' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l log-format -d 'The form of the webhook\'s log' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c injector -n "__fish_injector_using_subcommand install" -l listen-port -d 'The TLS port of the pods, 1024 or above' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l probe-port -d 'The pods\' port for probes and metrics, 1024 or above' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l image-pull-secret -d 'A Secret for the registry of the image (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l node-selector -d 'A label that a node must have to run the pods (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l toleration -d 'A taint of nodes that may still run the pods (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l policy-api -d 'The version of the API of mutating policies' -r -f -a "v1\t'Kubernetes 1.36 and later'
v1beta1\t'Kubernetes 1.34 and 1.35, with a feature gate'"
complete -c injector -n "__fish_injector_using_subcommand install" -l params -d 'Keep the settings, or those named, in a ConfigMap that you can change' -r
complete -c injector -n "__fish_injector_using_subcommand install" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand install" -l cert-manager -d 'Get the certificate and its CA from cert-manager'
complete -c injector -n "__fish_injector_using_subcommand install" -l no-config -d 'Take no settings of a repository'
complete -c injector -n "__fish_injector_using_subcommand install" -l existing-namespace -d 'Keep the namespace as it is: it exists, and others use it'
complete -c injector -n "__fish_injector_using_subcommand install" -l host-network -d 'Run the pods in the network of their nodes, one on each node at most'
complete -c injector -n "__fish_injector_using_subcommand install" -l openshift -d 'Let OpenShift choose user and group: leave out `runAsUser`, `runAsGroup` and `fsGroup`'
complete -c injector -n "__fish_injector_using_subcommand install" -l service-monitor -d 'A ServiceMonitor too, for the Prometheus operator'
complete -c injector -n "__fish_injector_using_subcommand install" -l prometheus-rule -d 'A PrometheusRule with alerts too, for the Prometheus operator'
complete -c injector -n "__fish_injector_using_subcommand install" -l without-warnings -d 'Leave out the policy that warns; it costs some of the API server\'s time for each pod'
complete -c injector -n "__fish_injector_using_subcommand install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand install" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l name -d 'The name of everything that is installed' -r
complete -c injector -n "__fish_injector_using_subcommand uninstall" -s n -l namespace -d 'The namespace of the webhook [default: injector-system]' -r
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l as -d 'What runs in the cluster: a webhook, or policies that the API server evaluates itself' -r -f -a "webhook\t'Pods that the API server asks'
policy\t'Admission policies of Kubernetes 1.36 and later'"
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l only -d 'Print only the webhook configuration, or everything else [default: both]' -r -f -a "webhook\t'The webhook configuration'
rest\t'Everything else'"
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l tls-secret -d 'Keep the Secret with the serving certificate, which belongs to someone else' -r
complete -c injector -n "__fish_injector_using_subcommand uninstall" -s p -l profile -d 'With `--as policy`: whose policies are deleted (repeatable) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l policy-api -d 'The version of the API of mutating policies, with `--as policy`' -r -f -a "v1\t'Kubernetes 1.36 and later'
v1beta1\t'Kubernetes 1.34 and 1.35, with a feature gate'"
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l params -d 'Delete the ConfigMap of `install --params` too, with `--as policy`; names have no effect' -r
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l cert-manager -d 'Delete the cert-manager objects, and the Secrets that cert-manager made'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l delete-namespace -d 'Delete the namespace too, with all that is in it'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l service-monitor -d 'A ServiceMonitor too, for the Prometheus operator'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -l prometheus-rule -d 'A PrometheusRule with alerts too, for the Prometheus operator'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand uninstall" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand serve" -l listen -d 'The address of the TLS port' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l probe-listen -d 'The address of the plain port for probes and metrics' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l tls-cert -d 'The serving certificate, with its intermediates, in PEM' -r -F
complete -c injector -n "__fish_injector_using_subcommand serve" -l tls-key -d 'Its private key, in PEM' -r -F
complete -c injector -n "__fish_injector_using_subcommand serve" -l client-ca -d 'Serve only clients with a certificate from these CAs' -r -F
complete -c injector -n "__fish_injector_using_subcommand serve" -s p -l profile -d 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]' -r -F
complete -c injector -n "__fish_injector_using_subcommand serve" -l set -d 'Set a parameter of the profiles, or of the one that is named (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l on-ineligible -d 'Allow or deny a pod that is not eligible; overrides the profile\'s `onIneligible`' -r -f -a "allow\t'It is allowed, unchanged'
deny\t'It is denied'"
complete -c injector -n "__fish_injector_using_subcommand serve" -l native-sidecar -d 'Make sidecars native or not; overrides the profile\'s `nativeSidecar`' -r -f -a "auto\t'Where a classic sidecar would keep the pod from completing'
true\t'Everywhere'
false\t'Nowhere'"
complete -c injector -n "__fish_injector_using_subcommand serve" -l template-path -d 'Where the pod template is in another kind (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l kubernetes-version -d 'The cluster\'s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l kubeconfig -d 'How to reach the API server [default: KUBECONFIG, else as a pod]' -r -F
complete -c injector -n "__fish_injector_using_subcommand serve" -l max-in-flight -d 'The most reviews at a time; more get status 503' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l max-connections -d 'The most connections to the TLS port at a time; more are closed at once' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l handshake-timeout -d 'How long a TLS handshake may take' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l header-timeout -d 'How long the header of a request may take, from its first byte' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l body-timeout -d 'How long the body of a request may take' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l idle-timeout -d 'How long a connection may be idle' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l default-deadline -d 'The deadline of a review whose request has no `?timeout=`' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l drain-delay -d 'How long to keep answering after SIGTERM, until the cluster sends no more requests' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l drain-timeout -d 'How long to wait then for requests in flight' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l reload-interval -d 'How often to look for changed certificates and profiles' -r
complete -c injector -n "__fish_injector_using_subcommand serve" -l log-format -d 'The form of log lines, on standard error' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c injector -n "__fish_injector_using_subcommand serve" -l log-level -d 'The lowest level that is logged' -r -f -a "error\t'What needs attention'
warn\t'Also requests that were refused or failed'
info\t'Also every other request'
debug\t'Also what the libraries log'"
complete -c injector -n "__fish_injector_using_subcommand serve" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand serve" -l watch-namespaces -d 'Watch namespaces, for the rules that need their labels and annotations'
complete -c injector -n "__fish_injector_using_subcommand serve" -l watch-serviceaccounts -d 'Watch ServiceAccounts, for the profiles with `serviceAccount` in an expression'
complete -c injector -n "__fish_injector_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand serve" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "generate" -d 'Make a CA and a serving certificate for NAME.NAMESPACE.svc'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "inspect" -d 'Show certificates, and check them against a caBundle; exit 1 on a problem'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "ca-bundle" -d 'Print a CA as a caBundle, or put it into a webhook configuration'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "renew" -d 'Make a new serving certificate from the current CA'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "rotate" -d 'Replace the CA in three steps, without an outage'
complete -c injector -n "__fish_injector_using_subcommand certs; and not __fish_seen_subcommand_from generate inspect ca-bundle renew rotate secret" -f -a "secret" -d 'Print the Secret of the current serving certificate'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -s n -l namespace -d 'The Service\'s namespace' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l cluster-domain -d 'The cluster\'s domain, for the longest of the Service\'s names' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l dns-name -d 'Another name, such as the host of a webhook with a url (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l ip -d 'An IP address, such as that of a webhook with a url (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l key-type -d 'The type of the keys' -r -f -a "p256\t'ECDSA on P-256'
p384\t'ECDSA on P-384'
ed25519\t'Ed25519: not for an API server in FIPS mode before Go 1.24'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l validity -d 'How long the serving certificate is valid, as in 365d or 12h' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l ca-validity -d 'How long the CA is valid' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l out -d 'A directory for ca.crt, ca.key, tls.crt and tls.key' -r -f -a "(__fish_complete_directories)"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -s o -l output -d 'Print the serving certificate on standard output' -r -f -a "secret\t'A kubernetes.io/tls Secret with ca.crt, tls.crt and tls.key'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l secret-name -d 'The Secret\'s name [default: NAME-tls]' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -l force -d 'Overwrite existing files'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from generate" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l ca-bundle -d 'Check that this CA, in a PEM file or a webhook configuration, verifies the certificates' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l service -d 'Check that they are for this Service [default: that of the webhook configuration]' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l warn-within -d 'Exit 1 if a certificate expires within this time' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -s o -l output -d 'The form of standard output' -r -f -a "text\t'For people'
json\t'A list with an object for each certificate'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -s f -l filename -d 'Put it into every webhook of this file, or of standard input for `-`' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from ca-bundle" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l service -d 'Make it for this Service, instead of for the names of the current certificate' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l cluster-domain -d 'The cluster\'s domain, for the longest of the Service\'s names' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l dns-name -d 'Another name, such as the host of a webhook with a url (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l ip -d 'An IP address, such as that of a webhook with a url (repeatable)' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l validity -d 'How long the serving certificate is valid, at most until the CA expires' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from renew" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l live -d 'The cluster\'s webhook configuration or Secret, to check the last step' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l validity -d 'How long the serving certificate is valid, as in 365d or 12h' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l ca-validity -d 'How long the CA is valid' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -l applied -d 'Skip the check that the last step was applied'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from rotate" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -l secret-name -d 'The Secret\'s name [default: NAME-tls, after the Service]' -r
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -l report -d 'The form of the report, and perhaps a file for it (repeatable) [default: text]' -r -f -a "text\t'Lines for people'
json\t'One JSON object, version `v1`'
github\t'Annotations of GitHub Actions; the default there'
sarif\t'SARIF 2.1.0, for code scanning'
junit\t'JUnit XML, a test for each workload and profile'
gitlab\t'Code Quality of GitLab'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -l report-file -d 'Write the report of standard error to this file too, without colours' -r -F
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -s q -l quiet -d 'Report errors only'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand certs; and __fish_seen_subcommand_from secret" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand completions" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand completions" -s V -l version -d 'Print version'
complete -c injector -n "__fish_injector_using_subcommand man" -l color -d 'When to colour the report, a diff and an explanation' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise'
always\t'Also into a file or pipe'
never\t'No colours'"
complete -c injector -n "__fish_injector_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c injector -n "__fish_injector_using_subcommand man" -s V -l version -d 'Print version'
