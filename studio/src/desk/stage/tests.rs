use std::sync::Arc;

use vitrine_media::device;

use super::*;
use crate::desk::clock::system_clock;
use crate::desk::view::DeskEvent;

struct Nobody;

impl crate::desk::Window for Nobody {
    fn tell(&self, _event: DeskEvent) {}
}

fn stage(settings: &Settings) -> Stage {
    let lookout = Lookout::new(Arc::new(MediaDevices::default));
    Stage::new(settings, lookout, Faults::new(Arc::new(Nobody), system_clock()))
}

fn device(id: &str, name: &str) -> device::Device {
    device::Device { id: id.into(), name: name.into(), default: false }
}

fn camera(id: &str) -> SourceChoice {
    SourceChoice::Camera { id: id.into() }
}

#[test]
fn a_camera_that_was_just_chosen_never_has_the_name_of_the_one_before() {
    let known = Settings {
        source: Some(camera("usb-1")),
        source_name: Some("Studio camera".into()),
        ..Settings::default()
    };
    let mut stage = stage(&known);
    assert_eq!(stage.view().source_name, "Studio camera", "though it is not listed");

    // It is not in the list yet.
    stage.set_source(camera("usb-2")).unwrap();
    assert_eq!(stage.view().source_name, "Camera");
    assert_eq!(stage.source_name().as_deref(), Some("Camera"), "nor is it remembered under another's");
    let cameras = vec![device("usb-1", "Studio camera"), device("usb-2", "Overhead camera")];
    stage.saw(MediaDevices { cameras, microphones: vec![] });
    assert_eq!(stage.view().source_name, "Overhead camera");

    stage.set_source(SourceChoice::File { path: "/films/autumn.mp4".into() }).unwrap();
    stage.set_source(camera("usb-3")).unwrap();
    assert_eq!(stage.view().source_name, "Camera");
}

#[test]
fn a_microphone_that_was_just_chosen_is_not_shown_as_the_one_before() {
    let mut stage = stage(&Settings::default());
    assert!(stage.take(&Event::Microphone { device: Some(device("m-1", "Lavalier")) }));
    assert_eq!(stage.view().microphone_name.as_deref(), Some("Lavalier"));
    stage.set_microphone(Some("m-2".into())).unwrap();
    let view = stage.view();
    assert_eq!((view.microphone, view.microphone_name), (None, None), "it is not heard yet");

    // Should it never open, the fault is not about the one before.
    stage.take(&Event::MicrophoneLost { reason: "busy".into() });
    let faults = stage.faults.view();
    assert_eq!((faults[0].code, faults[0].subject.as_deref()), (FaultCode::NoMicrophone, None));
    stage.take(&Event::Microphone { device: Some(device("m-2", "Boom")) });
    assert_eq!(stage.view().microphone_name.as_deref(), Some("Boom"));
    assert!(stage.faults.view().is_empty());
}

#[test]
fn a_microphone_that_is_busy_or_unplugged_is_told_by_its_name_and_its_cause() {
    let lost = |stage: &mut Stage, reason: &str| {
        stage.take(&Event::MicrophoneLost { reason: reason.into() });
        let fault = stage.faults.view().remove(0);
        (fault.code, fault.subject.unwrap_or_default(), fault.detail.unwrap_or_default())
    };
    let told = |name: &str, cause: &str| (FaultCode::MicrophoneLost, name.to_owned(), cause.to_owned());
    let listed = |list: &[(&str, &str)]| MediaDevices {
        cameras: vec![],
        microphones: list.iter().map(|(id, name)| device(id, name)).collect(),
    };
    let mut stage = stage(&Settings::default());
    assert_eq!(lost(&mut stage, "there is none").0, FaultCode::NoMicrophone);
    stage.set_microphone(Some("m-3".into())).unwrap();
    stage.saw(listed(&[("m-1", "Lavalier"), ("m-2", "Boom")]));
    assert_eq!(lost(&mut stage, "it is gone"), told("", "it is gone"), "never by another's name");
    stage.set_microphone(Some("m-2".into())).unwrap();
    assert_eq!(lost(&mut stage, "busy"), told("Boom", "busy"));
    stage.set_microphone(Some("m-2".into())).unwrap();
    stage.saw(listed(&[("m-1", "Lavalier")]));
    assert_eq!(lost(&mut stage, "it is gone"), told("Boom", "it is gone"), "though another is there");
}

