//! Forms as text, for the tab's next page: the counts, and each run that may still be spoken of. Fields stay behind:
//! their page is gone. Numbers are written and read as rows, which keeps this small.

use super::run::{Attempt, Chain, Ended, Requests, Run, Shape};
use super::verdict::shape;
use super::{Counts, Forms, MOST_FORMS, MOST_NAME, Scene, State};
use crate::json::push_integer;
use crate::saved::{Parts, put_row, read_row};
use crate::signal::Grade;
use crate::time::UnixMillis;

/// The version of the text.
const VERSION: u64 = 2;
const ENDED: [Option<Ended>; 4] = [None, Some(Ended::Hidden), Some(Ended::Removed), Some(Ended::Idle)];

impl Forms {
    /// Appends the forms so far.
    pub fn save(&self, s: &Scene<'_>, out: &mut String) {
        let c = &self.counts;
        let counts = [VERSION, c.attempts, c.successes, c.abandons, c.errors, c.retries, c.last_success_at];
        put_row(&counts, out);
        let [run, page, template] = [self.last_run, self.page, self.template].map(u64::from);
        put_row(&[run, page, template, u64::from(self.left), self.clock.0, self.last_person.0, self.lost], out);
        for run in self.list.iter().filter(|run| run.told.state.is_attempt()) {
            out.push(';');
            write_name(&run.told.form, out);
            out.push(',');
            let shape = Shape { sent: self.was_sent(run), ..shape(run, s) };
            put_row(&row_of(run, &shape, self.removal(run, s.limits)), out);
        }
    }

    /// Reads what [`Forms::save`] wrote; `None` if it is none.
    pub fn restore(saved: &str) -> Option<Self> {
        let mut parts = Parts::of(saved, b';');
        let mut row = [0; 14];
        read_row(&mut Parts::of(parts.take(), b','), &mut row)?;
        let [version, attempts, successes, abandons, errors, retries, last_success_at, rest @ ..] = row;
        let [run, page, template, left, clock, person, lost] = rest;
        if version != VERSION {
            return None;
        }
        let mut forms = Self::new(UnixMillis(clock));
        forms.counts = Counts { attempts, successes, abandons, errors, retries, last_success_at };
        (forms.last_run, forms.page, forms.template) = (run as u32, page as u32, template as u32);
        (forms.left, forms.last_person, forms.lost) = (left == 1, UnixMillis(person), lost);
        // Until the next page comes nothing is shown.
        forms.visible = false;
        while !parts.is_empty() && forms.list.len() < MOST_FORMS {
            forms.list.push(restore_run(parts.take())?);
        }
        Some(forms)
    }
}

/// Numbers of a run.
const ROW: usize = 32;

fn row_of(run: &Run, shape: &Shape, removal: Option<UnixMillis>) -> [u64; ROW] {
    let told = &run.told;
    let state = State::ALL.iter().position(|state| *state == told.state).unwrap_or_default();
    let bits = [shape.search, shape.live, shape.opted_out, shape.ignored, shape.sent];
    // Requests end with their page.
    let evidence = run.attempt.is_some_and(|attempt| attempt.evidence && attempt.requests.pending == 0);
    let chain = |chain: Option<Chain>| chain.map_or([0; 3], |c| [c.id, c.revision, c.grade as u32].map(u64::from));
    let [raised, hidden, gone] = [run.struggles[0], run.struggles[1], run.abandoned].map(chain);
    [
        told.run.into(),
        state as u64,
        told.revision.into(),
        told.submits.into(),
        told.invalid_submits.into(),
        told.retries.into(),
        told.errors.into(),
        told.active_ms,
        run.page.into(),
        run.template.into(),
        run.ended.map_or(0, |ended| ended as u64),
        shape.known.into(),
        shape.filled.into(),
        bits.iter().rev().fold(0, |sum, bit| sum << 1 | u64::from(*bit)),
        run.edited_at.0,
        run.touched_at.0,
        run.first_invalid_at.0,
        run.success_at.0,
        run.success_before.0,
        run.revocable_until.0,
        removal.map_or(0, |at| at.0),
        run.attempt.map_or(0, |attempt| attempt.at.0),
        evidence.into(),
        raised[0],
        raised[1],
        raised[2],
        hidden[0],
        hidden[1],
        hidden[2],
        gone[0],
        gone[1],
        gone[2],
    ]
}

fn restore_run(text: &str) -> Option<Run> {
    let mut parts = Parts::of(text, b',');
    let name = read_name(parts.take())?;
    let mut row = [0; ROW];
    read_row(&mut parts, &mut row)?;
    let [number, state, revision, submits, invalid, retries, errors, active, page, template, rest @ ..] = row;
    let [ended, known, filled, bits, edited, touched, refused, succeeded, before, until, removal, rest @ ..] = rest;
    let [attempted, evidence, chains @ ..] = rest;
    let mut run = Run::new(number as u32, &name, page as u32, template as u32, UnixMillis(touched));
    let told = &mut run.told;
    told.state = *State::ALL.get(state as usize)?;
    (told.revision, told.submits, told.invalid_submits) = (revision as u32, submits as u32, invalid as u32);
    (told.retries, told.errors, told.active_ms) = (retries as u32, errors as u32, active);
    run.ended = *ENDED.get(ended as usize)?;
    let bit = |bit: u32| bits >> bit & 1 == 1;
    run.kept = Some(Shape {
        known: known as u32,
        filled: filled as u32,
        search: bit(0),
        live: bit(1),
        opted_out: bit(2),
        ignored: bit(3),
        sent: bit(4),
    });
    (run.edited_at, run.first_invalid_at) = (UnixMillis(edited), UnixMillis(refused));
    (run.success_at, run.success_before) = (UnixMillis(succeeded), UnixMillis(before));
    run.revocable_until = UnixMillis(until);
    run.removed_at = (removal > 0).then_some(UnixMillis(removal));
    let attempt =
        Attempt { at: UnixMillis(attempted), requests: Requests::default(), evidence: evidence == 1, gone: false };
    run.attempt = (attempted > 0).then_some(attempt);
    let mut chains = chains.chunks(3).map(|chain| {
        let [id, revision, grade] = chain else { return None };
        let grade = Grade::ALL.get(*grade as usize).copied()?;
        (*id > 0).then_some(Chain { id: *id as u32, revision: *revision as u32, grade, element: None })
    });
    let mut next = || chains.next().flatten();
    (run.struggles, run.abandoned) = ([next(), next()], next());
    Some(run)
}

/// Letters, digits and what is usual in names stand for themselves; any other character is its number between tildes.
fn write_name(name: &str, out: &mut String) {
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | ':') {
            out.push(character);
        } else {
            out.push('~');
            push_integer(out, u64::from(u32::from(character)));
            out.push('~');
        }
    }
}

fn read_name(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut parts = Parts::of(text, b'~');
    while !parts.is_empty() {
        name.push_str(parts.take());
        if !parts.is_empty() {
            name.push(char::from_u32(u32::try_from(parts.number()?).ok()?)?);
        }
    }
    (name.len() <= MOST_NAME).then_some(name)
}
