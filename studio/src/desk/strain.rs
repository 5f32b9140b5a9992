//! What a pipeline that does not keep up means for the host. Pure.

use vitrine_media::Event;

use super::faults::Fault;
use super::view::FaultCode;

/// What an event changes in the list of faults.
pub enum Change {
    /// Something is wrong, or got worse.
    Raise(Fault),
    /// It is well again.
    Clear(FaultCode),
}

/// What `event` means for a picture of `format`, such as `720p30`, and the microphone of that name; `None` when it is about neither.
pub fn change(event: &Event, format: &str, microphone: Option<&str>) -> Option<Change> {
    match event {
        Event::Overloaded { pictures } => {
            let fault = Fault::new(FaultCode::EncoderOverload).about(format);
            let detail = counted(*pictures, "picture left out", "pictures left out");
            Some(Change::Raise(fault.because(detail)))
        }
        Event::KeepsUp { .. } => Some(Change::Clear(FaultCode::EncoderOverload)),
        Event::SoundBroken { gaps } => {
            let fault = Fault::new(FaultCode::SoundGaps).because(counted(*gaps, "gap", "gaps"));
            Some(Change::Raise(match microphone {
                Some(name) => fault.about(name),
                None => fault,
            }))
        }
        Event::SoundSteady { .. } => Some(Change::Clear(FaultCode::SoundGaps)),
        _ => None,
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_too_slow_is_a_fault_with_its_count_until_it_keeps_up() {
        let raised = change(&Event::Overloaded { pictures: 40 }, "720p30", None);
        let expected = Fault::new(FaultCode::EncoderOverload).about("720p30").because("40 pictures left out");
        assert!(matches!(raised, Some(Change::Raise(fault)) if fault == expected));
        let over = change(&Event::KeepsUp { pictures: 40 }, "720p30", None);
        assert!(matches!(over, Some(Change::Clear(FaultCode::EncoderOverload))));
    }

    #[test]
    fn broken_sound_names_the_microphone() {
        let raised = change(&Event::SoundBroken { gaps: 1 }, "720p30", Some("Lavalier"));
        let expected = Fault::new(FaultCode::SoundGaps).because("1 gap").about("Lavalier");
        assert!(matches!(raised, Some(Change::Raise(fault)) if fault == expected));
        let over = change(&Event::SoundSteady { gaps: 3 }, "720p30", None);
        assert!(matches!(over, Some(Change::Clear(FaultCode::SoundGaps))));
    }
}
