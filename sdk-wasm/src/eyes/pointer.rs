//! Pointer down, pointer up, click.

use unsnag_core::input::{Device, Effect, Observed, Pointer, Px};
use unsnag_core::time::Millis;
use web_sys::{Element, PointerEvent};

use super::Eye;
use crate::dom::describe::REGION;
use crate::page::{is, nearest};
use crate::sdk::Sdk;

/// A click here opens something of the browser's own, of which no event tells.
const PICKER: &str = "select,input[type=file],input[type=color],input[type=date],input[type=time],input[type=month],\
    input[type=week],input[type=datetime-local]";
/// A click here leaves for another program.
const OUTSIDE: &str = "a[href^='mailto:'],a[href^='tel:'],a[href^='sms:'],a[target=_blank]";
const HELP: &str = "[data-unsnag-help]";

/// What the newest pointer was: a click does not say so in every browser.
#[derive(Default)]
pub(super) struct Pointing {
    device: Device,
}

pub(super) fn pointed(sdk: &mut Sdk, at: Millis, eye: Eye, event: &PointerEvent, hit: &Element) {
    if eye != Eye::Click {
        if !event.is_primary() {
            return;
        }
        if eye == Eye::Down {
            sdk.eyes.pointer.device = match event.pointer_type().as_str() {
                "touch" => Device::Touch,
                "pen" => Device::Pen,
                _ => Device::Mouse,
            };
            sdk.eyes.look_into(hit);
        }
    }
    let number = if eye == Eye::Up { sdk.number(at, hit) } else { sdk.hit(at, hit) };
    let Some(element) = number else { return };
    let bit = |held: bool, bit: u8| if held { bit } else { 0 };
    let mods =
        bit(event.shift_key(), 1) | bit(event.ctrl_key(), 2) | bit(event.alt_key(), 4) | bit(event.meta_key(), 8);
    let pointer = Pointer {
        element,
        x: Px::from_css(f64::from(event.client_x())),
        y: Px::from_css(f64::from(event.client_y())),
        button: event.button() as u8,
        detail: event.detail() as u32,
        mods,
        device: sdk.eyes.pointer.device,
        trusted: event.is_trusted(),
    };
    match eye {
        Eye::Down => {
            // What the click before this one changed is still its own.
            super::compare_fields(sdk);
            sdk.eyes.begin_gesture();
            let region = nearest(hit, REGION).or_else(|| sdk.eyes.document.body().map(Into::into));
            if let Some(region) = region {
                let salt = sdk.eyes.salt;
                sdk.eyes.fields.watch(salt, &region);
            }
            sdk.feed(at, Observed::PointerDown(pointer));
        }
        Eye::Up => sdk.feed(at, Observed::PointerUp(pointer)),
        _ => {
            sdk.eyes.begin_gesture();
            sdk.feed(at, Observed::Click(pointer));
            clicked(sdk, at, hit, element);
        }
    }
}

/// What a click does that nothing else tells of.
fn clicked(sdk: &mut Sdk, at: Millis, hit: &Element, element: unsnag_core::input::ElementId) {
    let within = |selector: &str| nearest(hit, selector).is_some();
    if within(HELP) {
        sdk.feed(at, Observed::Help { element: Some(element) });
    }
    if within(PICKER) {
        sdk.feed(at, Observed::Effect(Effect::Picker));
    } else if within(OUTSIDE) {
        sdk.feed(at, Observed::Effect(Effect::OpenWindow));
    } else if is(hit, "a[download],a[download] *") {
        sdk.feed(at, Observed::Effect(Effect::Download));
    }
}
