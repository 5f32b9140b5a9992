//! Microphones, as people would choose them.

use cpal::traits::{DeviceTrait, HostTrait};

use super::{Device, sound};

/// Microphones of the sound system that runs now: PulseAudio (or PipeWire behind it) where there is one, else the
/// cards themselves. The default comes first.
pub fn microphones() -> Vec<Device> {
    let Some(host) = sound::host() else { return Vec::new() };
    let default = host.default_input_device().and_then(|d| d.id().ok()).map(|id| id.to_string());
    let Ok(inputs) = host.input_devices() else {
        sound::lost(&host);
        return Vec::new();
    };
    let mut microphones: Vec<_> = inputs
        .filter_map(|device| {
            let id = device.id().ok()?.to_string();
            let name = device.description().map_or_else(|_| id.clone(), |d| d.name().to_owned());
            let default = Some(&id) == default.as_ref();
            Some(Device { id, name, default })
        })
        .filter(|device| is_for_people(&device.id))
        .collect();
    microphones.sort_by(|a, b| (!a.default, &a.name, &a.id).cmp(&(!b.default, &b.name, &b.id)));
    microphones.dedup_by(|a, b| a.id == b.id);
    microphones
}

/// What a speaker plays. A sound server without a microphone calls it the default one.
pub(crate) fn is_monitor(id: &str) -> bool {
    id.ends_with(".monitor")
}

/// Leaves out what is no microphone: what a speaker plays, and ALSA's many plugins without a card behind them. ALSA lists each card
/// twice: the name stays when cards are plugged in another order, the number does not.
fn is_for_people(id: &str) -> bool {
    match id.split_once(':') {
        Some(("alsa", pcm)) => {
            let card = pcm.strip_prefix("hw:CARD=").and_then(|rest| rest.split(',').next());
            card.is_some_and(|card| card.parse::<u32>().is_err())
        }
        _ => !is_monitor(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_and_monitors_are_not_offered() {
        for id in [
            "alsa:null",
            "alsa:lavrate",
            "alsa:plughw:CARD=x",
            "alsa:hw:CARD=0,DEV=1",
            "pulseaudio:vitrine_speaker.monitor",
        ] {
            assert!(!is_for_people(id), "{id}");
        }
        for id in ["alsa:hw:CARD=Loopback,DEV=1", "pulseaudio:vitrine_mic", "coreaudio:Built-in"] {
            assert!(is_for_people(id), "{id}");
        }
    }
}
