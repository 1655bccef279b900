//! The adapters' halves as ears, mouths and handles.

use std::net::TcpStream;

use voxwire::{Application, Close, Platform};
use voxwire_line::{CallError, Cleared, Inbox, Runtime};

use super::{Ear, Heard, Interrupt, Mouth, Word};

/// Given `await` where there is something to wait for.
macro_rules! ends {
    ([$($generics:tt)*] $ear:ty, $mouth:ty $(, $await:ident)?) => {
        impl<$($generics)*> Ear for $ear {
            async fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<Heard<'i>, CallError> {
                Ok(self.next(inbox)$(.$await)*?.into())
            }
        }

        impl<$($generics)*> Mouth for $mouth {
            async fn say(&mut self, word: Word<'_>) -> Result<(), CallError> {
                self.send(word)$(.$await)*
            }

            async fn flush(&mut self) {
                self.flush()$(.$await)*
            }

            async fn hang_up(&mut self, close: Close<'static>) -> Result<(), CallError> {
                self.hang_up(close.code.unwrap_or(1000), close.reason)$(.$await)*
            }
        }
    };
}

ends! {
    [S: Send + 'static, T: Runtime<S> + Send + 'static]
    voxwire_line::Hearing<Application, S, T>, voxwire_line::Speaking<Application, S, T>, await
}
ends! {
    [S: Send + 'static, T: Runtime<S> + Send + 'static]
    voxwire_line::Hearing<Platform, S, T>, voxwire_line::Speaking<Platform, S, T>, await
}
ends! {
    []
    voxwire_tungstenite::Hearing<Application, TcpStream>, voxwire_tungstenite::Speaking<Application, TcpStream>
}
ends! {
    []
    voxwire_tungstenite::Hearing<Platform, TcpStream>, voxwire_tungstenite::Speaking<Platform, TcpStream>
}

impl<S: Send + 'static, T: Runtime<S> + 'static> Interrupt for voxwire_line::Handle<S, T> {
    fn clear(&self) -> Result<Cleared, CallError> {
        self.clear()
    }
}

impl Interrupt for voxwire_tungstenite::Handle<TcpStream> {
    fn clear(&self) -> Result<Cleared, CallError> {
        self.clear()
    }
}
