//! What could be done: catalogue entries through channels, put together into options, each with its propensity.

use unsnag_core::policy::Priority;

use super::catalogue::Entry;
use super::channel::Channel;
use super::sampler::{Beta, Grid, probabilities_of_best, propensities};
use super::success::{Part, Success};
use super::timing::Window;

/// An entry through a channel that is open.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) entry: &'a Entry,
    pub(super) channel: Channel,
    /// When the channel may be used.
    pub(super) window: Window,
    pub(super) prior: [Part; 4],
    pub(super) posterior: Beta,
    /// What is expected of it in its window.
    pub(super) success: Success,
    pub(super) grid: Grid,
}

/// One entry through one or more channels at the same time.
#[derive(Clone, Debug)]
pub(super) struct Offer<'a> {
    /// The most promising first; of one entry, and never empty.
    pub(super) members: Vec<&'a Candidate<'a>>,
    /// The time that all of them have in common.
    pub(super) window: Window,
    pub(super) propensity: f64,
}

/// Channels used at once: what is urgent may come from several sides.
pub(super) const fn at_once(priority: Priority) -> usize {
    match priority {
        Priority::Low => 1,
        Priority::Medium => 2,
        Priority::High => 3,
    }
}

/// All options.
///
/// Each candidate leads to one: the candidate, and beside it the most promising other channels of its entry, as many as
/// the priority allows and their times agree. The same channels reached from several leads are one option, and as
/// probable to be the best as its leads together.
pub(super) fn options<'a>(candidates: &'a [Candidate<'a>], priority: Priority) -> Vec<Offer<'a>> {
    let grids: Vec<Grid> = candidates.iter().map(|candidate| candidate.grid.clone()).collect();
    let mut offers: Vec<(Vec<usize>, Window, f64)> = Vec::new();
    for (lead, best) in probabilities_of_best(&grids).into_iter().enumerate() {
        let (members, window) = beside(candidates, lead, at_once(priority));
        match offers.iter_mut().find(|(known, _, _)| *known == members) {
            Some((_, _, sum)) => *sum += best,
            None => offers.push((members, window, best)),
        }
    }
    let best: Vec<f64> = offers.iter().map(|(_, _, best)| *best).collect();
    let with_propensity = offers.into_iter().zip(propensities(&best));
    with_propensity
        .map(|((members, window, _), propensity)| {
            let members = members.into_iter().map(|index| &candidates[index]).collect();
            Offer { members, window, propensity }
        })
        .collect()
}

/// The lead and what goes with it, the most promising first, and their common time.
fn beside(candidates: &[Candidate<'_>], lead: usize, most: usize) -> (Vec<usize>, Window) {
    let promising = |a: &usize, b: &usize| {
        let (a, b) = (&candidates[*a], &candidates[*b]);
        b.success.probability.total_cmp(&a.success.probability).then(a.channel.cmp(&b.channel))
    };
    let same_entry = |index: &usize| candidates[*index].entry.id == candidates[lead].entry.id;
    let mut others: Vec<usize> = (0..candidates.len()).filter(|index| *index != lead).filter(same_entry).collect();
    others.sort_by(promising);
    let (mut members, mut window) = (vec![lead], candidates[lead].window);
    for other in others {
        if members.len() < most
            && let Some(both) = window.meet(&candidates[other].window)
        {
            members.push(other);
            window = both;
        }
    }
    members.sort_by(promising);
    (members, window)
}
