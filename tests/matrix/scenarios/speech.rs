//! A voice of another rate than the call's: all of it comes, in order, in frames of 20 ms.

use voxwire::audio::{PcmResampler, Resampler};
use voxwire::{AudioFormat, Command};
use voxwire_line::{Inbox, Voice};

use super::{answer, call, speech};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Handles, Hears, Speaks};

const FORMAT: AudioFormat = AudioFormat::pcm16(8_000).unwrap();
/// Of what is spoken, in Hz.
const RATE: u32 = 24_000;
/// 250 ms and a bit, ending in mid-frame.
const LENGTH: usize = 12_346;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, stage.config().format(FORMAT)).await;
    let mut voice = Voice::new(RATE, FORMAT).unwrap();
    let pcm = synthesized();
    for mut piece in pcm.chunks(1_111) {
        call.speak(&mut voice, &mut piece).await.unwrap();
        assert!(piece.is_empty());
    }
    call.finish(&mut voice).await.unwrap();
    assert_eq!(call.heard().unwrap().sent, expected().len() as u64 / 2);
    call.hang_up(1000, "").await.unwrap();
    stage.await_cue("heard");
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config().format(FORMAT)).await;
    let mut inbox = Inbox::new();
    let mut heard = Vec::new();
    loop {
        match call.next(&mut inbox).await.unwrap() {
            Command::Hangup(_) => break,
            command => {
                let frame = speech(command);
                assert_eq!(frame.len(), FORMAT.frame_bytes());
                heard.extend(frame);
            }
        }
    }
    assert!(heard == expected());
    stage.cue("heard");
}

fn synthesized() -> Vec<u8> {
    (0..LENGTH as u32).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect()
}

/// What that is at the call's rate, with silence up to a whole frame.
fn expected() -> Vec<u8> {
    let mut resampler = PcmResampler::new(Resampler::float(RATE, FORMAT.rate()).unwrap());
    let mut heard = vec![0; LENGTH];
    let made = resampler.next(&mut &synthesized()[..], &mut heard);
    let made = made + resampler.finish(&mut heard[made..]);
    heard.truncate(made);
    heard.resize(made.next_multiple_of(FORMAT.frame_bytes()), 0);
    heard
}
