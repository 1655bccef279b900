use core::fmt;

use bytes::Bytes;
use voxwire::{Audio, Command, Event};

use crate::Inbox;

/// Defines what a role hears or says, in memory of its own.
macro_rules! owned {
    ($(#[$doc:meta])* $name:ident, $cell:ident, $borrowed:ident) => {
        self_cell::self_cell!(
            struct $cell {
                owner: Inbox,
                #[covariant]
                dependent: $borrowed,
            }
        );

        $(#[$doc])*
        pub struct $name($cell);

        impl $name {
            /// One that borrows from `bytes`: [`Audio::raw`], say.
            pub fn new(bytes: impl Into<Bytes>, say: impl for<'m> FnOnce(&'m [u8]) -> $borrowed<'m>) -> Self {
                Self($cell::new(Inbox::from(bytes.into()), |inbox| say(inbox.bytes())))
            }

            /// What the message in the inbox means.
            pub(super) fn heard<E>(
                inbox: Inbox,
                hear: impl for<'m> FnOnce(&'m Inbox) -> Result<$borrowed<'m>, E>,
            ) -> Result<Self, E> {
                $cell::try_new(inbox, hear).map(Self)
            }

            /// What it is; it borrows from here.
            pub fn get(&self) -> $borrowed<'_> {
                *self.0.borrow_dependent()
            }

            /// The audio, if it is some and raw, sharing the memory of the message that brought it.
            pub fn raw_audio(&self) -> Option<Bytes> {
                match self.get() {
                    $borrowed::Audio(audio) => Some(self.0.borrow_owner().share(audio.as_raw()?)),
                    _ => None,
                }
            }

            /// Audio of the wire's encoding.
            pub fn audio(bytes: impl Into<Bytes>) -> Self {
                Self::new(bytes, |bytes| $borrowed::Audio(Audio::raw(bytes)))
            }
        }

        impl From<$borrowed<'static>> for $name {
            fn from(borrowed: $borrowed<'static>) -> Self {
                Self($cell::new(Inbox::new(), |_| borrowed))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }
    };
}

owned! {
    /// What the platform said, with the message that brought it: for channels and streams. Nothing is copied.
    ///
    /// ```
    /// use voxwire::Event;
    /// use voxwire_line::OwnedEvent;
    ///
    /// let event = OwnedEvent::audio(vec![0; 640]);
    /// assert!(matches!(event.get(), Event::Audio(audio) if audio.len() == 640));
    /// assert_eq!(event.raw_audio().unwrap().len(), 640);
    /// ```
    OwnedEvent, EventCell, Event
}

owned! {
    /// What the application said or is to say, with the memory that it borrows from: for channels and sinks.
    ///
    /// ```
    /// use voxwire::{Command, Mark};
    /// use voxwire_line::OwnedCommand;
    ///
    /// let answer = OwnedCommand::from(Command::Answer);
    /// let mark = OwnedCommand::new("end of greeting", |name| {
    ///     Command::Mark(Mark::new(core::str::from_utf8(name).unwrap_or_default()))
    /// });
    /// assert_eq!(answer.get(), Command::Answer);
    /// assert_eq!(mark.get(), Command::Mark(Mark::new("end of greeting")));
    /// ```
    OwnedCommand, CommandCell, Command
}
