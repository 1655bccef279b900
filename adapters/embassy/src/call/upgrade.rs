use core::fmt;

use embedded_io_async::{Read, Write};
use voxwire::Application;

use super::Call;
use crate::handshake::{Decline, Request};
use crate::{CallConfig, CallError, Clock, HandshakeError, Inbox};

/// A platform that asks to open a call: look at what it asks for, then accept or decline.
///
/// In between you may take your time, and ask somebody else: the platform waits. On Sinch a declined upgrade hangs
/// the call up (Voice v1 `connectStream` page).
pub struct Upgrade<'i, 'm, In, Out> {
    input: In,
    output: Out,
    /// The request is what lies unread in it first.
    inbox: &'i mut Inbox<'m>,
    /// Length of the request, in bytes.
    length: usize,
}

impl<'i, 'm, In: Read, Out: Write<Error = In::Error>> Upgrade<'i, 'm, In, Out> {
    /// Reads the upgrade request from a socket that was just accepted, to an inbox that is new. It waits for as long as the
    /// peer takes: bound it with a timer.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request to get something, or one that is longer than the inbox;
    /// it has been declined then. [`CallError::Socket`].
    pub async fn read(
        mut input: In,
        mut output: Out,
        inbox: &'i mut Inbox<'m>,
    ) -> Result<Self, CallError<In::Error>> {
        let request = |head: &[u8]| Ok(Request::read(head)?.map(|(_, length)| length));
        match read_head(&mut input, inbox, request).await {
            Ok(length) => Ok(Self { input, output, inbox, length }),
            Err(error) => Err(refuse(&mut output, error).await),
        }
    }

    /// The path asked for, `/` at its beginning. It often carries a token: a secret.
    pub fn path(&self) -> &str {
        self.request().path()
    }

    /// What follows the `?`, if anything does.
    pub fn query(&self) -> Option<&str> {
        self.request().query()
    }

    /// The first header of this name. Sinch sends none of its own.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request().header(name)
    }

    /// The subprotocols offered, in the platform's order.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        self.request().subprotocols()
    }

    /// Opens the WebSocket, with one of the offered [`subprotocols`](Self::subprotocols) or none. That it was offered
    /// is not checked.
    ///
    /// `queue` holds what the socket does not take at once, in bytes: as many as the longest message that is to be said
    /// takes, the frames that shall wait behind it, and [`Outbox::RESERVE`](voxwire::Outbox::RESERVE).
    ///
    /// # Errors
    /// [`CallError::Handshake`] if the request asks for no WebSocket, or the subprotocol cannot stand in a header; it
    /// has been declined then. [`CallError::Socket`].
    pub async fn accept<'q, C: Clock>(
        mut self,
        config: impl Into<CallConfig>,
        subprotocol: Option<&str>,
        queue: &'q mut [u8],
        clock: C,
    ) -> Result<Call<'q, Application, In, Out, C>, CallError<In::Error>> {
        match self.request().accept(subprotocol) {
            Ok(accepted) => write(&mut self.output, &accepted.parts()).await.map_err(CallError::Socket)?,
            Err(error) => return Err(refuse(&mut self.output, error.into()).await),
        }
        self.inbox.skip(self.length);
        Ok(Call::application(self.input, self.output, self.inbox, queue, config, clock))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough. Close the socket then.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599; [`CallError::Socket`].
    pub async fn decline(mut self, status: u16) -> Result<(), CallError<In::Error>> {
        write(&mut self.output, &Decline::new(status)?.parts()).await.map_err(CallError::Socket)
    }

    fn request(&self) -> Request<'_> {
        // It was read before, or there would be no upgrade.
        Request::read(self.inbox.unread()).ok().flatten().unwrap_or_default().0
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<In, Out> fmt::Debug for Upgrade<'_, '_, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Tells the peer why there will be no call, if it still listens, and gives that back.
async fn refuse<Out: Write>(output: &mut Out, error: CallError<Out::Error>) -> CallError<Out::Error> {
    if let CallError::Handshake(reason) = error
        && let Some(decline) = reason.status().and_then(|status| Decline::new(status).ok())
    {
        let _ = write(output, &decline.parts()).await;
    }
    error
}

/// Reads until there is a head to parse, and gives its length.
pub(super) async fn read_head<In: Read>(
    input: &mut In,
    inbox: &mut Inbox<'_>,
    parse: impl Fn(&[u8]) -> Result<Option<usize>, HandshakeError>,
) -> Result<usize, CallError<In::Error>> {
    loop {
        if let Some(length) = parse(inbox.unread())? {
            return Ok(length);
        }
        if !inbox.make_room(1) {
            return Err(HandshakeError::TooLong.into());
        }
        match input.read(inbox.room()).await.map_err(CallError::Socket)? {
            0 => return Err(HandshakeError::Ended.into()),
            bytes => inbox.fill(bytes),
        }
    }
}

pub(super) async fn write<Out: Write>(output: &mut Out, parts: &[&[u8]]) -> Result<(), Out::Error> {
    for part in parts {
        output.write_all(part).await?;
    }
    Ok(())
}
