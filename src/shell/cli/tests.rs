use super::*;
use clap::ValueEnum as _;

fn read(line: &str) -> Result<Cli, String> {
    let args = std::iter::once("injector").chain(line.split_whitespace());
    Cli::read(args).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

#[test]
fn the_definition_is_consistent() {
    Cli::definition("injector").debug_assert();
}

#[test]
fn what_contradicts_is_refused() {
    for (line, expected) in [
        ("inject -i", "error: the following required arguments were not provided:"),
        ("inject --output-dir out", "error: the following required arguments were not provided:"),
        ("inject -i -", "error: the argument '--in-place' cannot be used with standard input ('-')"),
        ("uninject -i a.yaml -f -", "error: the argument '--in-place' cannot be used with standard input ('-')"),
        ("inject --output-dir out -", "error: the argument '--output-dir' cannot be used with standard input ('-')"),
        ("inject -i -o json a", "error: the argument '--in-place' cannot be used with '--output <FORMAT>'"),
        ("inject -i --output-dir o a", "error: the argument '--in-place' cannot be used with '--output-dir <DIR>'"),
        (
            "inject -o patch --output-dir o a",
            "error: the argument '--output <FORMAT>' cannot be used with '--output-dir <DIR>'",
        ),
        ("uninject -o response a", "error: invalid value 'response' for '--output <FORMAT>'"),
        (
            "inject --set a",
            "error: invalid value 'a' for '--set <[PROFILE.]NAME=VALUE>': not of the form `name=value` or `profile.name=value`",
        ),
        ("inject --dry-run a", "error: there is no '--dry-run': nothing is written without `-i`; see `injector diff`"),
        ("check -i a", "error: unexpected argument '-i' found"),
        (
            "check --report text --report sarif",
            "error: '--report' is there twice without a file, and standard error takes one report; give a file: '--report FORMAT=FILE'",
        ),
        ("check --report json=a --report text=./a", "error: the file 'a' is named for two reports"),
        ("check --report json=a --report-file a", "error: the file 'a' is named for two reports"),
        ("check --report json=./a.yaml -f a.yaml", "error: the report would overwrite the input './a.yaml'"),
        ("inject --report-file a.yaml a.yaml", "error: the report would overwrite the input 'a.yaml'"),
        ("check --report json=", "error: '--report json=' has no file after the '='"),
        ("check --report jso=a", "error: invalid value 'jso' for '--report <FORMAT[=FILE]>'"),
        ("profile lint", "error: the following required arguments were not provided:"),
    ] {
        assert_eq!(read(line).err().as_deref(), Some(expected), "{line}");
    }
}

#[test]
fn flags_arrive_in_their_order_and_types() {
    let line = "inject a.yaml -f b.yaml -R -p nginx -p ./x --set a=1 --set b=2 -n prod --namespace-labels k=v \
                --kubernetes-version 1.28 --template-path A.b=/spec -o patch -q --report sarif --color never \
                --on-ineligible deny --native-sidecar true";
    let cli = read(line).unwrap();
    assert_eq!(cli.color, ColourChoice::Never);
    let Command::Inject(args) = cli.command else { panic!("{:?}", cli.command) };
    assert_eq!(args.input.paths(), ["a.yaml", "b.yaml"].map(PathBuf::from));
    assert_eq!(args.input.recursion(), crate::shell::files::input::Recursion::On);
    assert_eq!(args.output.map(|format| format.name), Some("patch"));
    let profiles = [ProfileRef::BuiltIn("nginx".to_owned()), ProfileRef::File("./x".into())];
    assert_eq!(args.decision.profiles, profiles);
    assert_eq!(args.decision.settings.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(args.decision.on_ineligible, Some(value::OnIneligibleChoice::Deny));
    assert_eq!(args.decision.native_sidecar, Some(crate::profile::NativeSidecar::Always));
    assert_eq!(args.decision.template_paths.len(), 1);
    assert_eq!(args.facts.namespace.as_ref().map(|name| name.0.as_str()), Some("prod"));
    assert_eq!(args.facts.namespace_labels.len(), 1);
    assert_eq!(args.facts.kubernetes_version, Some(crate::kube::version::KubernetesVersion(28)));
    assert_eq!(
        args.report.on_stderr(crate::report::Reader::GithubActions).to_possible_value().unwrap().get_name(),
        "sarif"
    );
    assert_eq!(args.report.verbosity(), crate::report::Verbosity::Quiet);
}

#[test]
fn everything_that_is_documented_is_accepted() {
    for line in [
        "inject",
        "inject -",
        "inject -i -R manifests/",
        "inject -i -f a.yaml",
        "inject --output-dir out -R manifests/ --clean --expand --keep-going --reinject",
        "inject --namespace-file a --namespace-file b --namespace-annotations prod:a=b",
        "uninject -p nginx --force a.yaml -o patch",
        "check -R manifests/ --report github",
        "check --report text --report sarif=out.sarif --report json=a=b --report-file log a.yaml",
        "diff --reinject a.yaml",
        "explain -p nginx --color always",
        "profile list",
        "profile show nginx",
        "profile lint a.yaml b.yaml --fail-on error --report json",
        "profile init",
        "profile init audit",
        #[cfg(feature = "serve")]
        "certs generate --out d -o secret --key-type ed25519 --validity 12h --ip ::1",
        #[cfg(feature = "serve")]
        "certs inspect a b --ca-bundle c --service a.b --warn-within 1d -o json",
        #[cfg(feature = "serve")]
        "certs ca-bundle d -f -",
        #[cfg(feature = "serve")]
        "certs renew d --service a.b",
        #[cfg(feature = "serve")]
        "certs rotate d --live -",
        #[cfg(feature = "serve")]
        "certs secret d --secret-name x",
        "completions powershell",
        "man",
        "man out",
    ] {
        assert!(read(line).is_ok(), "{line}: {:?}", read(line).err());
    }
}

/// `-h` is read in a terminal: each flag fits one line there, and says something.
#[test]
fn short_help_is_one_line_a_flag() {
    let mut todo = vec![Cli::definition("injector")];
    while let Some(command) = todo.pop() {
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!((8..=90).contains(&help.chars().count()), "{} {}: {help}", command.get_name(), arg.get_id());
            assert!(!help.contains('\n') && !help.ends_with('.'), "{} {}: {help}", command.get_name(), arg.get_id());
        }
        assert!(command.get_about().is_some(), "{}", command.get_name());
        todo.extend(command.get_subcommands().cloned());
    }
}

#[test]
fn each_command_has_its_page_of_the_manual() {
    let pages = man_pages().unwrap();
    let names: Vec<_> = pages.iter().map(|page| page.file_name.as_str()).collect();
    assert_eq!(
        names,
        [
            "injector.1",
            "injector-inject.1",
            "injector-uninject.1",
            "injector-check.1",
            "injector-diff.1",
            "injector-explain.1",
            "injector-profile.1",
            "injector-profile-list.1",
            "injector-profile-show.1",
            "injector-profile-lint.1",
            "injector-profile-init.1",
            "injector-profile-compile.1",
            "injector-profile-import.1",
            "injector-test.1",
            "injector-fn.1",
            "injector-config.1",
            "injector-config-show.1",
            #[cfg(feature = "serve")]
            "injector-install.1",
            #[cfg(feature = "serve")]
            "injector-uninstall.1",
            #[cfg(feature = "serve")]
            "injector-serve.1",
            #[cfg(feature = "serve")]
            "injector-certs.1",
            #[cfg(feature = "serve")]
            "injector-certs-generate.1",
            #[cfg(feature = "serve")]
            "injector-certs-inspect.1",
            #[cfg(feature = "serve")]
            "injector-certs-ca-bundle.1",
            #[cfg(feature = "serve")]
            "injector-certs-renew.1",
            #[cfg(feature = "serve")]
            "injector-certs-rotate.1",
            #[cfg(feature = "serve")]
            "injector-certs-secret.1",
            "injector-completions.1",
            "injector-man.1",
        ]
    );
    for generate::ManPage { file_name, roff } in pages {
        let text = String::from_utf8(roff).unwrap();
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{file_name}");
    }
}

/// `-h` shows the headings in the order of the arguments, and that of all commands is no command's first.
#[test]
fn what_all_commands_have_comes_after_their_own_arguments() {
    let of_all = |arg: &&clap::Arg| matches!(arg.get_id().as_str(), "color" | "help" | "version");
    let root = Cli::definition("injector");
    for command in root.get_subcommands().filter(|command| !command.has_subcommands()) {
        let rest: Vec<_> = command.get_arguments().skip_while(|arg| !of_all(arg)).collect();
        assert!(rest.len() >= 2 && rest.iter().all(of_all), "{}: {rest:?}", command.get_name());
    }
}
