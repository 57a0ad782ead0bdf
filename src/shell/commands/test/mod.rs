//! `test`: the cases of tests, each taken through the core as the commands do, and held against what it expects.

use regex_lite::Regex;

use crate::diagnostic::{Code, Placed};
use crate::expect::{Excused, Expectation, Wanted};
use crate::report::exit::ExitStatus;
use crate::report::{CaseProblem, CaseReport, ColourChoice, Report};
use crate::shell::cli::TestArgs;
use crate::shell::files::suite::{self, Case, Suite};

use super::{CommandError, publish};

mod run;
mod texts;

use run::Tried;
use texts::Texts;

pub(super) fn test(args: &TestArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let suites = suite::find(&args.paths).map_err(reported)?;
    let mut texts = Texts::new(&suites, args.mode());
    let mut cases = Vec::new();
    for suite in &suites {
        for case in suite.cases.iter().filter(|case| is_chosen(suite, case, args.run.as_ref())) {
            let problems = problems(suite, case, &mut texts);
            let place = (suite.file.clone(), case.at);
            cases.push(CaseReport::new(place, (suite.name.clone(), case.name.clone()), problems));
        }
    }
    if cases.is_empty() {
        let pattern = args.run.as_ref().map(Regex::as_str).unwrap_or_default();
        let error = Placed::new(Code::NoTests, format!("no case has a name that `{pattern}` matches"));
        let example = suites.iter().find_map(|suite| Some(title(suite, suite.cases.first()?)));
        return Err(reported(vec![error.hint(example.map(|name| format!("the name of a case reads `{name}`")))]));
    }
    let report = match texts.write() {
        Ok(notes) => Report::new(Vec::new(), notes),
        Err(error) => Report::new(Vec::new(), vec![error]),
    };
    let report = report.with_cases(cases);
    let status = report.status();
    Ok(status.max(publish::write(report, &args.report, colour)))
}

/// The name of a case, as `--run` sees it.
fn title(suite: &Suite, case: &Case) -> String {
    format!("{}/{}", suite.name, case.name)
}

fn is_chosen(suite: &Suite, case: &Case, pattern: Option<&Regex>) -> bool {
    pattern.is_none_or(|pattern| pattern.is_match(&title(suite, case)))
}

/// All that is wrong with a case.
fn problems(suite: &Suite, case: &Case, texts: &mut Texts) -> Vec<CaseProblem> {
    let tried = match run::try_case(suite, case) {
        Ok(tried) => tried,
        Err(errors) => return errors.into_iter().map(CaseProblem::from).collect(),
    };
    let mut problems: Vec<CaseProblem> = Vec::new();
    let mut is_other_verdict = false;
    for expectation in &case.expectations {
        // Another verdict has another rule: that is no news.
        if is_other_verdict && matches!(expectation.wanted, Wanted::Rule(_)) {
            continue;
        }
        let mut found = judge(suite, expectation, &tried, texts);
        // That no object is meant is wrong once, whatever is expected of it.
        found.retain(|one| !problems.contains(one));
        is_other_verdict |= !found.is_empty() && matches!(expectation.wanted, Wanted::Verdict(_));
        problems.extend(found);
    }
    // Another verdict has its errors beside it.
    if !is_other_verdict {
        problems.extend(tried.errors.iter().filter(|error| !is_excused(error, case, &tried)).map(unexpected));
    }
    problems
}

/// Whether a case expects an error of the run.
fn is_excused(error: &Placed, case: &Case, tried: &Tried) -> bool {
    case.expectations.iter().any(|expectation| match expectation.wanted.excuses() {
        Excused::None => false,
        Excused::OfObject => tried.object.as_ref().is_ok_and(|came| came.diagnostics.contains(error)),
        Excused::Compared => tried.diagnostics.diagnostics.contains(error),
        Excused::All => true,
    })
}

/// An error of a case that expects none.
fn unexpected(error: &Placed) -> CaseProblem {
    let message = format!("an error that is not expected: {}", error.message);
    CaseProblem::from(Placed { code: Code::TestFailed, message, ..error.clone() })
}

fn judge(suite: &Suite, expectation: &Expectation, tried: &Tried, texts: &mut Texts) -> Vec<CaseProblem> {
    match &expectation.wanted {
        Wanted::Text(kind, name) => texts.judge(suite, expectation, (name, tried.text(*kind))).into_iter().collect(),
        wanted if wanted.is_of_object() => match &tried.object {
            Ok(came) => expectation.judge(&suite.file, came),
            Err(error) => vec![CaseProblem::from(error.clone())],
        },
        _ => expectation.judge(&suite.file, &tried.diagnostics),
    }
}
