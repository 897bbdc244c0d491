//! `YYYYMMDDTHHMMSSZ`, the one form of time that Signature Version 4 has.

const DAY_S: u64 = 86_400;

/// Seconds since 1970, for times from 1970 to 9999.
pub(super) fn parse(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range]
            .iter()
            .try_fold(0, |value, byte| char::from(*byte).to_digit(10).map(|digit| value * 10 + u64::from(digit)))
    };
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    let valid = year >= 1970 && (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
    let days = valid.then(|| days_since_1970(year, month, day))?;
    let seconds = days * DAY_S + hour * 3600 + minute * 60 + second;
    // A day that the month does not have comes back as another.
    (write(seconds) == text).then_some(seconds)
}

/// Seconds since 1970 as `x-amz-date` has them.
pub fn write(seconds: u64) -> String {
    let (days, second) = (seconds / DAY_S, seconds % DAY_S);
    let year = (1970..9999).find(|year| days_since_1970(year + 1, 1, 1) > days).unwrap_or(9999);
    let month = (1..=12).rev().find(|month| days_since_1970(year, *month, 1) <= days).expect("it began in January");
    let day = days - days_since_1970(year, month, 1) + 1;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    const BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    // Leap days up to the end of a year, by the Gregorian calendar.
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let is_leap = leap_days(year) > leap_days(year - 1);
    let leap_day = u64::from(is_leap && month > 2);
    (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969) + BEFORE_MONTH[month as usize - 1] + leap_day + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_times_as_the_calendar_has_them() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T000000Z", 951_782_400),
            ("20150830T123600Z", 1_440_938_160),
            ("20231114T221320Z", 1_700_000_000),
            ("20241231T235959Z", 1_735_689_599),
            ("21000301T000000Z", 4_107_542_400),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(write(seconds), text);
        }
    }

    #[test]
    fn rejects_what_is_no_time() {
        for text in [
            "",
            "2015-08-30T12:36Z",
            "20150230T000000Z",
            "20151301T000000Z",
            "20150830T240000Z",
            "20150830t123600z",
            "20150830T12+600Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
