
use builtin;
use str;

set edit:completion:arg-completer[injector] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'injector'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'injector'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand inject 'Inject sidecars into manifests'
            cand uninject 'Remove what was injected: the exact inverse'
            cand check 'Tell what is not injected, or not as it should be; exit 1 if anything is'
            cand diff 'Show what inject would change, as a unified diff; exit 1 if anything would'
            cand explain 'Show every eligibility rule, what it saw and where, and which one decided'
            cand profile 'List, show, check or start profiles'
            cand completions 'Print a completion script for a shell'
            cand man 'Print the manual pages, or write one file a page'
        }
        &'injector;inject'= {
            cand -f 'A file or directory, as kubectl names it (repeatable)'
            cand --filename 'A file or directory, as kubectl names it (repeatable)'
            cand -o 'The form of standard output [default: that of the input]'
            cand --output 'The form of standard output [default: that of the input]'
            cand --output-dir 'Write results below this directory, in the same tree'
            cand -p 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --profile 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --set 'Set a parameter of the profiles (repeatable)'
            cand --on-ineligible 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`'
            cand --template-path 'Where another kind has its pod template (repeatable)'
            cand -n 'The namespace of objects that name none [default: default]'
            cand --namespace 'The namespace of objects that name none [default: default]'
            cand --namespace-file 'A file with Namespace objects (repeatable)'
            cand --namespace-labels 'The labels of a namespace (repeatable)'
            cand --namespace-annotations 'The annotations of a namespace (repeatable)'
            cand --kubernetes-version 'The cluster''s version, as 1.MINOR [default: the newest known]'
            cand --report 'The form of the report'
            cand --color 'When to colour the report'
            cand -R 'Read the directories below a directory too'
            cand --recursive 'Read the directories below a directory too'
            cand -i 'Write results back to the files'
            cand --in-place 'Write results back to the files'
            cand --keep-going 'Pass workloads that fail through unchanged'
            cand --reinject 'Replace an outdated injection'
            cand --clean 'Strip what the server added to a live object'
            cand --expand 'Write a document anew where its form cannot be kept'
            cand -q 'Tell of errors only'
            cand --quiet 'Tell of errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;uninject'= {
            cand -f 'A file or directory, as kubectl names it (repeatable)'
            cand --filename 'A file or directory, as kubectl names it (repeatable)'
            cand -o 'The form of standard output [default: that of the input]'
            cand --output 'The form of standard output [default: that of the input]'
            cand --output-dir 'Write results below this directory, in the same tree'
            cand -p 'Undo this profile only (repeatable); all, last first, without it'
            cand --profile 'Undo this profile only (repeatable); all, last first, without it'
            cand --template-path 'Where another kind has its pod template (repeatable)'
            cand --report 'The form of the report'
            cand --color 'When to colour the report'
            cand -R 'Read the directories below a directory too'
            cand --recursive 'Read the directories below a directory too'
            cand -i 'Write results back to the files'
            cand --in-place 'Write results back to the files'
            cand --keep-going 'Pass workloads that fail through unchanged'
            cand --force 'Drop what is left of an injection of which a part is gone'
            cand -q 'Tell of errors only'
            cand --quiet 'Tell of errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;check'= {
            cand -f 'A file or directory, as kubectl names it (repeatable)'
            cand --filename 'A file or directory, as kubectl names it (repeatable)'
            cand -p 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --profile 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --set 'Set a parameter of the profiles (repeatable)'
            cand --on-ineligible 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`'
            cand --template-path 'Where another kind has its pod template (repeatable)'
            cand -n 'The namespace of objects that name none [default: default]'
            cand --namespace 'The namespace of objects that name none [default: default]'
            cand --namespace-file 'A file with Namespace objects (repeatable)'
            cand --namespace-labels 'The labels of a namespace (repeatable)'
            cand --namespace-annotations 'The annotations of a namespace (repeatable)'
            cand --kubernetes-version 'The cluster''s version, as 1.MINOR [default: the newest known]'
            cand --report 'The form of the report'
            cand --color 'When to colour the report'
            cand -R 'Read the directories below a directory too'
            cand --recursive 'Read the directories below a directory too'
            cand -q 'Tell of errors only'
            cand --quiet 'Tell of errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;diff'= {
            cand -f 'A file or directory, as kubectl names it (repeatable)'
            cand --filename 'A file or directory, as kubectl names it (repeatable)'
            cand -p 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --profile 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --set 'Set a parameter of the profiles (repeatable)'
            cand --on-ineligible 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`'
            cand --template-path 'Where another kind has its pod template (repeatable)'
            cand -n 'The namespace of objects that name none [default: default]'
            cand --namespace 'The namespace of objects that name none [default: default]'
            cand --namespace-file 'A file with Namespace objects (repeatable)'
            cand --namespace-labels 'The labels of a namespace (repeatable)'
            cand --namespace-annotations 'The annotations of a namespace (repeatable)'
            cand --kubernetes-version 'The cluster''s version, as 1.MINOR [default: the newest known]'
            cand --report 'The form of the report'
            cand --color 'When to colour the report'
            cand -R 'Read the directories below a directory too'
            cand --recursive 'Read the directories below a directory too'
            cand --reinject 'As `inject --reinject` would'
            cand --clean 'As `inject --clean` would'
            cand --expand 'As `inject --expand` would'
            cand -q 'Tell of errors only'
            cand --quiet 'Tell of errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;explain'= {
            cand -f 'A file or directory, as kubectl names it (repeatable)'
            cand --filename 'A file or directory, as kubectl names it (repeatable)'
            cand -p 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --profile 'A built-in profile or a file (repeatable, applied in order) [default: cortexflow]'
            cand --set 'Set a parameter of the profiles (repeatable)'
            cand --on-ineligible 'What a pod that is not eligible meets: overrides the profile''s `onIneligible`'
            cand --template-path 'Where another kind has its pod template (repeatable)'
            cand -n 'The namespace of objects that name none [default: default]'
            cand --namespace 'The namespace of objects that name none [default: default]'
            cand --namespace-file 'A file with Namespace objects (repeatable)'
            cand --namespace-labels 'The labels of a namespace (repeatable)'
            cand --namespace-annotations 'The annotations of a namespace (repeatable)'
            cand --kubernetes-version 'The cluster''s version, as 1.MINOR [default: the newest known]'
            cand --color 'When to colour the report'
            cand -R 'Read the directories below a directory too'
            cand --recursive 'Read the directories below a directory too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;profile'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the built-in profiles'
            cand show 'Print a built-in profile in full, as a file to start from'
            cand lint 'Check profiles: clashes, privileges, versions; exit 1 for a warning or worse'
            cand init 'Print a commented profile to start from'
        }
        &'injector;profile;list'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;profile;show'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;profile;lint'= {
            cand --fail-on 'The least level that makes the exit status 1'
            cand --report 'The form of the report'
            cand --color 'When to colour the report'
            cand -q 'Tell of errors only'
            cand --quiet 'Tell of errors only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;profile;init'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;completions'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'injector;man'= {
            cand --color 'When to colour the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
