//! Forms as text, for the tab's next page: the counts, and each run that may still be spoken of. Fields stay behind:
//! their page is gone.

use super::run::{Attempt, Chain, Ended, Requests, Run, Shape};
use super::verdict::shape;
use super::{Counts, Forms, MOST_FORMS, MOST_NAME, Scene, State};
use crate::json::push_integer;
use crate::saved::Parts;
use crate::signal::Grade;
use crate::time::UnixMillis;

/// The version of the text.
const VERSION: u64 = 1;
const ENDED: [Option<Ended>; 4] = [None, Some(Ended::Hidden), Some(Ended::Removed), Some(Ended::Idle)];

/// Numbers, each followed by a comma.
struct Numbers<'a>(&'a mut String);

impl Numbers<'_> {
    fn put(&mut self, number: u64) {
        push_integer(self.0, number);
        self.0.push(',');
    }

    fn chain(&mut self, chain: Option<&Chain>) {
        let (id, revision, grade) = chain.map_or((0, 0, Grade::Retracted), |c| (c.id, c.revision, c.grade));
        for number in [id, revision, grade as u32] {
            self.put(u64::from(number));
        }
    }
}

impl Forms {
    /// Appends the forms so far.
    pub fn save(&self, s: &Scene<'_>, out: &mut String) {
        let mut n = Numbers(out);
        let c = &self.counts;
        for number in [VERSION, c.attempts, c.successes, c.abandons, c.errors, c.retries, c.last_success_at] {
            n.put(number);
        }
        for number in [self.last_run, self.page, self.template, u32::from(self.left)] {
            n.put(u64::from(number));
        }
        for number in [self.clock.0, self.last_person.0, self.lost] {
            n.put(number);
        }
        for run in self.list.iter().filter(|run| run.told.state.is_attempt()) {
            out.push(';');
            let shape = Shape { sent: self.was_sent(run), ..shape(run, s) };
            save_run(run, &shape, self.removal(run, s.limits), out);
        }
    }

    /// Reads what [`Forms::save`] wrote; `None` if it is none.
    pub fn restore(saved: &str) -> Option<Self> {
        let mut parts = Parts::of(saved, b';');
        let mut n = Parts::of(parts.take(), b',');
        if n.number()? != VERSION {
            return None;
        }
        let mut forms = Self::new(UnixMillis(0));
        forms.counts = Counts {
            attempts: n.number()?,
            successes: n.number()?,
            abandons: n.number()?,
            errors: n.number()?,
            retries: n.number()?,
            last_success_at: n.number()?,
        };
        forms.last_run = small(&mut n)?;
        (forms.page, forms.template) = (small(&mut n)?, small(&mut n)?);
        forms.left = n.number()? == 1;
        // Until the next page comes nothing is shown.
        forms.visible = false;
        (forms.clock, forms.last_person, forms.lost) = (time(&mut n)?, time(&mut n)?, n.number()?);
        while !parts.is_empty() && forms.list.len() < MOST_FORMS {
            forms.list.push(restore_run(parts.take())?);
        }
        Some(forms)
    }
}

fn save_run(run: &Run, shape: &Shape, removal: Option<UnixMillis>, out: &mut String) {
    write_name(&run.told.form, out);
    out.push(',');
    let mut n = Numbers(out);
    let told = &run.told;
    let state = State::ALL.iter().position(|state| *state == told.state).unwrap_or_default();
    let ended = run.ended.map_or(0, |ended| ended as u32);
    for number in [
        told.run,
        state as u32,
        told.revision,
        told.submits,
        told.invalid_submits,
        told.retries,
        told.errors,
        run.page,
        run.template,
        ended,
        shape.known,
        shape.filled,
        u32::from(shape.search)
            | u32::from(shape.live) << 1
            | u32::from(shape.opted_out) << 2
            | u32::from(shape.ignored) << 3
            | u32::from(shape.sent) << 4,
    ] {
        n.put(u64::from(number));
    }
    n.put(told.active_ms);
    for at in [
        run.edited_at,
        run.touched_at,
        run.first_invalid_at,
        run.success_at,
        run.success_before,
        run.revocable_until,
        // Requests end with their page.
        run.attempt.map_or(UnixMillis(0), |attempt| attempt.at),
        removal.unwrap_or(UnixMillis(0)),
    ] {
        n.put(at.0);
    }
    n.put(u64::from(run.attempt.is_some_and(|attempt| attempt.evidence && attempt.requests.pending == 0)));
    for chain in [run.struggles[0], run.struggles[1], run.abandoned] {
        n.chain(chain.as_ref());
    }
}

