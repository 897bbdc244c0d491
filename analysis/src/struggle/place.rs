//! Where something happened, as operators read it: "card number on /checkout".

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use unsnag_core::event::Label;

use crate::words;

/// A place in the app: as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The page template: `/order/:id`; empty where it is not known.
    pub template: String,
    /// The form's id.
    pub form: Option<String>,
    /// The field's id.
    pub field: Option<String>,
    /// The element that was used.
    pub target: Option<Target>,
}

/// An element, as far as it leaves the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its ARIA role; empty when none.
    pub role: String,
    /// What its label says.
    #[serde(with = "words::label")]
    pub label: Label,
}

impl Ord for Target {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.role, self.label.name()).cmp(&(&other.role, other.label.name()))
    }
}

impl PartialOrd for Target {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Place {
    /// A page.
    pub fn page(template: &str) -> Place {
        Place { template: template.to_owned(), ..Place::default() }
    }

    /// A form, or one of its fields.
    pub fn form(template: &str, form: &str, field: Option<&str>) -> Place {
        Place { form: Some(form.to_owned()), field: field.map(ToOwned::to_owned), ..Place::page(template) }
    }

    /// An element of a page.
    pub fn target(template: &str, role: &str, label: Label) -> Place {
        Place { target: Some(Target { role: role.to_owned(), label }), ..Place::page(template) }
    }

    /// What is at this place, without the page.
    fn thing(&self) -> Option<String> {
        if let Some(field) = &self.field {
            return Some(in_words(field));
        }
        if let Some(form) = &self.form {
            return Some(format!("form {}", in_words(form)));
        }
        let Target { role, label } = self.target.as_ref()?;
        let role = if role.is_empty() { "element" } else { role };
        Some(if *label == Label::Other { role.to_owned() } else { format!("{} {role}", label.name()) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.thing(), self.template.as_str()) {
            (Some(thing), "") => f.write_str(&thing),
            (Some(thing), template) => write!(f, "{thing} on {template}"),
            (None, "") => f.write_str("an unknown place"),
            (None, template) => f.write_str(template),
        }
    }
}

/// The name of a form or field as words: `card_number`, `cardNumber` and `card[number]` are "card number".
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for each in name.chars() {
        let parts = !each.is_alphanumeric();
        if (parts || (each.is_uppercase() && before.is_lowercase())) && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        if !parts {
            words.extend(each.to_lowercase());
        }
        before = each;
    }
    let words = words.trim_end();
    if words.is_empty() { name.to_owned() } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_operators_say_it() {
        for (place, expected) in [
            (Place::form("/checkout", "payment", Some("card_number")), "card number on /checkout"),
            (Place::form("/checkout", "payment", Some("cardNumber")), "card number on /checkout"),
            (Place::form("/checkout", "payment", Some("billing[zip-code]")), "billing zip code on /checkout"),
            (Place::form("/checkout", "payment", Some("__")), "__ on /checkout"),
            (Place::form("", "payment", Some("IBAN")), "iban"),
            (Place::form("/checkout", "payment-form", None), "form payment form on /checkout"),
            (Place::target("/cart", "button", Label::Submit), "submit button on /cart"),
            (Place::target("/cart", "", Label::Other), "element on /cart"),
            (Place::page("/order/:id"), "/order/:id"),
            (Place::default(), "an unknown place"),
        ] {
            assert_eq!(place.to_string(), expected, "{place:?}");
        }
    }
}
