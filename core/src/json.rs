//! A JSON writer without formatting machinery: what the page sends is written with it, so that the Wasm carries no
//! float printer and no serialiser. Hosts use serde.

/// Writes one JSON document into a string it owns.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: String,
    /// Whether the next value or name needs a comma before it.
    comma: bool,
}

impl Writer {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// The finished text.
    pub fn finish(self) -> String {
        self.out
    }

    /// Opens an object.
    pub fn begin_object(&mut self) -> &mut Self {
        self.open('{')
    }

    /// Closes the innermost object.
    pub fn end_object(&mut self) -> &mut Self {
        self.close('}')
    }

    /// Opens an array.
    pub fn begin_array(&mut self) -> &mut Self {
        self.open('[')
    }

    /// Closes the innermost array.
    pub fn end_array(&mut self) -> &mut Self {
        self.close(']')
    }

    /// Writes a member's name; its value must follow.
    #[inline(never)]
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.quote(name);
        self.out.push(':');
        self.comma = false;
        self
    }

    /// Writes a string.
    #[inline(never)]
    pub fn string(&mut self, value: &str) -> &mut Self {
        self.separate();
        self.quote(value);
        self
    }

    /// Writes a string, or `null`.
    pub fn string_or_null(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.string(value),
            None => self.raw("null"),
        }
    }

    /// Writes a whole number.
    #[inline(never)]
    pub fn integer(&mut self, value: u64) -> &mut Self {
        self.separate();
        push_integer(&mut self.out, value);
        self
    }

    /// Writes a signed whole number.
    pub fn signed(&mut self, value: i64) -> &mut Self {
        self.separate();
        if value < 0 {
            self.out.push('-');
        }
        push_integer(&mut self.out, value.unsigned_abs());
        self
    }

    /// Writes a count of millionths as a decimal number, without trailing zeros.
    pub fn millionths(&mut self, value: u64) -> &mut Self {
        self.separate();
        push_integer(&mut self.out, value / 1_000_000);
        let mut fraction = value % 1_000_000;
        if fraction > 0 {
            self.out.push('.');
            let mut unit = 100_000;
            while fraction > 0 {
                self.out.push(digit(fraction / unit));
                fraction %= unit;
                unit /= 10;
            }
        }
        self
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// Writes text that already is JSON.
    #[inline(never)]
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.push_str(json);
        self
    }

    fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.comma = false;
        self
    }

    fn close(&mut self, bracket: char) -> &mut Self {
        self.out.push(bracket);
        self.comma = true;
        self
    }

    #[inline(never)]
    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    fn quote(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '\0'..='\x1f' => {
                    self.out.push_str("\\u00");
                    self.out.push(if c < '\x10' { '0' } else { '1' });
                    self.out.push(char::from(b"0123456789abcdef"[c as usize & 15]));
                }
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

/// Appends a whole number in decimal.
pub fn push_integer(out: &mut String, value: u64) {
    let mut unit = 1;
    while value / unit >= 10 {
        unit *= 10;
    }
    let mut rest = value;
    while unit > 0 {
        out.push(digit(rest / unit));
        rest %= unit;
        unit /= 10;
    }
}

fn digit(value: u64) -> char {
    char::from(b'0' + value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn separates_members_and_elements() {
        let mut w = Writer::new();
        w.begin_object().name("a").integer(1).name("b").begin_array().string("x").signed(-2).begin_object();
        w.end_object().end_array().name("c").boolean(true).name("d").string_or_null(None).end_object();
        assert_eq!(w.finish(), r#"{"a":1,"b":["x",-2,{}],"c":true,"d":null}"#);
    }

    proptest! {
        #[test]
        fn strings_and_numbers_read_back(text: String, whole: u64, signed: i64, micros in 0..u64::MAX / 2) {
            let mut w = Writer::new();
            w.begin_array().string(&text).integer(whole).signed(signed).millionths(micros).end_array();
            let back: (String, u64, i64, f64) = serde_json::from_str(&w.finish()).unwrap();
            prop_assert_eq!((back.0, back.1, back.2), (text, whole, signed));
            prop_assert!((back.3 - micros as f64 / 1e6).abs() <= back.3 * 1e-15);
        }
    }
}