fn restore_run(text: &str) -> Option<Run> {
    let mut n = Parts::of(text, b',');
    let name = read_name(n.take())?;
    let mut run = Run::new(small(&mut n)?, &name, 0, 0, UnixMillis(0));
    let told = &mut run.told;
    told.state = *State::ALL.get(small(&mut n)? as usize)?;
    for number in
        [&mut told.revision, &mut told.submits, &mut told.invalid_submits, &mut told.retries, &mut told.errors]
    {
        *number = small(&mut n)?;
    }
    (run.page, run.template) = (small(&mut n)?, small(&mut n)?);
    run.ended = *ENDED.get(small(&mut n)? as usize)?;
    let (known, filled, bits) = (small(&mut n)?, small(&mut n)?, small(&mut n)?);
    let bit = |bit: u32| bits >> bit & 1 == 1;
    let (search, live, opted_out, ignored, sent) = (bit(0), bit(1), bit(2), bit(3), bit(4));
    run.kept = Some(Shape { known, filled, search, live, opted_out, ignored, sent });
    run.told.active_ms = n.number()?;
    for at in [
        &mut run.edited_at,
        &mut run.touched_at,
        &mut run.first_invalid_at,
        &mut run.success_at,
        &mut run.success_before,
        &mut run.revocable_until,
    ] {
        *at = time(&mut n)?;
    }
    let some = |at: UnixMillis| (at.0 > 0).then_some(at);
    let (attempted, removed) = (time(&mut n)?, time(&mut n)?);
    run.removed_at = some(removed);
    let evidence = n.number()? == 1;
    run.attempt = some(attempted).map(|at| Attempt { at, requests: Requests::default(), evidence, gone: false });
    let [raised, suppressed, abandoned] =
        [chain(&mut n)?, chain(&mut n)?, chain(&mut n)?].map(|chain| (chain.id > 0).then_some(chain));
    (run.struggles, run.abandoned) = ([raised, suppressed], abandoned);
    Some(run)
}

/// A chain without an id is none.
fn chain(n: &mut Parts<'_>) -> Option<Chain> {
    let (id, revision, grade) = (small(n)?, small(n)?, *Grade::ALL.get(small(n)? as usize)?);
    Some(Chain { id, revision, grade, element: None })
}

fn small(n: &mut Parts<'_>) -> Option<u32> {
    u32::try_from(n.number()?).ok()
}

fn time(n: &mut Parts<'_>) -> Option<UnixMillis> {
    n.number().map(UnixMillis)
}

/// Letters, digits and what is usual in names stand for themselves; each other byte is written as `~` and two letters.
fn write_name(name: &str, out: &mut String) {
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':') {
            out.push(char::from(byte));
        } else {
            out.push('~');
            out.push(char::from(b'a' + (byte >> 4)));
            out.push(char::from(b'a' + (byte & 15)));
        }
    }
}

fn read_name(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = if byte == b'~' {
            let mut half = || rest.next().map(|letter| letter.wrapping_sub(b'a')).filter(|half| *half < 16);
            half()? << 4 | half()?
        } else {
            byte
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok().filter(|name| name.len() <= MOST_NAME)
}
