//! A sine, by table and in integers.

use voxwire::AudioFormat;

/// A tone that goes on from frame to frame.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    /// Where in its period it is: the whole range of the type is one period.
    phase: u32,
    /// How far it moves with a sample.
    step: u32,
}

impl Tone {
    /// The largest amplitude, of 32,768: a quarter of full scale.
    pub const AMPLITUDE: i16 = 8_000;

    /// A tone of `hertz`, from its zero upwards. It is one up to half the rate; beyond it is not defined which.
    pub const fn new(hertz: u32, format: AudioFormat) -> Self {
        let step = match ((hertz as u64) << 32).checked_div(format.rate() as u64) {
            Some(step) => step as u32,
            None => 0,
        };
        Self { phase: 0, step }
    }

    /// Fills `pcm` with the next samples.
    pub fn fill(&mut self, pcm: &mut [u8]) {
        for sample in pcm.as_chunks_mut().0 {
            *sample = sine(self.phase).to_le_bytes();
            self.phase = self.phase.wrapping_add(self.step);
        }
    }
}

/// [`Tone::AMPLITUDE`] times the sine of the first quarter of a period, in 16 steps.
const QUARTER: [i16; 17] =
    [0, 784, 1561, 2322, 3061, 3771, 4445, 5075, 5657, 6184, 6652, 7055, 7391, 7656, 7846, 7961, 8000];

fn sine(phase: u32) -> i16 {
    const QUADRANT: u32 = 1 << 30;
    const STEP: u32 = QUADRANT / 16;
    let along = phase % QUADRANT;
    let falls = phase & QUADRANT != 0;
    let place = if falls { QUADRANT.saturating_sub(along) } else { along };
    let entry = |index: u32| QUARTER.get(index as usize).copied().map_or(Tone::AMPLITUDE.into(), i64::from);
    let (before, after) = (entry(place / STEP), entry((place / STEP).saturating_add(1)));
    let between = (after.saturating_sub(before)).saturating_mul((place % STEP).into()) >> STEP.ilog2();
    let value = before.saturating_add(between) as i16;
    if phase > i32::MAX as u32 { value.saturating_neg() } else { value }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use core::f64::consts::TAU;

    use super::*;

    #[test]
    fn it_is_a_sine_at_every_rate() {
        for rate in AudioFormat::RATES {
            let format = AudioFormat::pcm16(rate).unwrap();
            let mut tone = Tone::new(440, format);
            let mut pcm = std::vec![0; format.frame_bytes()];
            for frame in 0..50 {
                tone.fill(&mut pcm);
                for (index, sample) in pcm.as_chunks().0.iter().enumerate() {
                    let time = (frame * pcm.len() / 2 + index) as f64 / f64::from(rate);
                    let ideal = f64::from(Tone::AMPLITUDE) * (TAU * 440.0 * time).sin();
                    let error = f64::from(i16::from_le_bytes(*sample)) - ideal;
                    assert!(error.abs() < 12.0, "{rate} Hz, {time} s: {error} off");
                }
            }
        }
    }
}
