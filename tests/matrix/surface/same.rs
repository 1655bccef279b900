//! The traits for the calls of the async adapters, and word for word for those of the blocking one.

/// Given the generics of a call, how they are bound, and what waits for it.
macro_rules! surface {
    ([$($bounds:tt)*] [$($generics:tt)*] [$($wait:tt)*]) => {
        use voxwire::{Application, Counters, Dialect, Platform, Role};
        use voxwire_line::{CallConfig, CallError, Cleared, Heard, Inbox, Voice};

        use crate::surface::{Answers, Asks, Clears, Handles, Hears, Places, Speaks, Splits};

        impl<$($bounds)*> Asks for Upgrade<$($generics)*> {
            type Call = Call<Application, $($generics)*>;

            fn path(&self) -> &str {
                Self::path(self)
            }

            fn query(&self) -> Option<&str> {
                Self::query(self)
            }

            fn header(&self, name: &str) -> Option<&str> {
                Self::header(self, name)
            }

            fn subprotocols(&self) -> impl Iterator<Item = &str> {
                Self::subprotocols(self)
            }

            async fn accept(
                self,
                config: CallConfig,
                subprotocol: Option<&str>,
            ) -> Result<Self::Call, CallError> {
                Self::accept(self, config, subprotocol)$($wait)*
            }

            async fn decline(self, status: u16) -> Result<(), CallError> {
                Self::decline(self, status)$($wait)*
            }
        }

        // Role by role, as a role's words are not known to be `Send` before it is.
        each_role!([$($bounds)*] [$($generics)*] [$($wait)*] Application);
        each_role!([$($bounds)*] [$($generics)*] [$($wait)*] Platform);

        clears!([$($bounds)*] Call<Application, $($generics)*>);
        clears!([$($bounds)*] Hearing<Application, $($generics)*>);
        clears!([$($bounds)*] Speaking<Application, $($generics)*>);
        clears!([$($bounds)*] Handle<$($generics)*>);
        handles!([$($bounds)*] [$($generics)*] [$($wait)*] Call<Application, $($generics)*>);
        handles!([$($bounds)*] [$($generics)*] [$($wait)*] Speaking<Application, $($generics)*>);

        impl<$($bounds)*> Answers for Call<Application, $($generics)*> {}
        impl<$($bounds)*> Places for Call<Platform, $($generics)*> {}
    };
}

macro_rules! each_role {
    ([$($bounds:tt)*] [$($generics:tt)*] [$($wait:tt)*] $role:ident) => {
        hears!([$($bounds)*] [$($wait)*] $role Call<$role, $($generics)*>);
        hears!([$($bounds)*] [$($wait)*] $role Hearing<$role, $($generics)*>);
        speaks!([$($bounds)*] [$($wait)*] $role Call<$role, $($generics)*>);
        speaks!([$($bounds)*] [$($wait)*] $role Speaking<$role, $($generics)*>);

        impl<$($bounds)*> Splits<$role> for Call<$role, $($generics)*> {
            type Hearing = Hearing<$role, $($generics)*>;
            type Speaking = Speaking<$role, $($generics)*>;

            fn split(self) -> (Self::Hearing, Self::Speaking) {
                Self::split(self)
            }

            fn counters(&self) -> Counters {
                Self::counters(self)
            }
        }
    };
}

macro_rules! hears {
    ([$($bounds:tt)*] [$($wait:tt)*] $role:ident $call:ty) => {
        impl<$($bounds)*> Hears<$role> for $call {
            async fn next<'i>(
                &mut self,
                inbox: &'i mut Inbox,
            ) -> Result<<$role as Role>::Hears<'i>, CallError> {
                Self::next(self, inbox)$($wait)*
            }

            fn is_closed(&self) -> bool {
                Self::is_closed(self)
            }

            fn dialect(&self) -> Option<Dialect> {
                Self::dialect(self)
            }
        }
    };
}

macro_rules! speaks {
    ([$($bounds:tt)*] [$($wait:tt)*] $role:ident $call:ty) => {
        impl<$($bounds)*> Speaks<$role> for $call {
            async fn send(&mut self, says: <$role as Role>::Says<'_>) -> Result<(), CallError> {
                Self::send(self, says)$($wait)*
            }

            async fn flush(&mut self) {
                Self::flush(self)$($wait)*;
            }

            async fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
                Self::hang_up(self, code, reason)$($wait)*
            }
        }
    };
}

macro_rules! clears {
    ([$($bounds:tt)*] $call:ty) => {
        impl<$($bounds)*> Clears for $call {
            fn clear(&self) -> Result<Cleared, CallError> {
                Self::clear(self)
            }

            fn heard(&self) -> Option<Heard> {
                Self::heard(self)
            }
        }
    };
}

macro_rules! handles {
    ([$($bounds:tt)*] [$($generics:tt)*] [$($wait:tt)*] $call:ty) => {
        impl<$($bounds)*> Handles for $call {
            type Handle = Handle<$($generics)*>;

            async fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
                Self::speak(self, voice, pcm)$($wait)*
            }

            async fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
                Self::finish(self, voice)$($wait)*
            }

            fn handle(&self) -> Self::Handle {
                Self::handle(self)
            }
        }
    };
}

mod asynchronous {
    use voxwire_line::{Call, Handle, Hearing, Runtime, Speaking, Upgrade};

    surface!([S: Send + 'static, T: Runtime<S> + Send + 'static] [S, T] [.await]);
}

mod blocking {
    use voxwire_tungstenite::{Call, Handle, Hearing, Socket, Speaking, Upgrade};

    surface!([S: Socket + Send + 'static] [S] []);
}
