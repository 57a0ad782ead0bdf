//! Which texts an explicit `!!timestamp` accepts: the four layouts that goyaml.v2 passes to Go's `time.Parse`, which is
//! lenient. The value stays text; this only says whether it is refused.

/// `2001-1-2`, `2001-01-02 3:4:5.6` or `2001-01-02T03:04:05.6+07:00` (`t` too).
pub(super) fn is_timestamp(text: &str) -> bool {
    parse(text.as_bytes()).is_some()
}

fn parse(text: &[u8]) -> Option<()> {
    if !text.iter().take(4).all(u8::is_ascii_digit) || text.get(4) != Some(&b'-') {
        return None;
    }
    let year = text[..4].iter().fold(0_u32, |year, digit| year * 10 + u32::from(digit - b'0'));
    let (month, rest) = field(&text[5..])?;
    let (day, rest) = field(rest.strip_prefix(b"-")?)?;
    if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    match rest {
        [] => Some(()),
        [b'T' | b't', rest @ ..] => zone(clock(rest)?),
        [b' ', rest @ ..] => clock(&rest[rest.iter().take_while(|byte| **byte == b' ').count()..])
            .filter(|rest| rest.is_empty())
            .map(|_| ()),
        _ => None,
    }
}

/// One or two digits.
fn field(text: &[u8]) -> Option<(u32, &[u8])> {
    let value = |digit: &u8| u32::from(digit - b'0');
    match text {
        [tens, ones, rest @ ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            Some((value(tens) * 10 + value(ones), rest))
        }
        [ones, rest @ ..] if ones.is_ascii_digit() => Some((value(ones), rest)),
        _ => None,
    }
}

/// Hours, minutes and seconds, with any number of further digits. Returns what follows them.
fn clock(text: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = field(text)?;
    let (minute, rest) = field(rest.strip_prefix(b":")?)?;
    let (second, rest) = field(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest {
        [b'.' | b',', fraction @ ..] if fraction.first().is_some_and(u8::is_ascii_digit) => {
            Some(&fraction[fraction.iter().take_while(|byte| byte.is_ascii_digit()).count()..])
        }
        _ => Some(rest),
    }
}

/// `Z`, or a sign and `hh:mm`. Go accepts 24 hours and 60 minutes too.
fn zone(text: &[u8]) -> Option<()> {
    match text {
        b"Z" => Some(()),
        [b'+' | b'-', h, i, b':', m, n] if [h, i, m, n].iter().all(|digit| digit.is_ascii_digit()) => {
            let (hours, _) = field(&text[1..3])?;
            let (minutes, _) = field(&text[4..])?;
            (hours <= 24 && minutes <= 60).then_some(())
        }
        _ => None,
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn layouts_of_goyaml_are_taken_and_others_are_not() {
        for text in ["2001-01-01", "2001-1-2", "2004-02-29", "2001-12-14t21:59:43.10-05:00", "2001-12-15 2:59:43.10"] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in
            ["", "2001", "2001-13-01", "2001-02-29", "201-01-01", "2001-12-14 21:59:43.10 -5", "2001-12-14T1:2:3"]
        {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
