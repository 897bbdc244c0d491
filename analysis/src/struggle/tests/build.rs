//! Sessions made of events, as a page tells them.

use unsnag_core::event::{Event, Label, PageTotals, What};
use unsnag_core::features::Features;
use unsnag_core::forms::{Field, Form, State};
use unsnag_core::input::{Arrival, Cause, TaskWhat};
use unsnag_core::risk::Level;
use unsnag_core::signal::{Evidence, Grade, Kind, Signal};
use unsnag_core::time::{Millis, UnixMillis};

use crate::facts::{Fact, SessionFacts};
use crate::struggle::{Prediction, Source};

/// When the sessions begin.
pub(super) const ORIGIN: UnixMillis = UnixMillis(1_700_000_000_000);

/// A point in time of a session, by its second.
pub(super) fn at(second: u64) -> UnixMillis {
    ORIGIN + Millis(second * 1000)
}

/// A session that is being made.
#[derive(Clone, Debug, Default)]
pub(super) struct Session(pub(super) Vec<Fact>);

impl Session {
    pub(super) fn facts(&self) -> SessionFacts {
        SessionFacts { facts: self.0.clone(), observed: Features::ALL_OBSERVED }
    }

    pub(super) fn tell(&mut self, second: u64, template: &str, what: What) {
        let event = Event { at: at(second), what };
        self.0.push(Fact { tab: "t1".to_owned(), template: template.to_owned(), event });
    }

    pub(super) fn page(&mut self, second: u64, page: PageTotals) {
        let template = page.template.clone();
        self.tell(second, &template, What::Page(page));
    }

    pub(super) fn form(&mut self, second: u64, form: Form) {
        self.tell(second, "/checkout", What::Form(form));
    }

    pub(super) fn help(&mut self, second: u64) {
        self.tell(second, "/checkout", What::Help);
    }

    pub(super) fn error(&mut self, second: u64, cause: Cause, hash: &str) {
        let error = What::Error { cause, class: "TypeError".to_owned(), hash: hash.to_owned() };
        self.tell(second, "/checkout", error);
    }

    pub(super) fn task(&mut self, second: u64, name: &str, what: TaskWhat) {
        self.tell(second, "/checkout", What::Task { name: name.to_owned(), what });
    }

    /// A signal on a submit button.
    pub(super) fn signal(&mut self, second: u64, signal: Signal) {
        self.tell(second, "/checkout", What::Signal { signal, role: "button".to_owned(), label: Label::Submit });
    }
}

/// The totals of a view: seconds visible and active, interactions, depth in per cent.
pub(super) fn view(
    template: &str,
    id: &str,
    how: Arrival,
    [visible, active, interactions, depth]: [u64; 4],
) -> PageTotals {
    PageTotals {
        template: template.to_owned(),
        view: id.to_owned(),
        how: Some(how),
        active_ms: active * 1000,
        visible_ms: visible * 1000,
        interactions: interactions as u32,
        scroll_depth: depth as u8,
        left: false,
    }
}

/// The same, left.
pub(super) fn left(page: PageTotals) -> PageTotals {
    PageTotals { left: true, ..page }
}

/// A revision of the payment form: a name and a card number, which was refused so often.
pub(super) fn payment(run: u32, revision: u32, state: State, refused: u32) -> Form {
    let field = |name: &str, invalid, last| Field {
        field: name.to_owned(),
        visits: 1 + invalid,
        edits: 1 + invalid,
        invalid,
        last,
        length: Some(16),
        ..Field::default()
    };
    Form {
        form: "payment".to_owned(),
        state,
        fields: vec![field("name", 0, false), field("card_number", refused, true)],
        run,
        revision,
        submits: refused,
        invalid_submits: refused,
        retries: refused.saturating_sub(1),
        errors: refused,
        ..Form::default()
    }
}

/// A revision of a signal.
pub(super) fn signal(id: u32, revision: u32, kind: Kind, grade: Grade, count: u32) -> Signal {
    Signal {
        id,
        kind,
        grade,
        revision,
        is_final: false,
        at: Millis(0),
        element: None,
        evidence: Evidence { count, ..Evidence::default() },
        suppressed_by: None,
    }
}

/// What a model says.
pub(super) fn predicted(score: u64, level: Level) -> Prediction {
    Prediction {
        score,
        level,
        model: "churn".to_owned(),
        model_version: "7".to_owned(),
        variant: None,
        source: Source::Model,
    }
}
