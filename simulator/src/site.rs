//! A site as data: pages with controls, forms and a video; the ways through them; and what is wrong with them.

mod elements;
mod shop;

use unsnag_core::input::Flags;

use crate::fault::Fault;
use crate::visitor::Goal;

pub(crate) use elements::{MOST_ELEMENTS, Place, Spot};

/// A site.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its pages; the first is where visitors arrive.
    pub pages: Vec<Page>,
    /// What visitors do for each goal.
    pub journeys: Vec<Journey>,
    /// What is wrong with it.
    pub obstacles: Vec<Obstacle>,
}

/// One page template.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its template: `/product/:id`.
    pub template: &'static str,
    /// Words of text.
    pub words: u32,
    /// Its height, CSS px.
    pub height_px: u32,
    /// What can be pressed.
    pub controls: Vec<Control>,
    /// Its forms.
    pub forms: Vec<Form>,
    /// The length of its video, s.
    pub video_s: Option<u32>,
    /// Where some go back in it, in order; nowhere unless a site says so ([`Site::with_hard_parts`]).
    pub hard_parts: Vec<HardPart>,
}

/// The end of a part of a video that some hear again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardPart {
    /// Where it ends, s.
    pub end_s: u32,
    /// The share of those who come there and go back.
    pub goes_back: f64,
}

/// Something that can be pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Its name, unique in the page.
    pub name: &'static str,
    /// Tag name in lower case.
    pub tag: &'static str,
    /// ARIA role.
    pub role: &'static str,
    /// What it is.
    pub flags: Flags,
    /// It is in the header, else in the main part.
    pub in_header: bool,
    /// What a press does where nothing is wrong.
    pub does: Does,
    /// The task that the page announces as started at a press.
    pub starts: Option<&'static str>,
    /// The task that has succeeded once it worked.
    pub ends: Option<&'static str>,
}

/// What a press does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Leads to the page of this template.
    Go(&'static str),
    /// Asks the server, and shows what came.
    Ask,
    /// Changes something at once.
    Change,
    /// Submits the form of this name.
    Submit(&'static str),
    /// Opens the help, which lies over the page.
    Help,
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its name, unique in the page.
    pub name: &'static str,
    /// The task that the page announces when somebody begins to fill it, and as succeeded when it was accepted.
    pub task: &'static str,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// The page that follows; `None` stays.
    pub then: Option<&'static str>,
    /// A quiz: what is accepted may still be wrong.
    pub graded: bool,
}

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name, unique in the form.
    pub name: &'static str,
    /// What it takes.
    pub entry: Entry,
    /// A browser that knows its visitor fills it.
    pub fills_itself: bool,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Text, usually of so many characters.
    Text(u32),
    /// A secret of so many characters, such as a card's number.
    Secret(u32),
    /// One of several.
    Choice,
}

/// What visitors with one goal do, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// The goal.
    pub goal: Goal,
    /// Its stages.
    pub stages: Vec<Stage>,
}

/// Steps that are taken together or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The steps.
    pub steps: Vec<Step>,
    /// The share of visitors who take them, 0 to 1.
    pub share: f64,
}

