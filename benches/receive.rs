//! What it takes to hear: from a message of the WebSocket library to bytes of audio.

use core::hint::black_box;

use common::Race;
use common::rivals::{Connect, ConnectBorrowed, hear_borrowed, hear_by_vectors, hear_owned, hear_tagged};
use tasks::noise;
use tasks::receive::{CONNECT, answered, live, media};
use voxwire::{AudioFormat, Config, Dialect, Event, Instant, Message, Session};

const NOW: Instant = Instant::from_millis(20);

fn main() {
    let mut race = Race::new("receive");
    for rate in [8_000, 16_000, 24_000, 48_000] {
        sinch_audio(&mut race, format(rate));
    }
    sinch_connect(&mut race);
    // With what is promised: the share of what the vectors take, and of what the first draft takes.
    for (rate, of_vectors, of_draft) in [
        (8_000, Some(0.45), None),
        (16_000, None, None),
        (24_000, Some(0.35), Some(0.13)),
        (48_000, Some(0.35), None),
    ] {
        wavix_media(&mut race, format(rate), of_vectors, of_draft);
    }
    race.finish();
}

fn format(rate: u32) -> AudioFormat {
    AudioFormat::pcm16(rate).expect("a documented rate")
}

fn sinch_audio(race: &mut Race, format: AudioFormat) {
    let pcm = noise(format.frame_bytes());
    let mut session = answered();
    let mut hear = |pcm: &[u8]| match session.handle_message(NOW, Message::Binary(pcm)) {
        Ok(Event::Audio(audio)) => audio.as_raw().map_or(0, <[u8]>::len),
        _ => 0,
    };
    assert_eq!(hear(&pcm), pcm.len());
    race.heat(&format!("sinch audio {} kHz", format.rate() / 1_000), pcm.len())
        .lane("voxwire", || hear(black_box(&pcm)))
        .within(25.0)
        .lane("a copy", || black_box(&pcm).to_vec())
        .end();
}

fn sinch_connect(race: &mut Race) {
    let idle = Session::application(Config::new(Dialect::Sinch), NOW);
    let hear = |text: &str| {
        let mut session = idle.clone();
        let heard = session.handle_message(NOW, Message::Text(text));
        let Ok(Event::Start(start)) = heard else { return (session, false) };
        let tenant = start.headers.find("tenant").is_some_and(|tenant| tenant == "north");
        (session, tenant)
    };
    let owned = |text: &str| {
        let connect: Connect = serde_json::from_str(text).expect("a call");
        let tenant = connect.headers.get("tenant").is_some_and(|tenant| tenant == "north");
        (connect, tenant)
    };
    let borrowed = |text: &str| {
        let connect: ConnectBorrowed<'_> = serde_json::from_str(text).expect("a call");
        connect.headers.get("tenant").is_some_and(|tenant| *tenant == "north")
    };
    assert!(hear(CONNECT).1 && owned(CONNECT).1 && borrowed(CONNECT));
    assert_eq!(owned(CONNECT).0.command, "connect");
    race.heat("sinch connect", CONNECT.len())
        .lane("voxwire", || hear(black_box(CONNECT)))
        .lane("serde owned", || owned(black_box(CONNECT)))
        .lane("serde borrowed", || borrowed(black_box(CONNECT)))
        .end();
}

fn wavix_media(race: &mut Race, format: AudioFormat, of_vectors: Option<f64>, of_draft: Option<f64>) {
    let pcm = noise(format.frame_bytes());
    let text = media(&pcm);
    let text = text.as_str();
    let mut session = live();
    let mut out = vec![0; pcm.len()];
    let mut hear = |text: &str, out: &mut [u8]| match session.handle_message(NOW, Message::Text(text)) {
        Ok(Event::Audio(audio)) => audio.copy_to(out).map_or(0, <[u8]>::len),
        _ => 0,
    };
    assert_eq!(hear(text, &mut out), pcm.len());
    assert_eq!(out, pcm);
    for rival in [hear_tagged, hear_borrowed, hear_by_vectors] {
        out.fill(0);
        // The rival's decoder wants room for what an estimate says, not for what there is.
        let mut roomy = vec![0; pcm.len() + 3];
        assert_eq!(rival(text, &mut roomy), pcm.len());
        assert_eq!(roomy[..pcm.len()], pcm);
    }
    assert_eq!(hear_owned(text), pcm);

    let mut roomy = vec![0; pcm.len() + 3];
    let (mut roomy_too, mut roomy_as_well) = (roomy.clone(), roomy.clone());
    race.heat(&format!("wavix media {} kHz", format.rate() / 1_000), text.len())
        .lane("voxwire", || hear(black_box(text), &mut out))
        .lane("serde owned, base64", || hear_owned(black_box(text)))
        .at_most(of_draft)
        .lane("serde tagged borrowed, base64", || hear_tagged(black_box(text), &mut roomy))
        .lane("serde flat borrowed, base64", || hear_borrowed(black_box(text), &mut roomy_too))
        .lane("sonic-rs, base64-simd", || hear_by_vectors(black_box(text), &mut roomy_as_well))
        .at_most(of_vectors)
        .end();
}
