//! Where help goes that does not go through the page: checks of `channels.webhook`.

use std::collections::BTreeSet;
use std::fmt;

use unsnag_analysis::channels::webhook::{Endpoint, KINDS, Webhook};
use unsnag_analysis::orchestrate::Channel;
use unsnag_core::id;
use unsnag_core::push::RequestKey;
use unsnag_core::sign::KEY_BYTES;

/// The id of a secret that comes without one.
const DEFAULT_KEY_ID: &str = "webhook";

/// One webhook as written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawWebhook {
    pub url: String,
    pub secret: String,
    /// `None`: all that a webhook can be for.
    pub kinds: Option<Vec<String>>,
}

impl fmt::Debug for RawWebhook {
    /// Without the secret, and without the URL, which may hold another one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawWebhook").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

impl RawWebhook {
    /// Reads `SECRET=URL`, as the environment writes it.
    pub fn parse(text: &str) -> Self {
        let (secret, url) = text.split_once('=').unwrap_or(("", text));
        Self { url: url.to_owned(), secret: secret.to_owned(), kinds: None }
    }
}

/// All webhooks. No problem repeats a URL or a secret.
pub(super) fn webhooks(raw: Option<Vec<RawWebhook>>, analyses: bool, problems: &mut Vec<String>) -> Vec<Webhook> {
    let raw = raw.unwrap_or_default();
    if !raw.is_empty() && !analyses {
        problems.push("channels.webhook: is used only with analysis.dir; say that too".to_owned());
    }
    let mut webhooks: Vec<Webhook> = Vec::new();
    for (at, raw) in raw.into_iter().enumerate() {
        let name = format!("channels.webhook[{at}]");
        let endpoint =
            Endpoint::parse(&raw.url).map_err(|error| problems.push(format!("{name}.url: the URL {error}"))).ok();
        let key = key(&raw.secret);
        if key.is_none() {
            problems.push(format!(
                "{name}.secret: a secret has {} or more visible characters; {} hexadecimal digits, as `openssl rand -hex \
                 {KEY_BYTES}` prints, stand for their bytes; ID: before it tells the receiver which one signed",
                RequestKey::LEAST_TEXT_BYTES,
                2 * KEY_BYTES
            ));
        }
        let kinds = kinds(&name, raw.kinds, problems);
        let (Some(endpoint), Some(key)) = (endpoint, key) else { continue };
        if webhooks.iter().any(|known| known.endpoint == endpoint && !known.kinds.is_disjoint(&kinds)) {
            problems.push(format!("{name}.url: the URL is there twice for the same kind"));
        }
        webhooks.push(Webhook { endpoint, key, kinds });
    }
    webhooks
}

/// `SECRET` or `ID:SECRET`; what is no number of the right length is used as it stands.
fn key(secret: &str) -> Option<RequestKey> {
    let named = secret.split_once(':').filter(|(id, _)| id::is_valid(id));
    let (id, secret) = named.unwrap_or((DEFAULT_KEY_ID, secret));
    RequestKey::new(id, secret).or_else(|| RequestKey::of_text(id, secret))
}

fn kinds(name: &str, raw: Option<Vec<String>>, problems: &mut Vec<String>) -> BTreeSet<Channel> {
    let Some(raw) = raw else { return KINDS.into() };
    let names = KINDS.map(Channel::name).join(", ");
    if raw.is_empty() {
        problems.push(format!("{name}.kinds: say one or more of {names}, or leave it out for all of them"));
    }
    let mut kinds = BTreeSet::new();
    for word in raw {
        match KINDS.into_iter().find(|kind| kind.name() == word) {
            Some(kind) => _ = kinds.insert(kind),
            None => problems.push(format!("{name}.kinds: {word:?} is none of {names}")),
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(url: &str, secret: &str, kinds: Option<&[&str]>) -> RawWebhook {
        let kinds = kinds.map(|kinds| kinds.iter().map(|&kind| kind.to_owned()).collect());
        RawWebhook { url: url.to_owned(), secret: secret.to_owned(), kinds }
    }

    fn check(raw: Vec<RawWebhook>) -> (Vec<Webhook>, Vec<String>) {
        let mut problems = Vec::new();
        (webhooks(Some(raw), true, &mut problems), problems)
    }

    #[test]
    fn takes_what_says_where_under_which_secret_and_what_for() {
        let secret = "0f".repeat(KEY_BYTES);
        let url = "https://desk.example/hook?of=shop";
        for (raw, id, kinds) in [
            (raw(url, &secret, None), "webhook", BTreeSet::from(KINDS)),
            (raw(url, &format!("desk-2:{secret}"), Some(&["ticket"])), "desk-2", BTreeSet::from([Channel::Ticket])),
            (RawWebhook::parse(&format!("desk-2:{secret}={url}")), "desk-2", BTreeSet::from(KINDS)),
            (raw(url, "correct-horse-battery", None), "webhook", BTreeSet::from(KINDS)),
            (raw(url, "desk-3:correct-horse-battery", None), "desk-3", BTreeSet::from(KINDS)),
        ] {
            let (webhooks, problems) = check(vec![raw]);
            assert_eq!(problems, Vec::<String>::new());
            assert_eq!((webhooks[0].key.id(), &webhooks[0].kinds), (id, &kinds));
            assert_eq!(webhooks[0].endpoint, Endpoint::parse(url).unwrap());
        }
    }

    #[test]
    fn says_what_is_wrong_and_repeats_neither_url_nor_secret() {
        let (secret, url) = ("0f".repeat(KEY_BYTES), "https://desk.example/53cr3t");
        for (raws, expected) in [
            (vec![raw("53cr3t", &secret, None)], &["channels.webhook[0].url: the URL is no address"][..]),
            (vec![raw("http://desk.example/53cr3t", &secret, None)], &["channels.webhook[0].url: the URL needs https"]),
            (vec![raw("https://53cr3t@desk.example", &secret, None)], &["the URL holds a user or a password"]),
            (
                vec![raw(url, "53cr3t", None)],
                &["channels.webhook[0].secret: a secret has 16 or more visible characters"],
            ),
            (vec![raw(url, &format!("a b:{secret}"), None)], &["channels.webhook[0].secret: "]),
            (
                vec![raw(url, &secret, Some(&[]))],
                &["channels.webhook[0].kinds: say one or more of email, live_chat, ticket"],
            ),
            (vec![raw(url, &secret, Some(&["in_app"]))], &["\"in_app\" is none of email, live_chat, ticket"]),
            (
                vec![
                    raw(url, &secret, Some(&["email"])),
                    raw(url, &secret, Some(&["ticket"])),
                    raw(url, &secret, None),
                ],
                &["channels.webhook[2].url: the URL is there twice"],
            ),
            (vec![RawWebhook::parse("53cr3t")], &["[0].url: ", "[0].secret: "]),
        ] {
            let (_, problems) = check(raws);
            assert_eq!(problems.len(), expected.len(), "{problems:?}");
            for (problem, expected) in problems.iter().zip(expected) {
                assert!(problem.contains(expected) && !problem.contains("53cr3t"), "{problem}");
            }
        }
        let shown = format!("{:?}", raw(url, &secret, None));
        assert!(!shown.contains(&secret) && !shown.contains("53cr3t"), "{shown}");
    }

    #[test]
    fn is_no_use_where_nothing_is_analysed() {
        let mut problems = Vec::new();
        webhooks(Some(vec![raw("https://desk.example", &"0f".repeat(KEY_BYTES), None)]), false, &mut problems);
        assert_eq!(problems, ["channels.webhook: is used only with analysis.dir; say that too"]);
        webhooks(None, false, &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
