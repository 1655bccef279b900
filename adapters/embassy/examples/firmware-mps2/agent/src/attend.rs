//! A call from its first byte to its last.

use embedded_io_async::{Read, Write};
use voxwire::{Application, Command, Config, Event};
use voxwire_embassy::{Call, CallError, Clock, Inbox, Upgrade};

use crate::log::tell;
use crate::patience::patiently;
use crate::{Agent, Memory, Route, echo, greet, play};

/// What came of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A call, until somebody hung up.
    Held(Route),
    /// There is nothing where the platform called: it was declined with 404.
    Declined,
    /// It never said what it wanted.
    Silent,
}

/// Answers the call on a socket that was just accepted, and holds it until somebody hangs up. Close the socket then.
/// `log` is told who calls, in a line of JSON.
///
/// # Errors
/// Those of [`Upgrade::read`], [`Call::next`] and [`Call::send`] that end a call.
pub async fn attend<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    input: In,
    output: Out,
    memory: &mut Memory,
    clock: &C,
    mut log: impl FnMut(&str),
) -> Result<Outcome, CallError<In::Error>> {
    let Memory { inbox, queue, frames } = memory;
    let mut inbox = Inbox::new(inbox);
    let Some(upgrade) = patiently(clock, Upgrade::read(input, output, &mut inbox)).await else {
        return Ok(Outcome::Silent);
    };
    let upgrade = upgrade?;
    let Some(route) = Route::find(upgrade.path(), upgrade.query()) else {
        upgrade.decline(404).await?;
        return Ok(Outcome::Declined);
    };
    let config = Config::new(route.dialect).format(route.format);
    let mut call = upgrade.accept(config, None, queue, clock).await?;
    let ended = match (answered(&mut call, &mut inbox, &mut log).await, route.agent) {
        (Ok(true), Agent::Echo) => echo::echo(&mut call, &mut inbox, clock).await,
        (Ok(true), Agent::Greet) => greet::greet(&mut call, &mut inbox, frames, route.format, clock).await,
        (Ok(true), Agent::Tone) => play::tone(&mut call, &mut inbox, frames, route.format, clock).await,
        (Ok(false), _) => Ok(()),
        (Err(error), _) => Err(error),
    };
    // The close, which says why, may still wait for the socket.
    let _ = patiently(clock, call.flush()).await;
    ended.map(|()| Outcome::Held(route))
}

/// Waits for the call to be announced and answers it. `false` if it ended before.
async fn answered<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    call: &mut Call<'_, Application, In, Out, &C>,
    inbox: &mut Inbox<'_>,
    log: &mut impl FnMut(&str),
) -> Result<bool, CallError<In::Error>> {
    while !call.is_closed() {
        match call.next(inbox).await {
            Ok(event @ Event::Start(_)) => {
                tell(&event, log);
                call.send(Command::Answer).await?;
                return Ok(true);
            }
            Ok(_) | Err(CallError::Receive(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
