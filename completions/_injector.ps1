
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
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('inject', 'inject', [CompletionResultType]::ParameterValue, 'Inject sidecars into manifests')
            [CompletionResult]::new('uninject', 'uninject', [CompletionResultType]::ParameterValue, 'Remove what was injected: the exact inverse')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell what is not injected, or not as it should be; exit 1 if anything is')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what inject would change, as a unified diff; exit 1 if anything would')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show every eligibility rule, what it saw and where, and which one decided')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'List, show, check or start profiles')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual pages, or write one file a page')
            break
        }
        'injector;inject' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output-dir', '--output-dir', [CompletionResultType]::ParameterName, 'Write results below this directory, in the same tree')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where another kind has its pod template (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, as 1.MINOR [default: the newest known]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Pass workloads that fail through unchanged')
            [CompletionResult]::new('--reinject', '--reinject', [CompletionResultType]::ParameterName, 'Replace an outdated injection')
            [CompletionResult]::new('--clean', '--clean', [CompletionResultType]::ParameterName, 'Strip what the server added to a live object')
            [CompletionResult]::new('--expand', '--expand', [CompletionResultType]::ParameterName, 'Write a document anew where its form cannot be kept')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;uninject' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of standard output [default: that of the input]')
            [CompletionResult]::new('--output-dir', '--output-dir', [CompletionResultType]::ParameterName, 'Write results below this directory, in the same tree')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Undo this profile only (repeatable); all, last first, without it')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Undo this profile only (repeatable); all, last first, without it')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where another kind has its pod template (repeatable)')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Write results back to the files')
            [CompletionResult]::new('--keep-going', '--keep-going', [CompletionResultType]::ParameterName, 'Pass workloads that fail through unchanged')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Drop what is left of an injection of which a part is gone')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;check' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where another kind has its pod template (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, as 1.MINOR [default: the newest known]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;diff' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where another kind has its pod template (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, as 1.MINOR [default: the newest known]')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--reinject', '--reinject', [CompletionResultType]::ParameterName, 'As `inject --reinject` would')
            [CompletionResult]::new('--clean', '--clean', [CompletionResultType]::ParameterName, 'As `inject --clean` would')
            [CompletionResult]::new('--expand', '--expand', [CompletionResultType]::ParameterName, 'As `inject --expand` would')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;explain' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'A file or directory, as kubectl names it (repeatable)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a parameter of the profiles (repeatable)')
            [CompletionResult]::new('--on-ineligible', '--on-ineligible', [CompletionResultType]::ParameterName, 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`')
            [CompletionResult]::new('--template-path', '--template-path', [CompletionResultType]::ParameterName, 'Where another kind has its pod template (repeatable)')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace of objects that name none [default: default]')
            [CompletionResult]::new('--namespace-file', '--namespace-file', [CompletionResultType]::ParameterName, 'A file with Namespace objects (repeatable)')
            [CompletionResult]::new('--namespace-labels', '--namespace-labels', [CompletionResultType]::ParameterName, 'The labels of a namespace (repeatable)')
            [CompletionResult]::new('--namespace-annotations', '--namespace-annotations', [CompletionResultType]::ParameterName, 'The annotations of a namespace (repeatable)')
            [CompletionResult]::new('--kubernetes-version', '--kubernetes-version', [CompletionResultType]::ParameterName, 'The cluster''s version, as 1.MINOR [default: the newest known]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Read the directories below a directory too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the built-in profiles')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a built-in profile in full, as a file to start from')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check profiles: clashes, privileges, versions; exit 1 for a warning or worse')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Print a commented profile to start from')
            break
        }
        'injector;profile;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;lint' {
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'The least level that makes the exit status 1')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell of errors only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;profile;init' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'injector;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the report')
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
