//! A call that goes on beside whatever else happens to the server, and loses nothing.

use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use voxwire::{Audio, Close, Command, Event, Platform};
use voxwire_tokio::{Call, Inbox};

use crate::support::{PATIENCE, caller};

/// A frame of 20 ms at 16 kHz, in bytes.
const FRAME: usize = 640;

/// A caller whose voice is given back: every frame that comes must be the next that was said.
pub(crate) struct Innocent {
    runtime: Runtime,
    call: Call<Platform, TcpStream>,
    inbox: Inbox,
    said: u32,
    heard: u32,
}

impl Innocent {
    /// Calls a server that gives voices back, and is answered.
    pub(crate) fn call(url: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let (call, inbox) = runtime.block_on(async {
            let (mut call, mut inbox) = (caller(url).await, Inbox::new());
            assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
            (call, inbox)
        });
        let mut innocent = Self { runtime, call, inbox, said: 0, heard: 0 };
        innocent.talk();
        innocent
    }

    /// Says some frames, and hears them all.
    pub(crate) fn talk(&mut self) {
        self.says_without_listening();
        while self.heard < self.said {
            let Self { runtime, call, inbox, heard, .. } = self;
            let next = runtime.block_on(async { timeout(PATIENCE, call.next(inbox)).await });
            match next.expect("an echo in time").unwrap() {
                Command::Audio(audio) => {
                    assert_eq!(audio.as_raw().unwrap(), frame(*heard), "frame {heard}");
                    *heard += 1;
                }
                Command::Heartbeat => {}
                other => panic!("{other:?} instead of an echo"),
            }
        }
    }

    /// Says some frames, to be heard later.
    pub(crate) fn says_without_listening(&mut self) {
        for _ in 0..10 {
            let event = frame(self.said);
            let saying = self.call.send(Event::Audio(Audio::raw(&event)));
            self.runtime.block_on(saying).unwrap();
            self.said += 1;
        }
    }

    /// Talks once more, and hangs up.
    pub(crate) fn hangs_up_having_heard_all(mut self) {
        self.talk();
        self.runtime.block_on(self.call.hang_up(1000, "")).unwrap();
    }

    /// Has no more to say to a server that is gone.
    pub(crate) fn finds_the_line_dead(mut self) {
        let Self { runtime, call, inbox, .. } = &mut self;
        let end = runtime.block_on(async { timeout(PATIENCE, call.next(inbox)).await });
        match end.expect("an end in time") {
            Ok(Command::Hangup(close)) => assert_eq!(close, Close::LOST),
            other => panic!("{other:?} instead of an end"),
        }
    }
}

/// What is said is different each time.
fn frame(number: u32) -> Vec<u8> {
    let mut frame = number.to_le_bytes().repeat(FRAME / 4);
    frame.reverse();
    frame
}