#[test]
fn a_microphone_that_was_unplugged_before_the_start_is_told_by_its_name() {
    let microphone_name = Some("Boom".into());
    let known = Settings { microphone: Some(Some("m-2".into())), microphone_name, ..Settings::default() };
    let mut chosen = stage(&known);
    chosen.take(&Event::MicrophoneLost { reason: "it is gone".into() });
    let fault = chosen.faults.view().remove(0);
    assert_eq!((fault.code, fault.subject.as_deref()), (FaultCode::MicrophoneLost, Some("Boom")));

    let mut any = stage(&Settings::default());
    any.saw(MediaDevices { cameras: vec![], microphones: vec![device("m-1", "Lavalier")] });
    any.take(&Event::MicrophoneLost { reason: "busy".into() });
    let fault = any.faults.view().remove(0);
    assert_eq!(
        (fault.code, fault.subject.as_deref()),
        (FaultCode::MicrophoneLost, Some("Lavalier")),
        "the system's choice"
    );
}

#[test]
fn a_machine_too_slow_and_sound_that_breaks_off_are_on_the_list_until_they_are_over() {
    let mut stage = stage(&Settings::default());
    stage.take(&Event::Microphone { device: Some(device("m-1", "Lavalier")) });
    assert!(!stage.take(&Event::Overloaded { pictures: 40 }), "the picture's view is as it was");
    stage.take(&Event::SoundBroken { gaps: 2 });
    let listed = |stage: &Stage| {
        let faults = stage.faults.view().into_iter();
        faults.map(|fault| (fault.code, fault.subject.unwrap_or_default())).collect::<Vec<_>>()
    };
    let [slow, broken] =
        [(FaultCode::EncoderOverload, "720p30".into()), (FaultCode::SoundGaps, "Lavalier".into())];
    assert_eq!(listed(&stage), [slow, broken.clone()]);
    stage.take(&Event::KeepsUp { pictures: 40 });
    assert_eq!(listed(&stage), [broken]);
    stage.take(&Event::SoundSteady { gaps: 2 });
    assert_eq!(listed(&stage), []);
}

#[test]
fn a_camera_that_was_there_is_lost_and_one_that_never_was_is_missing() {
    let mut stage = stage(&Settings::default());
    stage.set_source(camera("usb-1")).unwrap();
    let source = VideoSource::Camera { id: "usb-1".into() };
    let lost = || Event::SourceLost { source: source.clone(), reason: "no such device".into() };
    let code = |stage: &Stage| stage.faults.view().first().map(|fault| fault.code);
    stage.take(&lost());
    assert_eq!(code(&stage), Some(FaultCode::CameraMissing));
    stage.take(&Event::Source { source: source.clone(), showing: Showing::Source });
    assert_eq!(code(&stage), None, "a picture ends it");
    stage.take(&lost());
    assert_eq!(code(&stage), Some(FaultCode::CameraLost));
    stage.set_source(camera("usb-2")).unwrap();
    stage.take(&lost());
    assert_eq!(code(&stage), Some(FaultCode::CameraMissing), "another one was never there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_that_is_built_anew_has_the_card_the_mute_and_the_hosts_correction() {
    let mut stage = stage(&Settings { source: Some(SourceChoice::TestPattern), ..Settings::default() });
    stage.set_sound_offset(120).unwrap();
    stage.open(true).await.unwrap();
    assert_eq!(stage.running.as_ref().unwrap().sound_offset(), 120, "what was set before it opened");
    stage.set_sound_offset(-80).unwrap();
    stage.set_muted(true);
    let card = LowerThird { title: "Linen shirt".into(), ..LowerThird::default() };
    stage.show_card(Some(card.clone())).await.unwrap();

    stage.rebuild().await.unwrap();

    let running = stage.running.as_ref().unwrap();
    assert_eq!(running.scene().lower_third().map(|(_, shown)| shown), Some(&card));
    assert_eq!(running.sound_offset(), -80);
    assert!(running.is_muted());
    stage.close().await;
}
