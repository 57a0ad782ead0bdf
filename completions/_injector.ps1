
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'injector' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'injector'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'injector' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('inject', 'inject', [CompletionResultType]::ParameterValue, 'Inject sidecars into manifests')
            [CompletionResult]::new('uninject', 'uninject', [CompletionResultType]::ParameterValue, 'Remove what was injected, to the byte')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Report what is not injected, or not as it should be; exit 1 if something is found')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what inject would change, as a unified diff; exit 1 if something is found')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show every eligibility rule, what it saw and where, and which one decided')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'List, show, check, start or import profiles')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Print the manifests that install the webhook in a cluster')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Print the manifests that remove the webhook from a cluster, for kubectl delete')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Inject as a TLS admission webhook in a cluster')
            [CompletionResult]::new('certs', 'certs', [CompletionResultType]::ParameterValue, 'Make, show, renew and rotate the webhook''s certificates')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual pages, or write each to a file')
            break
        }
        'injector;inject' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out these files and folders (repeatable)')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output-dir', '--output-dir', [CompletionResultType]::ParameterName, 'Write results below this directory, in the same tree')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--serviceaccount-file', '--serviceaccount-file', [CompletionResultType]::ParameterName, 'A file with ServiceAccount objects (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--deny', '--deny', [CompletionResultType]::ParameterName, 'Make this warning an error (repeatable)')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Do not report this warning (repeatable); wins over `--deny`')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Pass on workloads that fail, unchanged')
            [CompletionResult]::new('--reinject', '--reinject', [CompletionResultType]::ParameterName, 'Replace an outdated injection')
            [CompletionResult]::new('--clean', '--clean', [CompletionResultType]::ParameterName, 'Remove what the server added to a live object')
            [CompletionResult]::new('--expand', '--expand', [CompletionResultType]::ParameterName, 'Expand the aliases of a document that cannot be changed otherwise')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;uninject' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out these files and folders (repeatable)')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output-dir', '--output-dir', [CompletionResultType]::ParameterName, 'Write results below this directory, in the same tree')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Undo only this profile (repeatable) [default: all, last first]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Undo only this profile (repeatable) [default: all, last first]')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Pass on workloads that fail, unchanged')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Remove what is left of an injection when a part of it is gone')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;check' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out these files and folders (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--serviceaccount-file', '--serviceaccount-file', [CompletionResultType]::ParameterName, 'A file with ServiceAccount objects (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--deny', '--deny', [CompletionResultType]::ParameterName, 'Make this warning an error (repeatable)')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Do not report this warning (repeatable); wins over `--deny`')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Check the rest when a file cannot be read; the exit status is still 2')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;diff' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out these files and folders (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--serviceaccount-file', '--serviceaccount-file', [CompletionResultType]::ParameterName, 'A file with ServiceAccount objects (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--reinject', '--reinject', [CompletionResultType]::ParameterName, 'Replace an outdated injection')
            [CompletionResult]::new('--clean', '--clean', [CompletionResultType]::ParameterName, 'Remove what the server added to a live object')
            [CompletionResult]::new('--expand', '--expand', [CompletionResultType]::ParameterName, 'Expand the aliases of a document that cannot be changed otherwise')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;explain' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out these files and folders (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that do not name one [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--serviceaccount-file', '--serviceaccount-file', [CompletionResultType]::ParameterName, 'A file with ServiceAccount objects (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the built-in profiles')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a profile in full, as a file to start from')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check profiles: clashes, privileges, versions; exit 1 for a warning or worse')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Print a commented profile to start from')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Print the profile that the configuration of another injector becomes')
            break
        }
        'injector;profile;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--resolved', '--resolved', [CompletionResultType]::ParameterName, 'As one document, with all that it extends')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;lint' {
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'The lowest level that makes the exit status 1')
            [CompletionResult]::new('--deny', '--deny', [CompletionResultType]::ParameterName, 'Make this warning an error (repeatable)')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Do not report this warning (repeatable); wins over `--deny`')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;init' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;import' {
            [CompletionResult]::new('--entry', '--entry', [CompletionResultType]::ParameterName, 'The entry of a ConfigMap that has several')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;install' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of everything that is installed')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of the webhook, whose own pods are never injected')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of the webhook, whose own pods are never injected')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Print only the webhook configuration, or everything else [default: both]')
            [CompletionResult]::new('--generate-certs', '--generate-certs', [CompletionResultType]::ParameterName, 'Make a CA and a serving certificate in this directory, or use the existing ones')
            [CompletionResult]::new('--tls-secret', '--tls-secret', [CompletionResultType]::ParameterName, 'A Secret in the namespace that has `tls.crt` and `tls.key`')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'What the API server trusts, for `--tls-secret`: certificates as PEM')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--watch-namespaces', '--watch-namespaces', [CompletionResultType]::ParameterName, 'Let the webhook watch namespaces [default: when a profile needs it]')
            [CompletionResult]::new('--watch-serviceaccounts', '--watch-serviceaccounts', [CompletionResultType]::ParameterName, 'Let the webhook watch ServiceAccounts [default: when a profile reads them]')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--failure-policy', '--failure-policy', [CompletionResultType]::ParameterName, 'What happens to a pod when the webhook does not answer')
            [CompletionResult]::new('--timeout-seconds', '--timeout-seconds', [CompletionResultType]::ParameterName, 'How long the API server waits for an answer, in seconds, 1 to 30')
            [CompletionResult]::new('--reinvocation-policy', '--reinvocation-policy', [CompletionResultType]::ParameterName, 'Whether the API server asks again after another webhook changed the pod')
            [CompletionResult]::new('--match-policy', '--match-policy', [CompletionResultType]::ParameterName, 'Whether requests in another version of the API are sent to the webhook')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'The webhook''s image')
            [CompletionResult]::new('--replicas', '--replicas', [CompletionResultType]::ParameterName, 'How many pods of the webhook run')
            [CompletionResult]::new('--priority-class', '--priority-class', [CompletionResultType]::ParameterName, 'The pods'' priority class, such as `system-cluster-critical`')
            [CompletionResult]::new('--drain-delay', '--drain-delay', [CompletionResultType]::ParameterName, 'How long a pod still takes connections after it was asked to stop')
            [CompletionResult]::new('--drain-timeout', '--drain-timeout', [CompletionResultType]::ParameterName, 'How long it then waits for requests in flight')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the webhook''s log')
            [CompletionResult]::new('--listen-port', '--listen-port', [CompletionResultType]::ParameterName, 'The TLS port of the pods, 1024 or above')
            [CompletionResult]::new('--probe-port', '--probe-port', [CompletionResultType]::ParameterName, 'The pods'' port for probes and metrics, 1024 or above')
            [CompletionResult]::new('--image-pull-secret', '--image-pull-secret', [CompletionResultType]::ParameterName, 'A Secret for the registry of the image (repeatable)')
            [CompletionResult]::new('--node-selector', '--node-selector', [CompletionResultType]::ParameterName, 'A label that a node must have to run the pods (repeatable)')
            [CompletionResult]::new('--toleration', '--toleration', [CompletionResultType]::ParameterName, 'A taint of nodes that may still run the pods (repeatable)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--cert-manager', '--cert-manager', [CompletionResultType]::ParameterName, 'Get the certificate and its CA from cert-manager')
            [CompletionResult]::new('--existing-namespace', '--existing-namespace', [CompletionResultType]::ParameterName, 'Keep the namespace as it is: it exists, and others use it')
            [CompletionResult]::new('--host-network', '--host-network', [CompletionResultType]::ParameterName, 'Run the pods in the network of their nodes, one on each node at most')
            [CompletionResult]::new('--openshift', '--openshift', [CompletionResultType]::ParameterName, 'Let OpenShift choose user and group: leave out `runAsUser`, `runAsGroup` and `fsGroup`')
            [CompletionResult]::new('--service-monitor', '--service-monitor', [CompletionResultType]::ParameterName, 'A ServiceMonitor too, for the Prometheus operator')
            [CompletionResult]::new('--prometheus-rule', '--prometheus-rule', [CompletionResultType]::ParameterName, 'A PrometheusRule with alerts too, for the Prometheus operator')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;uninstall' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of everything that is installed')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of the webhook, whose own pods are never injected')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of the webhook, whose own pods are never injected')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Print only the webhook configuration, or everything else [default: both]')
            [CompletionResult]::new('--tls-secret', '--tls-secret', [CompletionResultType]::ParameterName, 'Keep the Secret with the serving certificate, which belongs to someone else')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--cert-manager', '--cert-manager', [CompletionResultType]::ParameterName, 'Delete the cert-manager objects, and the Secrets that cert-manager made')
            [CompletionResult]::new('--delete-namespace', '--delete-namespace', [CompletionResultType]::ParameterName, 'Delete the namespace too, with all that is in it')
            [CompletionResult]::new('--service-monitor', '--service-monitor', [CompletionResultType]::ParameterName, 'A ServiceMonitor too, for the Prometheus operator')
            [CompletionResult]::new('--prometheus-rule', '--prometheus-rule', [CompletionResultType]::ParameterName, 'A PrometheusRule with alerts too, for the Prometheus operator')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'The address of the TLS port')
            [CompletionResult]::new('--probe-listen', '--probe-listen', [CompletionResultType]::ParameterName, 'The address of the plain port for probes and metrics')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'The serving certificate, with its intermediates, in PEM')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Its private key, in PEM')
            [CompletionResult]::new('--client-ca', '--client-ca', [CompletionResultType]::ParameterName, 'Serve only clients with a certificate from these CAs')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles, or of the one that is named (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'Allow or deny a pod that is not eligible; overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--native-sidecar', '--native-sidecar', [CompletionResultType]::ParameterName, 'Make sidecars native or not; overrides the profile''s `nativeSidecar`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where the pod template is in another kind (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'How to reach the API server [default: KUBECONFIG, else as a pod]')
            [CompletionResult]::new('--max-in-flight', '--max-in-flight', [CompletionResultType]::ParameterName, 'The most reviews at a time; more get status 503')
            [CompletionResult]::new('--max-connections', '--max-connections', [CompletionResultType]::ParameterName, 'The most connections to the TLS port at a time; more are closed at once')
            [CompletionResult]::new('--handshake-timeout', '--handshake-timeout', [CompletionResultType]::ParameterName, 'How long a TLS handshake may take')
            [CompletionResult]::new('--header-timeout', '--header-timeout', [CompletionResultType]::ParameterName, 'How long the header of a request may take, from its first byte')
            [CompletionResult]::new('--body-timeout', '--body-timeout', [CompletionResultType]::ParameterName, 'How long the body of a request may take')
            [CompletionResult]::new('--idle-timeout', '--idle-timeout', [CompletionResultType]::ParameterName, 'How long a connection may be idle')
            [CompletionResult]::new('--default-deadline', '--default-deadline', [CompletionResultType]::ParameterName, 'The deadline of a review whose request has no `?timeout=`')
            [CompletionResult]::new('--drain-delay', '--drain-delay', [CompletionResultType]::ParameterName, 'How long to keep answering after SIGTERM, until the cluster sends no more requests')
            [CompletionResult]::new('--drain-timeout', '--drain-timeout', [CompletionResultType]::ParameterName, 'How long to wait then for requests in flight')
            [CompletionResult]::new('--reload-interval', '--reload-interval', [CompletionResultType]::ParameterName, 'How often to look for changed certificates and profiles')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of log lines, on standard error')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'The lowest level that is logged')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--watch-namespaces', '--watch-namespaces', [CompletionResultType]::ParameterName, 'Watch namespaces, for the rules that need their labels and annotations')
            [CompletionResult]::new('--watch-serviceaccounts', '--watch-serviceaccounts', [CompletionResultType]::ParameterName, 'Watch ServiceAccounts, for the profiles with `serviceAccount` in an expression')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Make a CA and a serving certificate for NAME.NAMESPACE.svc')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show certificates, and check them against a caBundle; exit 1 on a problem')
            [CompletionResult]::new('ca-bundle', 'ca-bundle', [CompletionResultType]::ParameterValue, 'Print a CA as a caBundle, or put it into a webhook configuration')
            [CompletionResult]::new('renew', 'renew', [CompletionResultType]::ParameterValue, 'Make a new serving certificate from the current CA')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace the CA in three steps, without an outage')
            [CompletionResult]::new('secret', 'secret', [CompletionResultType]::ParameterValue, 'Print the Secret of the current serving certificate')
            break
        }
        'injector;certs;generate' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The Service''s namespace')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The Service''s namespace')
            [CompletionResult]::new('--cluster-domain', '--cluster-domain', [CompletionResultType]::ParameterName, 'The cluster''s domain, for the longest of the Service''s names')
            [CompletionResult]::new('--dns-name', '--dns-name', [CompletionResultType]::ParameterName, 'Another name, such as the host of a webhook with a url (repeatable)')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'An IP address, such as that of a webhook with a url (repeatable)')
            [CompletionResult]::new('--key-type', '--key-type', [CompletionResultType]::ParameterName, 'The type of the keys')
            [CompletionResult]::new('--validity', '--validity', [CompletionResultType]::ParameterName, 'How long the serving certificate is valid, as in 365d or 12h')
            [CompletionResult]::new('--ca-validity', '--ca-validity', [CompletionResultType]::ParameterName, 'How long the CA is valid')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'A directory for ca.crt, ca.key, tls.crt and tls.key')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print the serving certificate on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print the serving certificate on standard output')
            [CompletionResult]::new('--secret-name', '--secret-name', [CompletionResultType]::ParameterName, 'The Secret''s name [default: NAME-tls]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Overwrite existing files')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs;inspect' {
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Check that this CA, in a PEM file or a webhook configuration, verifies the certificates')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Check that they are for this Service [default: that of the webhook configuration]')
            [CompletionResult]::new('--warn-within', '--warn-within', [CompletionResultType]::ParameterName, 'Exit 1 if a certificate expires within this time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of standard output')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs;ca-bundle' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Put it into every webhook of this file, or of standard input for `-`')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'Put it into every webhook of this file, or of standard input for `-`')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs;renew' {
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Make it for this Service, instead of for the names of the current certificate')
            [CompletionResult]::new('--cluster-domain', '--cluster-domain', [CompletionResultType]::ParameterName, 'The cluster''s domain, for the longest of the Service''s names')
            [CompletionResult]::new('--dns-name', '--dns-name', [CompletionResultType]::ParameterName, 'Another name, such as the host of a webhook with a url (repeatable)')
            [CompletionResult]::new('--ip', '--ip', [CompletionResultType]::ParameterName, 'An IP address, such as that of a webhook with a url (repeatable)')
            [CompletionResult]::new('--validity', '--validity', [CompletionResultType]::ParameterName, 'How long the serving certificate is valid, at most until the CA expires')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs;rotate' {
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'The cluster''s webhook configuration or Secret, to check the last step')
            [CompletionResult]::new('--validity', '--validity', [CompletionResultType]::ParameterName, 'How long the serving certificate is valid, as in 365d or 12h')
            [CompletionResult]::new('--ca-validity', '--ca-validity', [CompletionResultType]::ParameterName, 'How long the CA is valid')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('--applied', '--applied', [CompletionResultType]::ParameterName, 'Skip the check that the last step was applied')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;certs;secret' {
            [CompletionResult]::new('--secret-name', '--secret-name', [CompletionResultType]::ParameterName, 'The Secret''s name [default: NAME-tls, after the Service]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Report errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report, a diff and an explanation')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
