//! Things that go wrong at random with what a peer sends.

/// Marsaglia's xorshift: as random as needed here, and the same in every run.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The same for the same `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 on that is less than `bound`; 0 if there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound.max(1)
    }

    /// One to three things gone wrong with `sample`, in `out`.
    pub fn mutate<S: AsRef<[u8]>>(&mut self, sample: &S, others: &[S], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(sample.as_ref());
        for _ in 0..=self.below(3) {
            let at = self.below(out.len());
            match self.below(8) {
                _ if out.is_empty() => out.push(self.next() as u8),
                0 => out[at] ^= 1 << self.below(8),
                1 => out.insert(at, self.next() as u8),
                2 => out.insert(at, self.telling_byte()),
                3 => {
                    out.remove(at);
                }
                4 => {
                    let other = self.below(out.len());
                    out.swap(at, other);
                }
                5 => out.truncate(at),
                6 => self.splice(at, others, out),
                _ => self.blow_up_a_number(at, out),
            }
        }
    }

    /// A byte that means something in JSON, or in base64.
    fn telling_byte(&mut self) -> u8 {
        let telling = br#"{}[]:,"\/u0-.eE+= tfn"#;
        telling[self.below(telling.len())]
    }

    /// The head of one sample, the tail of another.
    fn splice<S: AsRef<[u8]>>(&mut self, at: usize, others: &[S], out: &mut Vec<u8>) {
        let other = others[self.below(others.len())].as_ref();
        out.truncate(at);
        out.extend_from_slice(&other[self.below(other.len())..]);
    }

    /// The next digit after `at` becomes a number too large for anything.
    fn blow_up_a_number(&mut self, at: usize, out: &mut Vec<u8>) {
        let digit = out[at..].iter().position(u8::is_ascii_digit).map_or(at, |ahead| at + ahead);
        let digits = core::iter::repeat_n(b'9', 1 + self.below(24));
        out.splice(digit..digit, digits);
    }
}