/// One step. A step for which the page has nothing is passed over.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Reads this part of what people read of the page, 0 to 1.
    Read(f64),
    /// Presses the control of this name.
    Press(&'static str),
    /// Presses it so often in a row.
    Times(&'static str, u32),
    /// Presses a control that leads back, looks, and returns by the second control.
    LookAgain(&'static str, &'static str),
    /// Fills the form of this name.
    Fill(&'static str),
    /// Submits the form of this name.
    Submit(&'static str),
    /// Watches the video of the page.
    Watch,
    /// Goes back by the browser's button.
    Back,
    /// Opens the page that this control leads to in another tab.
    OpenTab(&'static str),
    /// Closes that tab.
    CloseTab,
}

/// Something that is wrong with a page for some of its visitors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obstacle {
    /// Its name, unique in the site.
    pub id: &'static str,
    /// What it does.
    pub fault: Fault,
    /// The template of its page.
    pub page: &'static str,
    /// The control, or for [`Fault::RefusedValue`] and [`Fault::ConfusingField`] the field; a page has one video.
    pub on: &'static str,
    /// The share of sessions for which it is there, 0 to 1. It stays for the whole session.
    pub probability: f64,
    /// The probability that a try works all the same, 0 to 1.
    pub gives_way: f64,
    /// The probability after each failure that a visitor of average skill finds a way around, 0 to 1.
    pub workaround: f64,
}

impl Default for Site {
    fn default() -> Self {
        shop::site()
    }
}

impl Site {
    /// The same site, where everything works.
    #[must_use]
    pub fn without_obstacles(mut self) -> Self {
        self.obstacles.clear();
        self
    }

    /// The same site with only this obstacle, for this share of the sessions.
    #[must_use]
    pub fn with_only(mut self, id: &str, probability: f64) -> Self {
        self.obstacles.retain(|obstacle| obstacle.id == id);
        self.obstacles.iter_mut().for_each(|obstacle| obstacle.probability = probability);
        self
    }

    /// The same site with two parts of the lesson that some hear again. They are not there by default, because what the
    /// committed models were trained on has none, and has to come out the same when it is made again.
    #[must_use]
    pub fn with_hard_parts(mut self) -> Self {
        for page in self.pages.iter_mut().filter(|page| page.video_s == Some(shop::LESSON_S)) {
            page.hard_parts = shop::HARD_PARTS.to_vec();
        }
        self
    }

    /// The place of a template among the pages.
    pub(crate) fn place_of(&self, template: &str) -> Option<usize> {
        self.pages.iter().position(|page| page.template == template)
    }

    /// Everything in the data that leads nowhere or is named twice, in words; empty where all of it fits together.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (index, page) in self.pages.iter().enumerate() {
            let place = page.template;
            if self.place_of(place) != Some(index) {
                problems.push(format!("two pages are called {place}"));
            }
            if page.elements_count() > MOST_ELEMENTS {
                problems.push(format!("{place} has more than {MOST_ELEMENTS} elements"));
            }
            for (at, control) in page.controls.iter().enumerate() {
                let name = control.name;
                if page.controls[..at].iter().any(|other| other.name == name) {
                    problems.push(format!("{place} has two controls called {name}"));
                }
                match control.does {
                    Does::Go(to) if self.place_of(to).is_none() => {
                        problems.push(format!("{name} on {place} leads to {to}, which is no page"));
                    }
                    Does::Submit(form) if page.form(form).is_none() => {
                        problems.push(format!("{name} on {place} submits {form}, which is no form there"));
                    }
                    _ => {}
                }
            }
            for to in page.forms.iter().filter_map(|form| form.then) {
                if self.place_of(to).is_none() {
                    problems.push(format!("a form on {place} leads to {to}, which is no page"));
                }
            }
        }
        for obstacle in &self.obstacles {
            let fits = self.place_of(obstacle.page).is_some_and(|page| self.pages[page].has(obstacle));
            if !fits {
                let Obstacle { id, page, on, .. } = obstacle;
                problems.push(format!("the obstacle {id} is on {on} of {page}, where nothing of its kind is"));
            }
            let shares = [obstacle.probability, obstacle.gives_way, obstacle.workaround];
            if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
                problems.push(format!("the obstacle {} has a probability outside 0 to 1", obstacle.id));
            }
        }
        problems
    }
}

impl Page {
    pub(crate) fn control(&self, name: &str) -> Option<usize> {
        self.controls.iter().position(|control| control.name == name)
    }

    pub(crate) fn form(&self, name: &str) -> Option<usize> {
        self.forms.iter().position(|form| form.name == name)
    }

    /// The places of the form that has this field, and of the field.
    pub(crate) fn field(&self, name: &str) -> Option<(usize, usize)> {
        self.forms.iter().enumerate().find_map(|(form, of)| {
            let field = of.fields.iter().position(|field| field.name == name)?;
            Some((form, field))
        })
    }

    /// Whether there is something on this page that the obstacle can be on.
    fn has(&self, obstacle: &Obstacle) -> bool {
        let does = self.control(obstacle.on).map(|place| self.controls[place].does);
        match obstacle.fault {
            Fault::RefusedValue | Fault::ConfusingField => self.field(obstacle.on).is_some(),
            Fault::StallingVideo => self.video_s.is_some(),
            Fault::DisabledSubmit => matches!(does, Some(Does::Submit(_))),
            Fault::BrokenBackLink => matches!(does, Some(Does::Go(_))),
            Fault::SlowAnswer | Fault::FailedRequest => matches!(does, Some(Does::Ask | Does::Submit(_))),
            Fault::DeadButton | Fault::ScriptError => does.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_fits_together() {
        let site = Site::default();
        assert_eq!(site.problems(), Vec::<String>::new());
        for fault in Fault::ALL {
            assert!(site.obstacles.iter().any(|obstacle| obstacle.fault == fault), "{fault:?}");
        }
    }

    #[test]
    fn obstacles_can_be_switched_off() {
        assert!(Site::default().without_obstacles().obstacles.is_empty());
        let only = Site::default().with_only("dead-add", 0.9);
        assert_eq!(only.obstacles.len(), 1);
        assert!((only.obstacles[0].probability - 0.9).abs() < 1e-9);
    }

    #[test]
    fn says_what_does_not_fit_together() {
        let mut site = Site::default();
        let twice = site.pages[0].clone();
        site.pages.push(twice);
        site.pages[1].controls[0].does = Does::Go("/nowhere");
        site.obstacles[0].on = "nothing";
        site.obstacles[1].probability = 1.5;
        let problems = site.problems();
        assert_eq!(problems.len(), 4, "{problems:#?}");
    }
}
